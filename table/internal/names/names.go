// Package names makes parts of column names of the service's texts.
package names

import (
	"fmt"
	"regexp"
	"strings"
)

// Column is the name of a column for a dataset id or a class: every run of characters other than ASCII letters,
// digits and underscores becomes one underscore, and underscores at both ends are dropped.
// isric_soilgrids:clay_0-5cm becomes isric_soilgrids_clay_0_5cm.
//
// Source: sanitize_column in cas/integrations/symfluence.py of community-attribute-service 0.4.0.
func Column(id string) string {
	name := make([]byte, 0, len(id))
	foreign := false
	for i := range len(id) {
		c := id[i]
		switch {
		case c == '_' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z':
			name, foreign = append(name, c), false
		case !foreign:
			name, foreign = append(name, '_'), true
		}
	}
	return strings.Trim(string(name), "_")
}

// Class is the part of a column's name that stands for a class: [Column] of the class, but for signs that [Column] would
// drop though classes differ by nothing else. They become words, whatever other classes there are: -1 is minus_1, +1 plus_1, B+ B_plus,
// <5 lt_5, >5 gt_5, ≤5 le_5, ≥5 ge_5, 5% 5_percent, and the point of 0.5 a p, 0p5. A class without a letter or digit of ASCII is its
// code points, such as u6C34, and one without any character is called class.
func Class(class string) string {
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
	ofNumber := func(i int) bool { // a sign before a digit, not between words or numbers
		before := at(i - 1)
		return (isDigit(at(i+1)) || at(i+1) == '.' && isDigit(at(i+2))) && !isDigit(before) && !isLetter(before) && before != '_' && before != ')'
	}
	ofGrade := func(i int) bool { // the last character, behind a number or word, as in B+ and 10+
		before := at(i - 1)
		return i == len(runes)-1 && (isDigit(before) || isLetter(before))
	}
	for i, r := range runes {
		word, meant := signWords[r]
		switch {
		case r == '+' && (at(i-1) == 'e' || at(i-1) == 'E') && isDigit(at(i-2)) && isDigit(at(i+1)): // 1e+07, for 1e-07 is 1e_07
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
	if name := Column(b.String()); name != "" {
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

// signApart is a sign before all else, with blanks behind it.
var signApart = regexp.MustCompile(`^([-−–＋+])\s+`)

var signWords = map[rune]string{
	'-': "minus", '−': "minus", '–': "minus", '－': "minus", '+': "plus", '＋': "plus", '<': "lt", '>': "gt", '≤': "le", '≥': "ge", '%': "percent",
}
