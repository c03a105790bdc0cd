package table

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
)

// A Role is what a column holds.
type Role uint8

// The roles, in the order of a table's columns.
const (
	RoleID       Role = iota // the feature's id, never empty, as text
	RoleKept                 // a property of the feature
	RoleValue                // a dataset's value, in its units
	RoleClass                // the share of one class of a dataset's distribution, 0 to 1
	RoleUnits                // the units of the dataset's values, such as m
	RoleQuality              // the service's quality flag, such as good
	RoleCoverage             // the share of the geometry's pixels that hold data, 0 to 1
)

// The roles that only the long form has.
const (
	RoleDataset     Role = RoleCoverage + 1 + iota // id of the dataset
	RoleVariable                                   // the service's name of what was measured
	RoleClassName                                  // the class whose share the value is; empty for a number
	RolePeriod                                     // the period asked for, an ISO 8601 interval; empty if there was none
	RoleAggregation                                // the statistic that the service gave
	RolePixels                                     // how many pixels the value is computed from
	RoleTimestamp                                  // of the data, if the service gives one
)

var roleNames = [...]string{
	"id", "kept", "value", "class", "units", "quality", "coverage_fraction",
	"dataset", "variable", "class_name", "period", "aggregation", "pixel_count", "timestamp",
}

// String returns the role in a word: id, kept, value, class, units, quality, coverage_fraction, dataset, variable, class_name, period,
// aggregation, pixel_count, timestamp.
func (r Role) String() string { return roleNames[r] }

// MarshalText returns String as bytes.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (r *Role) UnmarshalText(text []byte) error {
	i := slices.Index(roleNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no column holds %q", text)
	}
	*r = Role(i)
	return nil
}

// A Column is one column of a table.
type Column struct {
	Name    string `json:"name"`              // heading, unique in the table
	Role    Role   `json:"holds"`             // what the cells hold
	Dataset string `json:"dataset,omitempty"` // id, if the role is a dataset's
	Class   string `json:"class,omitempty"`   // as the service spells it, if the role is RoleClass
	Period  string `json:"period,omitempty"`  // of the cells, start/end, in a table with a column for each
	Type    Type   `json:"type,omitzero"`     // of the cells, if the role is RoleKept and the columns of the format have types
}

// Numeric reports whether the cells of the column are numbers of the answers (float64). Otherwise they are text or, for kept
// properties, of the type in Type.
func (c Column) Numeric() bool {
	return c.Role == RoleValue || c.Role == RoleClass || c.Role == RoleCoverage || c.Role == RolePixels
}

// A ColumnError means that two columns of a table would have the same name, or one would have none. It is found before the first
// request: errors.As finds it in the error of PlanColumns, and errors.Is finds [cas.ErrInvalidRequest].
type ColumnError struct {
	Column        string // the name; may be empty
	First, Second string // what both would hold; Second is empty if the name itself is wrong
	Advice        string // what to do
}

// Error names the column, what it would hold, and what to do.
func (e *ColumnError) Error() string {
	if e.Second == "" {
		return fmt.Sprintf("%s gives no column name; %s", e.First, e.Advice)
	}
	return fmt.Sprintf("column %q would hold both %s and %s; %s", e.Column, e.First, e.Second, e.Advice)
}

// Is reports that a ColumnError is a [cas.ErrInvalidRequest].
func (e *ColumnError) Is(target error) bool { return target == cas.ErrInvalidRequest }

// A Plan is what is known about a table's columns before the first answer: everything except the classes.
type Plan struct {
	form     Form
	typed    bool   // the columns of the format have types
	part     bool   // kept properties are text even so: see Options.Part
	id       string // name of the id column
	keep     []kept
	datasets []string
	slots    []slot            // one for each outcome of a feature
	parts    []part            // of a row
	stacks   bool              // the format has a dimension for periods
	taken    map[string]string // column name to what the column holds
}

// kept is a property and the name of its column.
type kept struct{ property, column string }

// PlanColumns is [Form.PlanRun] of the zero Form, for datasets and the field of the ids, without periods.
func PlanColumns(datasets []string, idField string, keep []string, f Format) (*Plan, error) {
	return Form{}.PlanRun(journal.Fingerprint{DatasetIDs: datasets, IDField: idField}, keep, f)
}

// Form returns the form of the plan.
func (p *Plan) Form() Form { return p.form }

// PlanRun plans the table of a run with these parameters. Its columns are the id, named as its field or id, the properties of keep, and
// the datasets in their order. The format may be nil, which stands for one without requirements. A table of periods is in long form unless
// the form is wide or the format is a [Stacker].
//
// If two columns would have the same name, or a dataset or property is given twice, the error is a [*ColumnError]. If the parts of the form
// do not go together, it is cas.ErrInvalidRequest.
func (form Form) PlanRun(of journal.Fingerprint, keep []string, f Format) (*Plan, error) {
	form = form.of(of, stacks(f))
	if err := form.check(); err != nil {
		if len(of.Periods) > 0 && !form.Wide {
			err = fmt.Errorf("%w; a run of periods has a row for each: ask for the wide form, a column for each", err)
		}
		return nil, err
	}
	if len(of.DatasetIDs) == 0 {
		return nil, fmt.Errorf("%w: a table needs a dataset at least", cas.ErrInvalidRequest)
	}
	own, spell := []string(nil), func(property string) string { return property }
	if namer, ok := f.(Namer); ok {
		own, spell = namer.OwnColumns(), namer.PropertyColumn
	}
	p := &Plan{form: form, typed: typed(f), id: "id", datasets: slices.Clone(of.DatasetIDs), stacks: stacks(f), taken: map[string]string{}}
	p.divide(of)
	if err := p.checkWidth(); err != nil {
		return nil, err
	}
	if name := cmp.Or(form.IDName, of.IDField); name != "" {
		p.id = spell(name)
	}
	claims := []error{p.claim(p.id, "the id")}
	for _, column := range own {
		claims = append(claims, p.claim(column, "the "+column))
	}
	for _, property := range keep {
		p.keep = append(p.keep, kept{property, spell(property)})
		claims = append(claims, p.claim(spell(property), fmt.Sprintf("the property %q", property)))
	}
	if form.Long {
		for _, role := range longRoles {
			name := longColumn(role).Name
			claims = append(claims, p.claim(name, "the "+roleWords(role)))
		}
	}
	for d := range p.datasets {
		claims = append(claims, p.checkDataset(d))
	}
	for i := range p.parts {
		claims = append(claims, p.claimPart(&p.parts[i]))
	}
	if err := errors.Join(claims...); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Plan) checkDataset(d int) error {
	dataset := p.datasets[d]
	base := ColumnName(dataset)
	if base == "" {
		return &ColumnError{First: fmt.Sprintf("the dataset id %q", dataset), Advice: "it has no letter or digit: ids look like provider:dataset"}
	}
	if slices.Index(p.datasets, dataset) < d {
		return &ColumnError{Column: base, First: dataset, Second: dataset, Advice: "ask for each dataset once"}
	}
	return nil
}

func (p *Plan) claimPart(part *part) error {
	if p.form.Long || part.base == "" || slices.Index(p.datasets, part.dataset) < part.of {
		return nil
	}
	for _, role := range p.form.roles() {
		if role == RoleClass {
			continue
		}
		if err := p.claim(columnOf(part.base, role), fmt.Sprintf("the %s of %s", roleWords(role), part)); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) claim(name, holds string) error {
	if name == "" {
		return &ColumnError{First: holds, Advice: "give a property with a name"}
	}
	if first, taken := p.taken[name]; taken {
		advice := "ask for them in two runs"
		if name == p.id || slices.ContainsFunc(p.keep, func(k kept) bool { return k.column == name }) {
			advice = "rename the property in the input, or do not keep it"
		}
		return &ColumnError{Column: name, First: first, Second: holds, Advice: advice}
	}
	p.taken[name] = holds
	return nil
}

func roleWords(r Role) string {
	return strings.ReplaceAll(r.String(), "_", " ")
}

// columnOf returns the name of a dataset's column in a role other than RoleClass.
func columnOf(base string, role Role) string {
	if role == RoleValue {
		return base
	}
	return base + "_" + role.String()
}
