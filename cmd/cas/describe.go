package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
	"github.com/community-attribute-service/cas-go/tabulate"
)

func (a *app) describeCommand() *cobra.Command {
	var r reading
	c := &cobra.Command{
		Use:   "describe FILE",
		Short: "Show what a file of features holds: format, reference system, layers, fields, extent",
		Long: `Read a file of features and show its format, reference system, layers, number of features, extent in longitude and latitude, and its
fields with a sample value. A field whose values are all there and all different can be the id: give it to 'cas extract' by --id-field.`,
		Example: `  cas describe hybas_na_lev06_v1c.zip
  cas describe nextgen.gpkg --layer divides --json`,
		Args: exactly(1, "one file, or - for standard input"),
		RunE: func(c *cobra.Command, args []string) error { return a.describe(c.Context(), args[0], r) },
	}
	r.flags(c.Flags())
	a.jsonFlag(c)
	return c
}

// description is what `cas describe` shows.
type description struct {
	Format   string                  `json:"format"`
	CRS      string                  `json:"crs"` // "" where the file names none
	Layer    string                  `json:"layer,omitempty"`
	Layers   []string                `json:"layers,omitempty"`
	Features int                     `json:"features"`
	Refused  int                     `json:"refused"` // that 'cas validate' names
	Extent   []float64               `json:"extent"`  // west, south, east, north in degrees; null where there is nothing
	Fields   []describedField        `json:"fields"`
	Notes    []string                `json:"notes,omitempty"`
	at       map[string]*fieldValues // by name
}

type describedField struct {
	Name      string          `json:"name"`
	Type      string          `json:"type,omitempty"` // in the format's words
	Sample    json.RawMessage `json:"sample"`         // the first value that is not null
	CanBeID   bool            `json:"can_be_id"`      // every feature has a value, and no two among the first 100,000 are the same
	Different int             `json:"different"`      // values that differ, among the first 100,000
}

// mostValues bounds the values of a field that are held against each other.
const mostValues = 100_000

// fieldValues collects the values of a field.
type fieldValues struct {
	field  describedField
	filled int
	seen   map[string]struct{} // nil once a value has come twice
}

func (a *app) describe(ctx context.Context, path string, r reading) error {
	r.idField = ""
	o := r.options(nil)
	o.Keep = nil
	input, err := a.openInput(ctx, path, o)
	if err != nil {
		return err
	}
	defer input.Source.Close()
	d := description{at: map[string]*fieldValues{}}
	if err := d.read(input); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(d)
	}
	return a.printDescription(&d)
}

// read reads all features.
func (d *description) read(in tabulate.Input) error {
	about := in.Source.Describe()
	d.Format, d.Layer, d.Layers = about.Format, about.Layer, about.Layers
	for _, f := range about.Fields {
		d.at[f.Name] = &fieldValues{field: describedField{Name: f.Name, Type: f.Type}, seen: map[string]struct{}{}}
	}
	names := make([]string, 0, len(about.Fields))
	for _, f := range about.Fields {
		names = append(names, f.Name)
	}
	west, south, east, north := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for f, err := range in.Source.Pass(features.Pass{Lenient: true}) {
		if err != nil {
			return err
		}
		d.Features++
		f.Err = nil // ids are not asked for
		seen := preflight.Inspect(f)
		if seen.Problem != nil || tabulate.ValidPolygons(f) != nil {
			d.Refused++
		} else {
			west, south, east, north = min(west, seen.West), min(south, seen.South), max(east, seen.East), max(north, seen.North)
		}
		names = d.take(f, names)
	}
	if west <= east {
		d.Extent = []float64{west, south, east, north}
	}
	for _, name := range names {
		c := d.at[name]
		c.field.CanBeID = d.Features > 0 && c.filled == d.Features && c.seen != nil
		d.Fields = append(d.Fields, c.field)
	}
	about = in.Source.Describe()
	d.CRS, d.Notes = about.CRS, about.Notes
	return nil
}

// take takes in the properties of a feature.
func (d *description) take(f features.Feature, names []string) []string {
	added := len(names)
	for name, value := range f.Properties {
		c := d.at[name]
		if c == nil {
			c = &fieldValues{field: describedField{Name: name}, seen: map[string]struct{}{}}
			d.at[name], names = c, append(names, name)
		}
		if len(value) == 0 || string(value) == "null" {
			continue
		}
		c.filled++
		if c.field.Sample == nil {
			c.field.Sample = slices.Clone(value)
		}
		if c.seen == nil || len(c.seen) == mostValues {
			continue
		}
		if _, twice := c.seen[string(value)]; twice {
			c.seen = nil // no id
			continue
		}
		c.seen[string(value)] = struct{}{}
		c.field.Different++
	}
	slices.Sort(names[added:])
	return names
}

func (a *app) printDescription(d *description) error {
	lines := [][2]string{
		{"format", d.Format},
		{"system", orText(d.CRS, "longitude, latitude (WGS 84)")},
		{"features", fmt.Sprintf("%d, of which %d would be refused", d.Features, d.Refused)},
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

func orText(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

// sample is a value as a cell.
func sample(value json.RawMessage) string {
	const most = 40
	text := []rune(string(value))
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}
