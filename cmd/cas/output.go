package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/community-attribute-service/cas-go/cas"
)

// printJSON writes v for programs: indented JSON, as the service spells it.
func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// screenTable writes rows for people, in columns, the first row being the heads.
type screenTable struct{ w *tabwriter.Writer }

func newTable(out io.Writer, heads ...string) screenTable {
	t := screenTable{tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)}
	t.row(heads...)
	return t
}

// row writes one row. Line ends and tabs inside a cell would break the table.
func (t screenTable) row(cells ...string) {
	for i, c := range cells {
		cells[i] = strings.Join(strings.Fields(c), " ")
	}
	fmt.Fprintln(t.w, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
}

func (t screenTable) flush() error { return t.w.Flush() }

// valueText is a value for people: a number with at most 6 significant digits behind which no one will look, a distribution as
// shares in percent, or a dash for no value.
func valueText(v cas.Value) string {
	if f, ok := v.Float64(); ok {
		return numberText(f)
	}
	classes := v.Classes()
	if v.IsNull() || len(classes) == 0 {
		return "-"
	}
	parts := make([]string, len(classes))
	for i, c := range classes {
		parts[i] = fmt.Sprintf("%s: %s%%", c.Name, strconv.FormatFloat(100*c.Fraction, 'g', 4, 64))
	}
	return strings.Join(parts, ", ")
}

func numberText(f float64) string { return strconv.FormatFloat(f, 'g', 6, 64) }
