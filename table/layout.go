package table

import (
	"maps"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
)

// A layout is a plan with the classes: every column, and where a dataset's cells go.
type layout struct {
	columns []Column
	notes   []string // classes whose columns had to be told apart
	keep    []kept
	places  []places
}

// places are the columns of one dataset.
type places struct {
	dataset                  string
	value                    int // -1 where there are distributions alone
	classes                  map[string]int
	units, quality, coverage int
}

// shape is what the answers show about one dataset's values.
type shape struct {
	numbers, distributions bool
	classes                map[string]struct{}
}

// bare reports whether the dataset has a column for its value. Where nothing but null came, or nothing at all, there
// is no telling, and the column says that the dataset was asked for.
func (s *shape) bare() bool { return s.numbers || !s.distributions }

// see takes note of a value.
func (s *shape) see(v cas.Value) {
	if _, ok := v.Float64(); ok {
		s.numbers = true
		return
	}
	if v.IsNull() {
		return
	}
	s.distributions = true
	for i := range v.NumClasses() {
		s.add(v.Class(i).Name)
	}
}

func (s *shape) add(class string) {
	if _, known := s.classes[class]; !known {
		if s.classes == nil {
			s.classes = map[string]struct{}{}
		}
		s.classes[strings.Clone(class)] = struct{}{} // what is yielded is not kept
	}
}

// layOut orders the columns of a plan, one shape per dataset.
func (p *Plan) layOut(shapes []shape) *layout {
	classes := make([][]string, len(p.datasets))
	for d := range shapes {
		classes[d] = sortedClasses(shapes[d].classes)
	}
	namer := classNamer{taken: maps.Clone(p.taken)}
	names := namer.name(p.datasets, p.bases, classes)

	l := &layout{keep: p.keep, columns: []Column{{Name: p.id, Role: RoleID}}}
	for _, k := range p.keep {
		l.columns = append(l.columns, Column{Name: k.column, Role: RoleKept})
	}
	for d, dataset := range p.datasets {
		add := func(role Role) int {
			l.columns = append(l.columns, Column{Name: columnOf(p.bases[d], role), Role: role, Dataset: dataset})
			return len(l.columns) - 1
		}
		at := places{dataset: dataset, value: -1, classes: make(map[string]int, len(classes[d]))}
		if shapes[d].bare() {
			at.value = add(RoleValue)
		}
		for i, class := range classes[d] {
			at.classes[class] = len(l.columns)
			l.columns = append(l.columns, Column{Name: names[d][i], Role: RoleClass, Dataset: dataset, Class: class})
		}
		at.units, at.quality, at.coverage = add(RoleUnits), add(RoleQuality), add(RoleCoverage)
		l.places = append(l.places, at)
	}
	l.notes = namer.notes
	return l
}

func (l *layout) datasets() []string {
	ids := make([]string, len(l.places))
	for i, at := range l.places {
		ids[i] = at.dataset
	}
	return ids
}
