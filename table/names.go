package table

import (
	"fmt"
	"regexp"
	"strings"
)

var foreignCharacters = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// ColumnName returns the column name for a dataset id or a class. Every run of characters other than ASCII letters, digits and
// underscores becomes one underscore; underscores at both ends are removed. isric_soilgrids:clay_0-5cm becomes
// isric_soilgrids_clay_0_5cm.
//
// Source: sanitize_column in cas/integrations/symfluence.py of community-attribute-service 0.4.0.
func ColumnName(id string) string {
	return strings.Trim(foreignCharacters.ReplaceAllString(id, "_"), "_")
}

// ClassName returns the part of a column's name that stands for a class: [ColumnName] of the class, except for signs that [ColumnName]
// would drop although they may be the only difference between two classes. They become words, whatever other classes there are: -1 is
// minus_1, +1 plus_1, B+ B_plus, <5 lt_5, >5 gt_5, ≤5 le_5, ≥5 ge_5, 5% 5_percent, and the point of 0.5 becomes p, 0p5. A class without an ASCII letter
// or digit becomes its code points, such as u6C34, and one without any character class.
func ClassName(class string) string {
	var b strings.Builder
	runes := []rune(signApart.ReplaceAllString(strings.TrimSpace(class), "$1"))
	at := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return ' '
		}
		return runes[i]
	}
	isDigit := func(r rune) bool { return '0' <= r && r <= '9' }
	isLetter := func(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }
	ofNumber := func(i int) bool { // the sign at i stands before a number, and not behind a word or another number
		number := isDigit(at(i+1)) || at(i+1) == '.' && isDigit(at(i+2))
		before := at(i - 1)
		return number && !isDigit(before) && !isLetter(before) && before != '_' && before != ')'
	}
	ofGrade := func(i int) bool { // the last character, behind a number or word, as in B+ and 10+
		before := at(i - 1)
		return i == len(runes)-1 && (isDigit(before) || isLetter(before))
	}
	for i, r := range runes {
		word, meant := signWords[r]
		switch {
		case r == '+' && (at(i-1) == 'e' || at(i-1) == 'E') && isDigit(at(i-2)) && isDigit(at(i+1)): // 1e+07, because 1e-07 is 1e_07
			b.WriteString("_plus_")
		case meant && (word == "plus" || word == "minus") && !ofNumber(i) && !ofGrade(i):
			b.WriteByte(' ')
		case meant:
			b.WriteString(" " + word + " ")
		case r == '.' && isDigit(at(i+1)) && isDigit(at(i-1)):
			b.WriteByte('p')
		case r == '.' && isDigit(at(i+1)):
			b.WriteString("0p")
		default:
			b.WriteRune(r)
		}
	}
	if name := ColumnName(b.String()); name != "" {
		return name
	}
	var points []string
	for _, r := range class {
		points = append(points, fmt.Sprintf("u%X", r))
	}
	if len(points) == 0 {
		return "class"
	}
	return strings.Join(points, "_")
}

// signApart matches a leading sign with blanks behind it.
var signApart = regexp.MustCompile(`^([-−–＋+])\s+`)

var signWords = map[rune]string{
	'-': "minus", '−': "minus", '–': "minus", '－': "minus", '+': "plus", '＋': "plus", '<': "lt", '>': "gt", '≤': "le", '≥': "ge", '%': "percent",
}

// classNamer names the columns of classes so that no two columns of a table share a name.
type classNamer struct {
	taken map[string]string // column name to what the column holds
	notes []string
}

// name returns a column name for each class of each dataset. Names are given in this order: to classes that are their own column name, to
// the others whose name is free, and with a number behind the name, and a note, to the rest.
func (n *classNamer) name(datasets, bases []string, classes [][]string) [][]string {
	names := make([][]string, len(datasets))
	claim := func(may func(class string) bool) {
		for d := range datasets {
			for i, class := range classes[d] {
				name := classColumn(bases[d], class)
				if _, taken := n.taken[name]; names[d][i] == "" && !taken && may(class) {
					names[d][i], n.taken[name] = name, describeClass(class, datasets[d])
				}
			}
		}
	}
	for d := range datasets {
		names[d] = make([]string, len(classes[d]))
	}
	claim(func(class string) bool { return ColumnName(class) == class })
	claim(func(string) bool { return true })
	for d := range datasets {
		for i, class := range classes[d] {
			if names[d][i] == "" {
				names[d][i] = n.tellApart(classColumn(bases[d], class), describeClass(class, datasets[d]))
			}
		}
	}
	return names
}

// tellApart makes a name free by the smallest number, from 2, behind it.
func (n *classNamer) tellApart(name, holds string) string {
	for i := 2; ; i++ {
		free := fmt.Sprintf("%s_%d", name, i)
		if _, taken := n.taken[free]; taken {
			continue
		}
		n.taken[free] = holds
		n.notes = append(n.notes, fmt.Sprintf("%s stands in column %s, because %s stands in %s", holds, free, n.taken[name], name))
		return free
	}
}

// classColumn is the name of a class's column, if it is free.
func classColumn(base, class string) string { return base + "_" + ClassName(class) }

func describeClass(class, dataset string) string {
	return fmt.Sprintf("class %q of %s", class, dataset)
}
