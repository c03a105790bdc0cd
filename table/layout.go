package table

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
)

// A layout is a plan with the classes: every column, and the places of a dataset's cells.
type layout struct {
	form    Form
	typed   bool
	columns []Column
	notes   []string // on classes whose columns have a number behind their names
	keep    []kept
	places  []places // by part
}

// places are the columns of one part.
type places struct {
	dataset                  string
	value                    int            // -1 if there are only distributions
	classes                  map[string]int // place of each
	units, quality, coverage int            // -1 if the form has none
}

// shape is what the answers show about the values of a dataset.
type shape struct {
	numbers, distributions bool
	classes                map[string]struct{}
}

// bare reports whether the dataset has a column for its value. If all values are null or missing, there is one, so that the table shows
// that the dataset was asked for.
func (s *shape) bare() bool { return s.numbers || !s.distributions }

// see takes note of a value and returns how many of its classes are new.
func (s *shape) see(v cas.Value) (added int) {
	if _, ok := v.Float64(); ok {
		s.numbers = true
		return 0
	}
	if v.IsNull() {
		return 0
	}
	s.distributions = true
	for i := range v.NumClasses() {
		added += s.add(v.Class(i).Name)
	}
	return added
}

func (s *shape) add(class string) (added int) {
	if _, known := s.classes[class]; known {
		return 0
	}
	if s.classes == nil {
		s.classes = map[string]struct{}{}
	}
	s.classes[strings.Clone(class)] = struct{}{} // the outcome is valid until the next one
	return 1
}

// layOut orders the columns of a plan, for what the answers show.
func (p *Plan) layOut(found *found) *layout {
	shapes := found.shapes
	l := &layout{form: p.form, typed: p.typed && !p.part, keep: p.keep, columns: []Column{{Name: p.id, Role: RoleID}}}
	for i, k := range p.keep {
		l.columns = append(l.columns, Column{Name: k.column, Role: RoleKept})
		if !p.part {
			l.columns[1+i].Type = found.kept[i].Type
		}
	}
	if p.form.Long {
		for _, role := range longRoles {
			l.columns = append(l.columns, longColumn(role))
		}
		return l
	}
	ofDataset := make([][]string, len(p.datasets))
	for d := range shapes {
		ofDataset[d] = slices.Sorted(maps.Keys(shapes[d].classes))
	}
	datasets, bases, classes := make([]string, len(p.parts)), make([]string, len(p.parts)), make([][]string, len(p.parts))
	for i := range p.parts {
		datasets[i], bases[i], classes[i] = p.parts[i].String(), p.parts[i].base, ofDataset[p.parts[i].of]
	}
	namer := classNamer{taken: maps.Clone(p.taken)}
	names := namer.name(datasets, bases, classes)

	for d, part := range p.parts {
		add := func(role Role) int {
			l.columns = append(l.columns, Column{Name: columnOf(part.base, role), Role: role, Dataset: part.dataset, Period: part.period})
			return len(l.columns) - 1
		}
		at := places{dataset: part.dataset, value: -1, classes: make(map[string]int, len(classes[d])), units: -1, quality: -1, coverage: -1}
		if shapes[part.of].bare() {
			at.value = add(RoleValue)
		}
		for i, class := range classes[d] {
			at.classes[class] = len(l.columns)
			l.columns = append(l.columns, Column{Name: names[d][i], Role: RoleClass, Dataset: part.dataset, Class: class, Period: part.period})
		}
		if !p.form.Values {
			at.units, at.quality, at.coverage = add(RoleUnits), add(RoleQuality), add(RoleCoverage)
		}
		l.places = append(l.places, at)
	}
	l.notes = namer.notes
	if found.classes > manyClasses {
		l.notes = append(l.notes, fmt.Sprintf("%d classes make as many columns; the long form has a row for each instead", found.classes))
	}
	return l
}

// found is what the answers show, as far as columns depend on it.
type found struct {
	plan    *Plan
	shapes  []shape    // by dataset: every period has the same columns
	kept    []KeptType // by property; unknown unless the columns of the format have types
	classes int        // columns of classes
	spread  []int      // how many columns a class of a dataset makes
}

func (p *Plan) nothingFound() *found {
	f := &found{plan: p, shapes: make([]shape, len(p.datasets)), kept: make([]KeptType, len(p.keep)), spread: make([]int, len(p.datasets))}
	for i := range p.parts {
		if d := p.parts[i].of; f.spread[d] == 0 || !p.stacks {
			f.spread[d]++
		}
	}
	return f
}

// Numbers of columns for classes, of all datasets together. Few programs open a table with more than mostClasses.
const (
	manyClasses = 200
	mostClasses = 2000
)

// A ClassesError means that a table would have too many columns, one for each class. The long form has no such limit.
type ClassesError struct {
	Dataset string // with the most classes
	Classes int    // of this dataset, as far as they were counted
}

// Error names the dataset and what to do.
func (e *ClassesError) Error() string {
	return fmt.Sprintf("the answers have more than %d classes, %d of them of %s: too many for a column each; write the long form, a row per class",
		mostClasses, e.Classes, e.Dataset)
}

// see takes note of an outcome.
func (f *found) see(a *answer) error {
	if f.plan.typed && a.first() {
		for i, k := range f.plan.keep {
			f.kept[i].see(a.outcome.Feature.Properties[k.property])
		}
	}
	if f.plan.form.Long {
		return nil
	}
	for _, i := range a.slot().parts {
		if r := a.results[i]; r != nil {
			d := f.plan.parts[i].of
			f.classes += f.spread[d] * f.shapes[d].see(r.Value)
		}
	}
	return f.check()
}

// check refuses too many classes.
func (f *found) check() error {
	if f.classes <= mostClasses {
		return nil
	}
	most := 0
	for d := range f.shapes {
		if len(f.shapes[d].classes) > len(f.shapes[most].classes) {
			most = d
		}
	}
	return &ClassesError{Dataset: f.plan.datasets[most], Classes: len(f.shapes[most].classes)}
}
