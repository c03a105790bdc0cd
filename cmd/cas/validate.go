package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/tabulate"
)

func (a *app) validateCommand() *cobra.Command {
	var r reading
	c := &cobra.Command{
		Use:   "validate FILE",
		Short: "Find the features that cannot be asked for, offline",
		Long: `Check every feature of a file offline, as 'cas extract' does before it sends anything. The command finds null, empty or unclosed
geometries, NaN, coordinates in metres or out of range, another reference system, more than 10,000 vertices, polygons that cross
themselves, and ids that occur twice. It repairs nothing. FILE is - for standard input; features are counted from 0.`,
		Example: `  cas validate basins.geojson --id-field HYBAS_ID
  cas validate basins.geojson --json | jq -r '.problems[].id'`,
		Args: exactly(1, "one file, or - for standard input"),
		RunE: func(c *cobra.Command, args []string) error { return a.validate(c.Context(), args[0], r) },
	}
	r.flags(c.Flags())
	a.jsonFlag(c)
	return c
}

func (a *app) validate(ctx context.Context, path string, r reading) error {
	input, err := a.openInput(ctx, path, r.options(nil))
	if err != nil {
		return err
	}
	defer input.Source.Close()
	a.notes(input)
	defer a.notes(input)
	var list findings = &findingTable{out: a.out}
	if a.json {
		list = &findingJSON{out: a.out}
	}
	total, bad, err := tabulate.Validate(ctx, input, list.add)
	if is[*features.FieldError](err) {
		return err
	}
	if err := list.close(total, bad); err != nil {
		return err
	}
	fmt.Fprintf(a.err, "%s: %d features, %d bad\n", path, total, bad)
	if err != nil {
		return err
	}
	if bad > 0 {
		return errPartial
	}
	return nil
}

// findings writes problems as they come, because there may be as many as features.
type findings interface {
	add(tabulate.Finding) error
	close(features, bad int) error
}

// findingTable writes findings for people.
type findingTable struct {
	out  io.Writer
	rows screenTable
	n    int
}

// aligned is how many rows are aligned with each other.
const aligned = 1000

func (t *findingTable) add(f tabulate.Finding) error {
	if t.n == 0 {
		t.rows = newTable(t.out, "FEATURE", "ID", "PROBLEM", "REASON")
	}
	t.rows.row(fmt.Sprint(f.Feature), f.ID, string(f.Code), f.Reason)
	if t.n++; t.n%aligned == 0 {
		return t.rows.flush()
	}
	return nil
}

func (t *findingTable) close(int, int) error {
	if t.n == 0 {
		return nil
	}
	return t.rows.flush()
}

// findingJSON writes one JSON object: the problems, then the counts.
type findingJSON struct {
	out io.Writer
	n   int
}

func (j *findingJSON) add(f tabulate.Finding) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	before := ",\n    "
	if j.n++; j.n == 1 {
		before = "{\n  \"problems\": [\n    "
	}
	_, err = fmt.Fprintf(j.out, "%s%s", before, text)
	return err
}

func (j *findingJSON) close(features, bad int) error {
	before := "\n  ]"
	if j.n == 0 {
		before = "{\n  \"problems\": []"
	}
	_, err := fmt.Fprintf(j.out, "%s,\n  \"features\": %d,\n  \"bad\": %d\n}\n", before, features, bad)
	return err
}
