package atlas

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/table"
)

// description is what is read of the description beside a table.
type description struct {
	Table struct {
		File    string         `json:"file"`
		Also    []string       `json:"also"` // other tables of the same run
		Format  string         `json:"format"`
		Form    table.Form     `json:"form"`
		Columns []table.Column `json:"columns"`
	} `json:"table"`
	Parameters struct {
		IDField string `json:"id_field"`
	} `json:"parameters"`
	Datasets []struct {
		ID    string   `json:"id"`
		Name  string   `json:"name"`
		Units []string `json:"units"`
	} `json:"datasets"`
}

// ReadTable reads a column of a table that 'cas extract' wrote, in any of the formats, by means of the description beside it. A CSV
// needs none.
func ReadTable(path, name string, formats ...table.Reader) (*Column, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	about, err := readDescription(path)
	if err != nil {
		return nil, err
	}
	if about != nil && about.Table.Form.Long {
		return nil, errors.New("the table is in long form, with many rows for a feature; make one with a column per dataset, by the same command without --long")
	}
	if strings.EqualFold(filepath.Ext(path), ".csv") {
		c, err := ReadColumn(file, name)
		if err == nil && about != nil {
			about.tell(c)
		}
		return c, err
	}
	if about == nil {
		return nil, fmt.Errorf("the description %s is not beside it, which says what columns there are", filepath.Base(table.MetaPath(path)))
	}
	if about.Table.File != filepath.Base(path) {
		return nil, fmt.Errorf("the description beside it is of %s, which was made by the same run: draw that one", about.Table.File)
	}
	i := slices.IndexFunc(formats, func(f table.Reader) bool { return f.Name() == about.Table.Format })
	if i < 0 {
		return nil, fmt.Errorf("tables in %s cannot be read again; write the same table as CSV or Parquet", about.Table.Format)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	c, err := about.read(name, formats[i], file, info.Size())
	if err == nil {
		about.tell(c)
	}
	return c, err
}

// readDescription reads the description beside a table; nil is none, or one of another table.
func readDescription(path string) (*description, error) {
	text, err := os.ReadFile(table.MetaPath(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var d description
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", table.MetaPath(path), err)
	}
	name := filepath.Base(path)
	if len(d.Table.Columns) == 0 || d.Table.File != name && !slices.Contains(d.Table.Also, name) {
		return nil, nil
	}
	return &d, nil
}

// read reads a column of a format.
func (d *description) read(name string, f table.Reader, file *os.File, size int64) (*Column, error) {
	heads := make([]string, len(d.Table.Columns))
	for i, c := range d.Table.Columns {
		heads[i] = c.Name
	}
	at := slices.Index(heads, name)
	if at < 0 {
		return nil, unknownColumn(heads, name)
	}
	c := &Column{Name: name, IDName: heads[0], Values: map[string]float64{}}
	unitsAt, units, some, n := slices.Index(heads, name+"_units"), unitsOf{}, false, 0
	for row, err := range f.ReadRows(file, size, d.Table.Columns) {
		if err != nil {
			return nil, err
		}
		n++
		value, text := valueOf(&row.Cells[at])
		if text != "" {
			return nil, fmt.Errorf("row %d: column %s holds %.40q, which is no number; %s", n, name, text, choice(heads))
		}
		id := cellText(&row.Cells[0])
		if _, twice := c.Values[id]; twice {
			return nil, fmt.Errorf("row %d: the id %q occurs twice", n, id)
		}
		c.Values[strings.Clone(id)] = value
		some = some || !math.IsNaN(value)
		if unitsAt >= 0 {
			units.see(cellText(&row.Cells[unitsAt]))
		}
	}
	if !some {
		return nil, fmt.Errorf("column %s holds no value at all", name)
	}
	c.Units = units.text()
	c.describe(heads)
	return c, nil
}

// tell adds what the description says of the column.
func (d *description) tell(c *Column) {
	c.form, c.about, c.field = d.Table.Form, true, d.Parameters.IDField
	i := slices.IndexFunc(d.Table.Columns, func(t table.Column) bool { return t.Name == c.Name })
	if i < 0 {
		return
	}
	column := d.Table.Columns[i]
	for _, dataset := range d.Datasets {
		if dataset.ID != column.Dataset {
			continue
		}
		if dataset.Name != "" {
			c.Title = dataset.Name
		}
		if column.Role == table.RoleValue && c.Units == "" && len(dataset.Units) == 1 {
			c.Units = dataset.Units[0]
		}
		if dataset.Name == "" {
			continue
		}
		switch column.Role {
		case table.RoleClass:
			c.Title = fmt.Sprintf("%s: class %s", dataset.Name, column.Class)
		case table.RoleCoverage:
			c.Title = dataset.Name + ": area with data"
		default:
		}
	}
	if column.Role == table.RoleClass || column.Role == table.RoleCoverage {
		c.Units = shareUnits
	}
}

// valueOf is the number of a cell, or the text that is none.
func valueOf(c *table.Cell) (value float64, text string) {
	if c.Kind == table.NumberCell {
		return c.Number, ""
	}
	text = cellText(c)
	value, err := number(text)
	if err != nil {
		return 0, text
	}
	return value, ""
}

func cellText(c *table.Cell) string {
	if c.Kind == table.NumberCell {
		return strconv.FormatFloat(c.Number, 'g', -1, 64)
	}
	return c.PlainText()
}
