package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// extraction has the arguments and flags of `cas extract`.
type extraction struct {
	geometry    string
	datasets    []string
	aggregation string
	timing
	tabulation
	sharding
	localRun
}

func (a *app) extractCommand() *cobra.Command {
	var x extraction
	c := &cobra.Command{
		Use:        "extract INPUT -d DATASET [-o FILE]",
		SuggestFor: []string{"get", "run", "table"},
		Short:      "Extract attributes of a geometry, or of a file of features",
		Long: `Extract the attributes of one geometry and print them, or of many features and write a table. The table has a row for each feature, in
the order of the input.

The ending of -o chooses the format: CSV, NDJSON, JSON, Parquet or NetCDF; GeoJSON and GeoPackage also contain the geometries. Without -o,
the command prints CSV, or JSON with --json.

The journal beside the table keeps every answer as it arrives. If a run stops for whatever reason, give the same command again:
it resumes the run and asks only for what failed or is new. You can add datasets (-d) to a finished table. Another aggregation,
time range or id field needs another table, or --overwrite.

With --every or --period, the command asks for each period separately, and once for datasets that do not vary over time. The table has a
row for each feature, dataset and period; with --wide it has a column for each period; NetCDF has the dimension time. You can add periods to
a finished table.

If the service goes away, the command waits for it (--wait). Ctrl-C lets the requests in flight finish (--grace); a second one stops at once.

INPUT is a file of features, GeoJSON text, or - for standard input. A file can be GeoJSON in every form (plain or gzip), Shapefile (also
zipped), GeoPackage, GeoParquet, a CSV of points, or what an installed ogr2ogr reads; 'cas describe INPUT' shows what is in it.
Coordinates in another reference system are converted to longitude and latitude; a file whose datum is more than 2 m off WGS 84 is
refused. An invalid feature becomes a row with empty cells, and STEM.errors.csv has the reason (STEM is the name of the table without its
ending); see 'cas validate'.`,
		Example: `  cas extract -g '{"type":"Point","coordinates":[-84.2308,36.1983]}' -d copernicus_dem:elevation
  cas extract basin.geojson -d modis_lc:land_cover -a majority --start 2020-01-01 --end 2020-12-31 --json
  cas extract basins.geojson -d copernicus_dem:elevation -d isric_soilgrids:clay_0-5cm -o attributes.csv --id-field HYBAS_ID
  cas extract hybas_na_lev06_v1c.zip -d copernicus_dem:elevation -o attributes.parquet --id-field HYBAS_ID --geo
  cas extract basins.shp -d modis_lc:land_cover --every year --start 2015-01-01 --end 2020-12-31 -o cover.csv`,
		Args: between(0, 1, "one input"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && x.geometry != "" {
				return usage("give the input as an argument or by -g, not both")
			}
			if len(args) == 1 {
				x.geometry = args[0]
			}
			x.paced = c.Flags().Changed("concurrency")
			return a.extract(c.Context(), x)
		},
	}
	f := c.Flags()
	f.StringVarP(&x.geometry, "geometry", "g", "", "the input: GeoJSON text, a file, or - for standard input")
	f.StringSliceVarP(&x.datasets, "datasets", "d", nil, "dataset id, provider:dataset; repeat for more")
	f.StringVarP(&x.aggregation, "aggregation", "a", "", "statistic to ask for, if the provider offers it (default: the service's, mean)")
	x.timing.flags(f)
	x.tabulation.flags(f)
	x.sharding.flags(f)
	x.localRun.flags(f)
	a.jsonFlag(c)
	return c
}

// extract prints the answer for one geometry, or makes a table of several.
func (a *app) extract(ctx context.Context, x extraction) error {
	x.datasets, x.keep = trimmed(x.datasets), trimmed(x.keep)
	if err := x.check(); err != nil {
		return err
	}
	if err := x.divide(); err != nil {
		return err
	}
	if len(x.outputs) == 0 && !x.dryRun && len(x.periods) == 0 {
		feature, single, err := a.single(x.geometry, x.options(nil))
		if err != nil {
			return err
		}
		if single {
			if err := tabulate.Check(feature); err != nil {
				fmt.Fprintln(a.err, "cas: the geometry is refused:", err)
				return errPartial
			}
			return a.locally(ctx, x.localRun, func(string) error {
				return a.with(func(client *cas.Client) error { return a.extractOne(ctx, client, x, feature.Geometry) })
			})
		}
	}
	input, err := a.openInput(ctx, x.geometry, x.options(x.keep))
	if err != nil {
		return err
	}
	defer input.Source.Close()
	a.notes(input)
	defer a.notes(input)
	return a.extractMany(ctx, x, input)
}

// trimmed removes the blanks around the values of a list, and empty values.
func trimmed(list []string) []string {
	for i, text := range list {
		list[i] = strings.TrimSpace(text)
	}
	return slices.DeleteFunc(list, func(text string) bool { return text == "" })
}

// aggregations are the statistics that the service knows.
var aggregations = []string{
	string(cas.AggregationMean), string(cas.AggregationMedian), string(cas.AggregationMin), string(cas.AggregationMax),
	string(cas.AggregationStd), string(cas.AggregationSum), string(cas.AggregationMajority), string(cas.AggregationMinority),
	string(cas.AggregationUnique), string(cas.AggregationDistribution),
}

// check refuses wrong flags before anything is read.
func (x *extraction) check() error {
	switch {
	case x.geometry == "":
		return usage("give an input: a file, GeoJSON text, or - for standard input")
	case x.config.Workers < 0:
		return usage("--local-workers %d: give 1 or more", x.config.Workers)
	}
	return cmp.Or(checkDatasets(x.datasets), choose("-a", x.aggregation, aggregations), x.timing.check(), x.tabulation.check(), x.checkPeriods())
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
	if n := len(answer.Results); n > 0 && !slices.ContainsFunc(answer.Results, func(r cas.AttributeResult) bool { return !r.Value.IsNull() }) {
		a.warnOfNulls(n)
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
