package table

import (
	"fmt"
	"slices"

	"github.com/community-attribute-service/cas-go/table/internal/names"
)

// ColumnName returns the column name for a dataset id or a class. Every run of characters other than ASCII letters, digits and
// underscores becomes one underscore; underscores at both ends are removed. isric_soilgrids:clay_0-5cm becomes
// isric_soilgrids_clay_0_5cm.
//
// Source: sanitize_column in cas/integrations/symfluence.py of community-attribute-service 0.4.0.
func ColumnName(id string) string { return names.Column(id) }

// ClassName is the part of a column's name that stands for a class: [ColumnName] of the class, but for signs that [ColumnName] would
// drop though classes differ by nothing else. They become words, whatever other classes there are: -1 is minus_1, +1 plus_1, B+ B_plus,
// <5 lt_5, >5 gt_5, ≤5 le_5, ≥5 ge_5, 5% 5_percent, and the point of 0.5 a p, 0p5. A class without a letter or digit of ASCII is its
// code points, such as u6C34, and one without any character is called class.
func ClassName(class string) string { return names.Class(class) }

// classNamer names the columns of classes so that no two columns of a table share a name.
type classNamer struct {
	taken map[string]string // column name to what the column holds
	notes []string
}

// name gives a column name to each class of each dataset. A class that is its own column name comes first, then the
// others in order, each if the name is free; what remains gets a number behind its name, and a note.
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

// tellApart puts the smallest number from 2 behind a name that makes it free.
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

// classColumn is the column that a class asks for.
func classColumn(base, class string) string { return base + "_" + ClassName(class) }

func describeClass(class, dataset string) string {
	return fmt.Sprintf("class %q of %s", class, dataset)
}

// sortedClasses are the keys of a set as text in order.
func sortedClasses(set map[string]struct{}) []string {
	classes := make([]string, 0, len(set))
	for class := range set {
		classes = append(classes, class)
	}
	slices.Sort(classes)
	return classes
}
