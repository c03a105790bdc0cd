package table

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
)

// A Form says how a table presents the answers. The zero Form has a row for each feature with all answers, in input order. Formats get
// columns and rows, and do not depend on the form.
type Form struct {
	Values      bool   `json:"values_only,omitempty"`  // without the columns of units, quality and coverage fraction
	IDName      string `json:"id_name,omitempty"`      // of the first column; "" is the name of the property that holds the ids, or id
	IDPrefix    string `json:"id_prefix,omitempty"`    // before every id, with an underscore between them
	SortByID    bool   `json:"sorted_by_id,omitempty"` // rows are in the order of the bytes of their ids, not in input order
	ZeroClasses bool   `json:"zero_classes,omitempty"` // 0, not an empty cell, for a class that a distribution lacks and others have
	// Long makes a row for each feature, dataset and class, with the columns id, kept properties, dataset, variable, class, period, value,
	// units, aggregation, quality, coverage_fraction, pixel_count and timestamp. If an answer is missing, the row has no value.
	Long bool `json:"long,omitempty"`
	// Wide makes a column for each period of a run, such as dem_t_2020_01, where the long form has a row for each.
	Wide bool `json:"wide,omitempty"`
}

// presets are forms that models read.
var presets = map[string]Form{
	// The table that cas.integrations.symfluence of the Python project writes, HRU_STATS_V1.
	"symfluence": {IDName: "hru_id", SortByID: true},
	// datasetzoo.genericdataset.load_attributes of neuralhydrology takes the first column as the basins' ids, and each other one as an attribute.
	"neuralhydrology": {IDName: "basin_id", Values: true},
	// Caravan's attributes_caravan_NAME.csv: ids are NAME_id.
	"caravan": {IDName: "gauge_id", Values: true},
}

// Presets returns the names that [Preset] knows.
func Presets() []string { return []string{"symfluence", "neuralhydrology", "caravan"} }

// Preset returns the form of the tables that a model reads: symfluence, neuralhydrology or caravan. For caravan, set IDPrefix too.
// Another name returns [cas.ErrInvalidRequest].
func Preset(name string) (Form, error) {
	form, known := presets[name]
	if !known {
		return Form{}, fmt.Errorf("%w: there is no preset %q: give one of %s", cas.ErrInvalidRequest, name, strings.Join(Presets(), ", "))
	}
	return form, nil
}

// check refuses parts of a form that do not go together.
func (f Form) check() error {
	switch {
	case f.Long && f.Wide:
		return fmt.Errorf("%w: a table is either in long or in wide form", cas.ErrInvalidRequest)
	case f.Long && f.ZeroClasses:
		return fmt.Errorf("%w: the long form has no columns of classes in which zeros could stand", cas.ErrInvalidRequest)
	case f.Long && f.Values:
		return fmt.Errorf("%w: the long form has a column of values already, and the units beside it", cas.ErrInvalidRequest)
	}
	return nil
}

// TableID returns the id that the table has for a feature's id.
func (f Form) TableID(id string) string {
	if f.IDPrefix == "" {
		return id
	}
	return strings.TrimSuffix(f.IDPrefix, "_") + "_" + id
}

// roles returns the roles of a dataset's columns, unless the form is long. There may be no column of RoleClass, or many.
func (f Form) roles() []Role {
	if f.Values {
		return []Role{RoleValue, RoleClass}
	}
	return []Role{RoleValue, RoleClass, RoleUnits, RoleQuality, RoleCoverage}
}

// longRoles are the columns of the long form behind the id and the kept properties.
var longRoles = []Role{
	RoleDataset, RoleVariable, RoleClassName, RolePeriod, RoleValue, RoleUnits, RoleAggregation, RoleQuality, RoleCoverage, RolePixels, RoleTimestamp,
}

// longColumn returns the column of a role in the long form.
func longColumn(r Role) Column {
	name := r.String()
	if r == RoleClassName {
		name = "class"
	}
	return Column{Name: name, Role: r}
}

// writeLong writes the rows of the long form.
func (w *rowsWriter) writeLong(a *answer) error {
	behind := len(w.row.Cells) - len(longRoles)
	period := cmp.Or(a.slot().period, w.period)
	for _, i := range a.slot().parts {
		result := a.results[i]
		cells := w.row.Cells[behind:]
		clear(cells)
		set := func(r Role, c Cell) { cells[slices.Index(longRoles, r)] = c }
		set(RoleDataset, textCell(a.plan.parts[i].dataset))
		if a.plan.hasPeriods() {
			set(RolePeriod, textCell(period))
		}
		if result == nil {
			if err := w.writeRow(); err != nil {
				return err
			}
			continue
		}
		set(RoleVariable, textCell(result.Variable))
		set(RolePeriod, textCell(period))
		set(RoleUnits, textCell(result.Units))
		set(RoleAggregation, textCell(string(result.Aggregation)))
		set(RoleQuality, textCell(string(result.Quality)))
		set(RoleCoverage, numberCell(result.CoverageFraction))
		set(RolePixels, numberCell(float64(result.PixelCount)))
		if result.Timestamp != nil {
			set(RoleTimestamp, textCell(result.Timestamp.String()))
		}
		if number, ok := result.Value.Float64(); ok {
			set(RoleValue, numberCell(number))
		}
		n := result.Value.NumClasses()
		for i := range n {
			class := result.Value.Class(i)
			set(RoleClassName, textCell(class.Name))
			set(RoleValue, numberCell(class.Fraction))
			if err := w.writeRow(); err != nil {
				return err
			}
		}
		if n == 0 {
			if err := w.writeRow(); err != nil {
				return err
			}
		}
	}
	return nil
}

func textCell(text string) Cell {
	if text == "" {
		return Cell{}
	}
	return Cell{Kind: TextCell, Text: text}
}
