package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/cas"
)

// extraction is what the flags of `cas extract` ask for.
type extraction struct {
	geometry    string
	datasets    []string
	aggregation string
	start, end  string
}

func (a *app) extractCommand() *cobra.Command {
	var x extraction
	c := &cobra.Command{
		Use:   "extract -g GEOMETRY -d DATASET",
		Short: "Extract attributes of a geometry",
		Example: `  cas extract -g '{"type":"Point","coordinates":[-84.2308,36.1983]}' -d copernicus_dem:elevation
  cas extract -g @basin.geojson -d modis_lc:land_cover -a majority --start 2020-01-01 --end 2020-12-31 --json`,
		Args: exactly(0, "its input by -g"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(func(client *cas.Client) error { return a.extractOne(c.Context(), client, x) })
		},
	}
	f := c.Flags()
	f.StringVarP(&x.geometry, "geometry", "g", "", "GeoJSON, @FILE, or - for standard input")
	f.StringSliceVarP(&x.datasets, "datasets", "d", nil, "dataset id, provider:dataset; repeat for more")
	f.StringVarP(&x.aggregation, "aggregation", "a", "", "statistic wished for (default: the service's, mean)")
	f.StringVar(&x.start, "start", "", "start of the period, ISO 8601")
	f.StringVar(&x.end, "end", "", "end of the period, ISO 8601")
	a.jsonFlag(c)
	return c
}

// extractOne asks for one geometry and prints the answer; a dataset without a result is named on standard error.
func (a *app) extractOne(ctx context.Context, client *cas.Client, x extraction) error {
	request, err := x.request(a.in)
	if err != nil {
		return err
	}
	answer, err := client.Extract(ctx, request)
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
	missing := cas.Missing(answer, request.DatasetIDs)
	for _, m := range missing {
		fmt.Fprintf(a.err, "cas: no result for %s: %s\n", m.DatasetID, m.Reason)
	}
	if len(missing) > 0 {
		return errPartial
	}
	return nil
}

func (x extraction) request(stdin io.Reader) (cas.ExtractRequest, error) {
	var none cas.ExtractRequest
	if x.geometry == "" {
		return none, usage("give a geometry by -g: GeoJSON, @FILE, or - for standard input")
	}
	if len(x.datasets) == 0 {
		return none, usage("give a dataset id by -d; 'cas datasets' lists them")
	}
	text, err := geometryInput(x.geometry, stdin)
	if err != nil {
		return none, err
	}
	r := cas.ExtractRequest{Geometry: text, DatasetIDs: x.datasets, Aggregation: cas.AggregationMethod(x.aggregation)}
	switch {
	case x.start != "" && x.end != "":
		r.TimeRange = cas.Dates{x.start, x.end}
	case x.start != "" || x.end != "":
		return none, usage("--start and --end belong together")
	}
	return r, nil
}

// geometryInput reads what -g names.
func geometryInput(arg string, stdin io.Reader) ([]byte, error) {
	switch {
	case arg == "-":
		return io.ReadAll(stdin)
	case strings.HasPrefix(arg, "@"):
		text, err := os.ReadFile(arg[1:])
		if err != nil {
			return nil, usage("-g %s: %w", arg, err)
		}
		return bytes.TrimPrefix(text, []byte("\ufeff")), nil
	default:
		return []byte(arg), nil
	}
}

func (a *app) printResults(answer *cas.AttributeResponse) error {
	t := newTable(a.out, "DATASET", "VARIABLE", "VALUE", "UNITS", "AGGREGATION", "QUALITY", "COVERAGE", "PIXELS")
	for _, r := range answer.Results {
		t.row(r.DatasetID, r.Variable, valueText(r.Value), r.Units, string(r.Aggregation), string(r.Quality),
			numberText(100*r.CoverageFraction)+"%", fmt.Sprint(r.PixelCount))
	}
	return t.flush()
}
