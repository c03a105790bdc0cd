package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// extraction is what the flags of `cas extract` ask for.
type extraction struct {
	geometry    string
	datasets    []string
	aggregation string
	start, end  string
	tabulation
	sharding
	localRun
}

func (a *app) extractCommand() *cobra.Command {
	var x extraction
	c := &cobra.Command{
		Use:   "extract -g GEOMETRY -d DATASET [-o FILE]",
		Short: "Extract attributes of a geometry, or of a file of features",
		Long: `Extract attributes of one geometry and print them; or of many features, and write a table: a row per feature, in input order.

The table is CSV, NDJSON, JSON or Parquet, by the ending of -o; without -o, CSV (or JSON by --json) on standard output.
Beside FILE.csv stand FILE.errors.csv (what failed, and why), FILE.meta.json (parameters, counts, licences, citations) and
FILE.csv.journal, which keeps every answer as it arrives: a run that was stopped, at any moment and in any way, goes on with
--resume, and asks only for what failed or is new. An interrupt (Ctrl-C) lets what is in flight finish; a second one ends at once.

Input is GeoJSON: a geometry, Feature, FeatureCollection, text sequence or newline-delimited, plain or gzip, in longitude and
latitude. A feature that cannot be asked for is a row with its reason; see 'cas validate'.`,
		Example: `  cas extract -g '{"type":"Point","coordinates":[-84.2308,36.1983]}' -d copernicus_dem:elevation
  cas extract -g @basin.geojson -d modis_lc:land_cover -a majority --start 2020-01-01 --end 2020-12-31 --json
  cas extract -g @basins.geojson -d copernicus_dem:elevation -d isric_soilgrids:clay_0-5cm -o attributes.csv --id-field HYBAS_ID
  ogr2ogr -f GeoJSONSeq -t_srs EPSG:4326 /vsistdout/ basins.shp | cas extract -g - -d copernicus_dem:elevation -o attributes.parquet --geo`,
		Args: exactly(0, "its input by -g"),
		RunE: func(c *cobra.Command, _ []string) error { return a.extract(c.Context(), x) },
	}
	f := c.Flags()
	f.StringVarP(&x.geometry, "geometry", "g", "", "GeoJSON, @FILE, or - for standard input")
	f.StringSliceVarP(&x.datasets, "datasets", "d", nil, "dataset id, provider:dataset; repeat for more")
	f.StringVarP(&x.aggregation, "aggregation", "a", "", "statistic wished for (default: the service's, mean)")
	f.StringVar(&x.start, "start", "", "start of the period, ISO 8601")
	f.StringVar(&x.end, "end", "", "end of the period, ISO 8601")
	x.tabulation.flags(f)
	x.sharding.flags(f)
	x.localRun.flags(f)
	a.jsonFlag(c)
	return c
}

// extract prints the answer for one geometry, or tabulates what is more.
func (a *app) extract(ctx context.Context, x extraction) error {
	if err := x.check(); err != nil {
		return err
	}
	if err := x.divide(); err != nil {
		return err
	}
	input, err := geometryInput(x.geometry, a.in)
	if err != nil {
		return err
	}
	if x.output == "" && !x.dryRun {
		text, single, err := tabulate.Single(ctx, &input)
		if err != nil {
			return err
		}
		if single {
			return a.locally(ctx, x.localRun, func() error {
				return a.with(func(client *cas.Client) error { return a.extractOne(ctx, client, x, text) })
			})
		}
	}
	return a.extractMany(ctx, x, input)
}

// check refuses what cannot be right before anything is read.
func (x extraction) check() error {
	switch {
	case x.geometry == "":
		return usage("give a geometry by -g: GeoJSON, @FILE, or - for standard input")
	case len(x.datasets) == 0:
		return usage("give a dataset id by -d; 'cas datasets' lists them")
	case (x.start == "") != (x.end == ""):
		return usage("--start and --end belong together")
	}
	return x.tabulation.check()
}

// period is what --start and --end say; nil where they say nothing.
func (x extraction) period() cas.TimeRangeLike {
	if x.start == "" {
		return nil
	}
	return cas.Dates{x.start, x.end}
}

// geometryInput is what -g names.
func geometryInput(arg string, stdin io.Reader) (tabulate.Input, error) {
	switch {
	case arg == "-":
		return tabulate.Stream("-", stdin), nil
	case strings.HasPrefix(arg, "@"):
		input, err := tabulate.File(arg[1:])
		if err != nil {
			return input, usage("-g %s: %w", arg, err)
		}
		return input, nil
	default:
		return tabulate.Text([]byte(arg)), nil
	}
}

// extractOne asks for one geometry and prints the answer; a dataset without a result is named on standard error.
func (a *app) extractOne(ctx context.Context, client *cas.Client, x extraction, geometry []byte) error {
	answer, err := client.Extract(ctx, cas.ExtractRequest{
		Geometry: geometry, DatasetIDs: x.datasets, Aggregation: cas.AggregationMethod(x.aggregation), TimeRange: x.period(),
	})
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(answer)
	} else {
		err = a.printResults(answer)
	}
	if err != nil {
		return err
	}
	missing := cas.Missing(answer, x.datasets)
	for _, m := range missing {
		fmt.Fprintf(a.err, "cas: no result for %s: %s%s\n", m.DatasetID, m.Reason, a.suggestDataset(ctx, m.DatasetID))
	}
	if len(missing) > 0 {
		return errPartial
	}
	return nil
}

func (a *app) printResults(answer *cas.AttributeResponse) error {
	t := newTable(a.out, "DATASET", "VARIABLE", "VALUE", "UNITS", "AGGREGATION", "QUALITY", "COVERAGE", "PIXELS")
	for _, r := range answer.Results {
		t.row(r.DatasetID, r.Variable, valueText(r.Value), r.Units, string(r.Aggregation), string(r.Quality),
			numberText(100*r.CoverageFraction)+"%", fmt.Sprint(r.PixelCount))
	}
	return t.flush()
}
