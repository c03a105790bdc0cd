package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/parquet"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// conversion has the arguments and flags of `cas convert`.
type conversion struct {
	journal, input, output string
	keep                   []string
	geo, overwrite, quiet  bool
	forming
	reading
}

func (a *app) convertCommand() *cobra.Command {
	var x conversion
	c := &cobra.Command{
		Use:   "convert JOURNAL [INPUT] -o FILE",
		Short: "Write another table of the answers that a run has kept",
		Long: `Write the answers of an earlier run in another format, form or choice of columns. They come from its journal; no request is sent.

JOURNAL is the journal of the run, or the table beside it. INPUT is the file of features of the run. It gives the order of the rows, the
properties of --keep and the geometries of GeoPackage, GeoJSON and --geo; without it, the rows are in the order of their ids. If the run has
not come to its end, give its 'cas extract' command again first: the table has only what is answered.`,
		Example: `  cas convert attributes.csv basins.geojson -o attributes.parquet --geo --keep NAME
  cas convert attributes.csv -o hru.csv --preset symfluence`,
		Args: between(1, 2, "a journal, and perhaps the file of features"),
		RunE: func(c *cobra.Command, args []string) error {
			x.journal = args[0]
			if len(args) == 2 {
				x.input = args[1]
			}
			return a.convert(c.Context(), x)
		},
	}
	f := c.Flags()
	f.StringVarP(&x.output, "output", "o", "", "table to write: FILE.csv, .ndjson, .json, .parquet, .nc (NetCDF), or with the geometries of INPUT .geojson, .gpkg")
	f.StringSliceVar(&x.keep, "keep", nil, "property of INPUT to copy into the table; repeat for more")
	f.BoolVar(&x.geo, "geo", false, "with -o FILE.parquet: write GeoParquet, with the geometries of INPUT")
	f.BoolVar(&x.overwrite, "overwrite", false, "replace a file that exists")
	x.forming.flags(f)
	x.reading.flags(f)
	_ = f.MarkHidden("id-field") // the journal knows it
	f.BoolVarP(&x.quiet, "quiet", "q", false, "no summary on standard error")
	return c
}

func (x *conversion) check() error {
	format := formatOf(x.output, x.geo)
	shaper, ok := format.(table.Shaper)
	switch {
	case x.output == "":
		return usage("give the table to write by -o FILE")
	case format == nil:
		return unknownEnding(x.output, endings...)
	case x.geo && format != table.Format(parquet.Format{Geo: true}):
		return usage("--geo writes GeoParquet, and needs -o FILE.parquet")
	case x.input == "" && (len(x.keep) > 0 || ok && shaper.HasGeometries()):
		return usage("--keep, --geo, .geojson and .gpkg need INPUT, the file of features: a journal has only the answers")
	}
	if _, err := os.Stat(x.output); err == nil && !x.overwrite {
		return usage("-o %s exists; give another name, or --overwrite", x.output)
	}
	return x.forming.check([]string{x.output})
}

func (a *app) convert(ctx context.Context, x conversion) error {
	x.keep = trimmed(x.keep)
	if err := x.check(); err != nil {
		return err
	}
	c := tabulate.Conversion{Journal: journalOf(x.journal), Keep: x.keep, Output: x.output, Format: formatOf(x.output, x.geo), Form: x.form}
	var input tabulate.Input
	if x.input != "" {
		c.Open = func(idField string) (tabulate.Input, error) {
			x.idField = idField
			var err error
			input, err = a.openInput(ctx, x.input, x.options(x.keep))
			return input, err
		}
	}
	started := time.Now()
	summary, err := c.Run(ctx)
	if input.Source != nil {
		a.notes(input)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	a.warn(summary.Notes)
	if !x.quiet {
		fmt.Fprintf(a.err, "%s: %d features, %d columns, %s\n", x.output, summary.Features, len(summary.Columns), duration(time.Since(started)))
	}
	if summary.Failed > 0 {
		a.tellFailed(summary, x.output, "")
		return errPartial
	}
	return nil
}

// journalOf is the path of the journal that a user names by itself or by the table beside it.
func journalOf(name string) string {
	if strings.HasSuffix(name, ".journal") {
		return name
	}
	return tabulate.JournalPath(name)
}
