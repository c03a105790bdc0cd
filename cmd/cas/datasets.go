package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
)

// datasetSearch has the arguments and flags of `cas datasets`.
type datasetSearch struct {
	query   catalog.Query
	columns []string
	offline bool
}

// temporalTypes are the values of --temporal-type.
var temporalTypes = []string{
	string(cas.TemporalStatic), string(cas.TemporalAnnual), string(cas.TemporalMonthly), string(cas.TemporalDaily), string(cas.TemporalHourly),
	string(cas.TemporalClimatology),
}

func (a *app) datasetsCommand() *cobra.Command {
	var s datasetSearch
	var temporal string
	var bbox string
	var finest, coarsest float64
	c := &cobra.Command{
		Use:        "datasets [WORD]...",
		SuggestFor: []string{"find", "search"},
		Short:      "Search the datasets, or list them all",
		Long: `Search the datasets by words and filters. All of them must apply; without any, the command lists all datasets. A word may be in the id,
the name, the description or the variables of a dataset; its beginning is enough. The best match comes first. The name of a place is seldom in
it: ask for a place by --bbox.

With --offline, the command searches the catalog inside this program and sends no request. A note on standard error says how old that
catalog is. If the service does not answer, the command does the same.`,
		Example: `  cas datasets soil clay --max-resolution 250
  cas datasets elevation --bbox -84.4,36.1,-84.0,36.5 --licence CC-BY
  cas datasets precipitation --temporal-type monthly --columns id,units,start,end --offline`,
		RunE: func(c *cobra.Command, words []string) error {
			s.query.Words = strings.Join(words, " ")
			if err := choose("--temporal-type", temporal, temporalTypes); err != nil {
				return err
			}
			s.query.TemporalType = cas.TemporalType(temporal)
			if c.Flags().Changed("min-resolution") {
				s.query.MinResolution = &finest
			}
			if c.Flags().Changed("max-resolution") {
				s.query.MaxResolution = &coarsest
			}
			if bbox != "" {
				box, err := parseBox(bbox)
				if err != nil {
					return err
				}
				s.query.BBox = box
			}
			return a.searchDatasets(c.Context(), s)
		},
	}
	f := c.Flags()
	f.StringVarP(&s.query.Provider, "provider", "p", "", "slug of a provider")
	f.StringVar(&s.query.Variable, "variable", "", "name of a variable, any case")
	f.StringVar(&temporal, "temporal-type", "", strings.Join(temporalTypes, ", "))
	f.Float64Var(&finest, "min-resolution", 0, "smallest pixel size in metres")
	f.Float64Var(&coarsest, "max-resolution", 0, "largest pixel size in metres")
	f.StringVar(&bbox, "bbox", "", "box that the dataset touches, in degrees: MIN_LON,MIN_LAT,MAX_LON,MAX_LAT; 'cas describe FILE' shows that of a file")
	f.StringVar(&s.query.Licence, "licence", "", "what the licence must contain, such as CC-BY-4.0")
	f.StringSliceVar(&s.columns, "columns", nil, "columns to print: "+strings.Join(columnNames(), ", "))
	f.BoolVar(&s.offline, "offline", false, "search the catalog inside this program; send no request")
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "license" {
			name = "licence"
		}
		return pflag.NormalizedName(name)
	})
	a.jsonFlag(c)
	_ = c.RegisterFlagCompletionFunc("columns", listed(func(context.Context) []string { return columnNames() })) // the flag is there
	return c
}

// parseBox reads a box in degrees. One whose west is greater than its east lies across the antimeridian.
func parseBox(text string) (*cas.BoundingBox, error) {
	const form = "give four numbers in degrees, MIN_LON,MIN_LAT,MAX_LON,MAX_LAT, such as -90.3,34.9,-81.6,36.7 for Tennessee"
	var box [4]float64
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	if len(parts) != len(box) {
		return nil, usage("--bbox %s: %s", text, form)
	}
	for i, part := range parts {
		number, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return nil, usage("--bbox %s: %q is no number; %s", text, part, form)
		}
		most := 180.0
		if i%2 == 1 {
			most = 90
		}
		if !(number >= -most && number <= most) { // NaN is outside too
			return nil, usage("--bbox %s: %s is outside -%g to %g: longitude comes first; %s", text, part, most, most, form)
		}
		box[i] = number
	}
	if box[1] > box[3] {
		return nil, usage("--bbox %s: the southern edge, %g, is north of the northern one, %g; %s", text, box[1], box[3], form)
	}
	return &cas.BoundingBox{MinLon: box[0], MinLat: box[1], MaxLon: box[2], MaxLat: box[3]}, nil
}

func (a *app) searchDatasets(ctx context.Context, s datasetSearch) error {
	if a.json && s.columns != nil {
		return usage("--columns is for the table; JSON has all of a dataset")
	}
	columns, err := chooseColumns(s.columns)
	if err != nil {
		return err
	}
	var found []cas.Dataset
	if !s.offline {
		if found, err = a.askDatasets(ctx, s.query); isAway(err) {
			a.tellAway(err)
			s.offline = true
		} else if err != nil {
			return err
		}
	} else {
		a.tellCarried()
	}
	if s.offline {
		found = catalog.Search(s.query)
	}
	if a.json {
		err = a.printJSON(append([]cas.Dataset{}, found...)) // [] rather than null
	} else {
		err = a.datasetTable(found, columns)
	}
	if len(found) == 0 {
		fmt.Fprintln(a.err, "cas: no dataset fits"+a.emptySearchHint(ctx, s))
	}
	return err
}

// askDatasets lets the service apply the filters that it supports, and applies the others to the answer.
func (a *app) askDatasets(ctx context.Context, q catalog.Query) ([]cas.Dataset, error) {
	filter := cas.DatasetFilter{
		Provider: q.Provider, Variable: q.Variable, TemporalType: q.TemporalType,
		MinResolution: q.MinResolution, MaxResolution: q.MaxResolution, BBox: q.BBox,
	}
	rest := catalog.Query{Words: q.Words, Licence: q.Licence}
	if q.BBox != nil && q.BBox.MinLon > q.BBox.MaxLon {
		filter.BBox, rest.BBox = nil, q.BBox // across the antimeridian, which the service does not know
	}
	var listed []cas.Dataset
	err := a.with(func(client *cas.Client) error {
		for d, err := range client.AllDatasets(ctx, filter) {
			if err != nil {
				return err
			}
			listed = append(listed, d)
		}
		return nil
	})
	return catalog.SearchIn(listed, rest), err
}

// emptySearchHint tells why a search may have found nothing: an unknown provider lists nothing, without an error.
func (a *app) emptySearchHint(ctx context.Context, s datasetSearch) string {
	switch {
	case s.query.Provider != "" && s.offline:
		return didYouMean(s.query.Provider, catalog.SuggestProvider(s.query.Provider, 1))
	case s.query.Provider != "":
		return a.suggestProvider(ctx, s.query.Provider)
	case s.query.Words != "" && s.query.BBox == nil:
		return ": every word must be in it; fewer or shorter ones find more, and --bbox asks for a place"
	case s.query.Words != "":
		return ": every word must be in it; fewer or shorter ones find more"
	default:
		return ""
	}
}

// column is a column of the table of datasets.
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

// The default columns, and those that a narrow terminal cuts first. An id is never cut, so that it can be copied.
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

// chooseColumns finds columns by their names; without names, the usual ones.
func chooseColumns(names []string) ([]column, error) {
	if names = trimmed(names); len(names) == 0 {
		names = usualColumns
	}
	chosen := make([]column, len(names))
	for i, name := range names {
		k := slices.Index(columnNames(), name)
		if k < 0 {
			return nil, choose("--columns", name, columnNames())
		}
		chosen[i] = datasetColumns[k]
	}
	return chosen, nil
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

// ofVariables joins a property of all variables of a dataset, without repetitions.
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

// momentText is a time as the service sent it; midnight is written as a date alone.
func momentText(t *cas.Timestamp) string {
	if t == nil {
		return "-"
	}
	return strings.TrimSuffix(strings.TrimSuffix(t.String(), "Z"), "T00:00:00")
}
