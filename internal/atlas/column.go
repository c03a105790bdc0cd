// Package atlas joins a column of a table of attributes with the shapes of its features, for a map.
package atlas

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/table"
)

// A Column is a column of numbers of a table.
type Column struct {
	Name   string
	Title  string             // for people, of the catalog; the name where nothing is known
	Units  string             // of all values; "" where they are not told, or differ
	IDName string             // of the table's first column, which holds the ids
	Values map[string]float64 // by id; NaN is an empty cell
	form   table.Form
	about  bool   // there is a description, and
	field  string // the property that it says holds the ids
}

// IDField is the property of the features that holds the ids of the table; "" is their own ids, or their places.
func (c *Column) IDField() string {
	if !c.about && c.IDName != "id" {
		return c.IDName
	}
	return c.field
}

// ReadColumn reads a column of a CSV as 'cas extract' writes it: ids first, and units in the column of the same name and _units.
// An error says what is wrong with the table, and which columns there are.
func ReadColumn(r io.Reader, name string) (*Column, error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	heads, err := rows.Read()
	if err == io.EOF {
		return nil, errors.New("the table is empty")
	}
	if err != nil {
		return nil, notCSV(err)
	}
	heads = slices.Clone(heads)
	heads[0] = strings.TrimPrefix(heads[0], "\ufeff")
	at := slices.Index(heads, name)
	if at < 0 {
		return nil, unknownColumn(heads, name)
	}
	c := &Column{Name: name, IDName: heads[0], Values: map[string]float64{}}
	unitsAt, units := slices.Index(heads, name+"_units"), unitsOf{}
	some := false
	for {
		cells, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, notCSV(err)
		}
		line, _ := rows.FieldPos(0)
		value, err := number(cells[at])
		if err != nil {
			return nil, fmt.Errorf("line %d: column %s holds %.40q, which is no number; %s", line, name, cells[at], choice(heads))
		}
		if _, twice := c.Values[cells[0]]; twice {
			return nil, fmt.Errorf("line %d: the id %q occurs twice", line, cells[0])
		}
		c.Values[strings.Clone(cells[0])] = value
		some = some || !math.IsNaN(value)
		if unitsAt >= 0 {
			units.see(cells[unitsAt])
		}
	}
	if !some {
		return nil, fmt.Errorf("column %s holds no value at all", name)
	}
	c.Units = units.text()
	c.describe(heads)
	return c, nil
}

// shareUnits are those of the share of a class, and of a coverage fraction.
const shareUnits = "share of the area"

// describe finds out, from the names of the columns and the catalog that the program carries, what the column holds.
func (c *Column) describe(heads []string) {
	c.Title = c.Name
	if c.Units == "" && strings.HasSuffix(c.Name, "_coverage_fraction") {
		c.Units = shareUnits
	}
	base := ""
	for _, head := range heads {
		if of, ok := strings.CutSuffix(head, "_units"); ok && len(of) > len(base) && (of == c.Name || strings.HasPrefix(c.Name, of+"_")) {
			base = of
		}
	}
	for _, d := range catalog.Datasets() {
		if table.ColumnName(d.ID) == c.Name || base != "" && table.ColumnName(d.ID) == base {
			c.Title = d.Name
			if c.Name != base && base != "" {
				c.Title += ": " + strings.ReplaceAll(strings.TrimPrefix(c.Name, base+"_"), "_", " ")
			}
		}
	}
	if c.Units == "" && base != "" && base != c.Name {
		c.Units = shareUnits
	}
}

// number is the value of a cell; NaN where it is empty.
func number(cell string) (float64, error) {
	if cell == "" {
		return math.NaN(), nil
	}
	return strconv.ParseFloat(cell, 64)
}

func notCSV(err error) error { return fmt.Errorf("not a CSV table: %w", err) }

// A ColumnError is a column that the table does not have.
type ColumnError struct{ text string }

// Error names the nearest, and what the table has.
func (e *ColumnError) Error() string { return e.text }

func unknownColumn(heads []string, name string) error {
	if name == "" {
		return &ColumnError{"give a column by -c; " + choice(heads)}
	}
	nearest := ""
	if near := catalog.SuggestFrom(heads[1:], name, 1); len(near) > 0 {
		nearest = fmt.Sprintf("; did you mean %s?", near[0])
	}
	return &ColumnError{fmt.Sprintf("there is no column %q%s; %s", name, nearest, choice(heads))}
}

// choice lists the columns that may hold numbers.
func choice(heads []string) string {
	var columns []string
	for _, head := range heads[1:] {
		if !strings.HasSuffix(head, "_units") && !strings.HasSuffix(head, "_quality") {
			columns = append(columns, head)
		}
	}
	const most = 30
	if more := len(columns) - most; more > 0 {
		columns = append(columns[:most], fmt.Sprintf("and %d more", more))
	}
	return "the table has " + strings.Join(columns, ", ")
}

// unitsOf collects the units of values, which are a map's only if they are all the same.
type unitsOf struct {
	first  string
	differ bool
}

func (u *unitsOf) see(units string) {
	switch {
	case units == "" || units == u.first:
	case u.first == "":
		u.first = strings.Clone(units)
	default:
		u.differ = true
	}
}

func (u *unitsOf) text() string {
	if u.differ {
		return ""
	}
	return u.first
}
