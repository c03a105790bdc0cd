package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/tabulate"
)

func (a *app) describeCommand() *cobra.Command {
	var r reading
	c := &cobra.Command{
		Use:   "describe FILE",
		Short: "Show what a file of features holds: format, reference system, layers, fields, extent",
		Long: `Read a file of features and show its format, reference system, layers, number of features, extent in longitude and latitude, and its
fields with a sample value. A field can be the id if every feature has a value and no value occurs twice. Name it in 'cas extract' by
--id-field.`,
		Example: `  cas describe hybas_na_lev06_v1c.zip
  cas describe nextgen.gpkg --layer divides --json`,
		Args: exactly(1, "one file, or - for standard input"),
		RunE: func(c *cobra.Command, args []string) error { return a.describe(c.Context(), args[0], r) },
	}
	r.flags(c.Flags())
	a.jsonFlag(c)
	return c
}

func (a *app) describe(ctx context.Context, path string, r reading) error {
	idField := r.idField
	r.idField = "" // ids are not checked here
	o := r.options(nil)
	o.Keep = nil
	input, err := a.openInput(ctx, path, o)
	if err != nil {
		return err
	}
	defer input.Source.Close()
	contents, err := tabulate.ReadContents(ctx, input)
	if err != nil {
		return err
	}
	var names []string
	for _, f := range contents.Fields {
		names = append(names, f.Name)
	}
	if idField != "" && idField != "id" && !slices.Contains(names, idField) {
		return &features.FieldError{Field: idField, Use: "take the id from", Fields: names}
	}
	if a.json {
		return a.printJSON(contents)
	}
	return a.printContents(contents)
}

func (a *app) printContents(d *tabulate.Contents) error {
	refused := fmt.Sprintf("%d, of which %d would be refused", d.Features, d.Refused)
	if d.Refused > 0 {
		refused += "; 'cas validate' says why"
	}
	lines := [][2]string{
		{"format", d.Format},
		{"system", cmp.Or(d.CRS, "longitude, latitude (WGS 84)")},
		{"features", refused},
	}
	if len(d.Layers) > 1 {
		lines = append(lines, [2]string{"layers", strings.Join(d.Layers, ", ") + " (this is " + d.Layer + ")"})
	}
	if d.Extent != nil {
		lines = append(lines, [2]string{"extent", fmt.Sprintf("%.4f to %.4f° E, %.4f to %.4f° N", d.Extent[0], d.Extent[2], d.Extent[1], d.Extent[3])})
	}
	for _, line := range lines {
		fmt.Fprintf(a.out, "%-9s %s\n", line[0], line[1])
	}
	fmt.Fprintln(a.out)
	t := newTable(a.out, "FIELD", "TYPE", "SAMPLE", "CAN BE THE ID")
	for _, f := range d.Fields {
		id := ""
		if f.CanBeID {
			id = "yes"
		}
		t.row(f.Name, f.Type, sample(f.Sample), id)
	}
	if err := t.flush(); err != nil {
		return err
	}
	for _, note := range d.Notes {
		fmt.Fprintln(a.err, "cas: note:", note)
	}
	return nil
}

// sample is a value cut to the width of a cell.
func sample(value json.RawMessage) string {
	const most = 40
	text := []rune(string(value))
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}
