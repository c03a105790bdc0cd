package main

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
)

// column is one thing to say of a dataset.
type column struct {
	name string
	text func(cas.Dataset) string
}

var datasetColumns = []column{
	{"id", func(d cas.Dataset) string { return d.ID }},
	{"provider", func(d cas.Dataset) string { return d.Provider }},
	{"name", func(d cas.Dataset) string { return d.Name }},
	{"description", func(d cas.Dataset) string { return d.Description }},
	{"variables", func(d cas.Dataset) string { return ofVariables(d, func(v cas.Variable) string { return v.Name }) }},
	{"units", func(d cas.Dataset) string { return ofVariables(d, func(v cas.Variable) string { return v.Units }) }},
	{"resolution", func(d cas.Dataset) string { return metres(d.ResolutionM) }},
	{"crs", func(d cas.Dataset) string { return d.CRS }},
	{"bbox", func(d cas.Dataset) string { return boxText(d.BBox) }},
	{"time", func(d cas.Dataset) string { return string(d.Temporal.TemporalType) }},
	{"start", func(d cas.Dataset) string { return momentText(d.Temporal.Start) }},
	{"end", func(d cas.Dataset) string { return momentText(d.Temporal.End) }},
	{"protocol", func(d cas.Dataset) string { return string(d.Protocol) }},
	{"licence", func(d cas.Dataset) string { return d.License }},
	{"citation", func(d cas.Dataset) string { return d.Citation }},
}

// The columns of a table for which none are named, and those that give way first on a narrow terminal. An id is never cut: it is there
// to be copied.
var (
	usualColumns   = []string{"id", "name", "units", "resolution", "time", "licence"}
	elasticColumns = []string{"description", "citation", "name", "licence", "variables", "units"}
)

func columnNames() []string {
	names := make([]string, len(datasetColumns))
	for i, c := range datasetColumns {
		names[i] = c.name
	}
	return names
}

// chooseColumns gives the columns of these names, or the usual ones for none.
func chooseColumns(names []string) ([]column, error) {
	if len(names) == 0 {
		names = usualColumns
	}
	chosen := make([]column, len(names))
	for i, name := range names {
		k := slices.Index(columnNames(), strings.TrimSpace(name))
		if k < 0 {
			return nil, choose("--columns", name, columnNames())
		}
		chosen[i] = datasetColumns[k]
	}
	return chosen, nil
}

func (a *app) printDatasets(datasets []cas.Dataset) error {
	usual, err := chooseColumns(nil)
	if err != nil {
		return err
	}
	return a.datasetTable(datasets, usual)
}

func (a *app) datasetTable(datasets []cas.Dataset, columns []column) error {
	g := grid{screen: screenOf(a.out)}
	for _, c := range columns {
		g.heads = append(g.heads, strings.ToUpper(c.name))
	}
	for _, name := range elasticColumns {
		if i := slices.IndexFunc(columns, func(c column) bool { return c.name == name }); i >= 0 {
			g.elastic = append(g.elastic, i)
		}
	}
	for _, d := range datasets {
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = c.text(d)
		}
		g.row(cells...)
	}
	g.ink = func(_, i int) ink {
		if columns[i].name == "id" {
			return green
		}
		return plain
	}
	return g.write(a.out)
}

// ofVariables is one word of each variable, said once where it is the same for all.
func ofVariables(d cas.Dataset, word func(cas.Variable) string) string {
	var words []string
	for _, v := range d.Variables {
		if w := word(v); !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

func metres(n cas.Number) string {
	if f := float64(n); !math.IsNaN(f) {
		return strconv.FormatFloat(f, 'f', -1, 64) + " m"
	}
	return "-"
}

func boxText(b cas.BoundingBox) string {
	sides := make([]string, 0, 4)
	for _, side := range []float64{b.MinLon, b.MinLat, b.MaxLon, b.MaxLat} {
		sides = append(sides, strconv.FormatFloat(side, 'f', -1, 64))
	}
	return strings.Join(sides, ",")
}

// momentText is a time as the service sent it, the whole day as a date.
func momentText(t *cas.Timestamp) string {
	if t == nil {
		return "-"
	}
	return strings.TrimSuffix(strings.TrimSuffix(t.String(), "Z"), "T00:00:00")
}
