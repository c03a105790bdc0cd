package shard

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/geopackage"
	"github.com/community-attribute-service/cas-go/table/netcdf"
	"github.com/community-attribute-service/cas-go/table/parquet"
)

const (
	elevation = "dem:elevation"
	cover     = "lc:cover"  // distributions
	mixed     = "lc:mixed"  // numbers, distributions and null
	soil      = "soil:clay" // failing often, null often
)

var formats = []table.Reader{table.CSV{}, table.NDJSON{}, table.JSON{}, parquet.Format{}, parquet.Format{Geo: true}, netcdf.Format{}, table.GeoJSON{}, geopackage.Format{}}

// extension returns the ending of a table's file.
func extension(f table.Format) string {
	if p, ok := f.(parquet.Format); ok && p.Geo {
		return "parquet"
	}
	return f.Name()
}

// A world is a run that can be divided: every outcome depends only on the position of its feature.
type world struct {
	outcomes []bulk.Outcome
	params   journal.Fingerprint
	keep     []string
	format   table.Reader
	form     table.Form
	sha256   string
}

var names = []string{`"plain"`, `"with, comma"`, `"quote \" and\r\nline ends\n"`, `null`, `""`, `1.50`, `9007199254740993`, "[1,\n 2]", `{"a":" b "}`, `" blank ends "`, `"é\u2028"`}

func newWorld(seed uint64, features int, f table.Reader) *world {
	random := rand.New(rand.NewPCG(seed, 1))
	w := &world{
		params: journal.Fingerprint{DatasetIDs: []string{elevation, cover, mixed, soil}, Aggregation: cas.AggregationMedian, IDField: "HYBAS_ID"},
		keep:   []string{"NAME", "UP"}, format: f, sha256: fmt.Sprintf("%064x", seed),
	}
	// Some classes and kinds of answers are rare: only few shards have them.
	classes := []string{"1", "2", "10", "-1", "a b", "a-b", "forêt", ""}
	for i := range features {
		w.outcomes = append(w.outcomes, w.outcome(random, i, classes))
	}
	return w
}

func (w *world) outcome(random *rand.Rand, i int, classes []string) bulk.Outcome {
	lon, lat := -84+random.Float64(), 36+random.Float64()
	f := features.Feature{ID: fmt.Sprint(7_120_000_000 + i), Index: i, Properties: map[string]json.RawMessage{
		"NAME": json.RawMessage(names[random.IntN(len(names))]), "UP": json.RawMessage(names[random.IntN(len(names))]),
	}}
	f.Geometry = fmt.Appendf(nil, `{"type":"Polygon","coordinates":[[[%v,%v],[%v,%v],[%v,%v],[%v,%v]]]}`,
		lon, lat, lon+0.1, lat, lon, lat+0.1, lon, lat)
	if random.IntN(20) == 0 {
		f.ID = "strange, \"id\" " + f.ID
		return bulk.Outcome{Feature: f, Err: fmt.Errorf("ring 0 is not closed\nposition %d", i)}
	}
	r := &cas.AttributeResponse{}
	add := func(dataset string, v cas.Value, a cas.AggregationMethod) {
		r.Results = append(r.Results, cas.AttributeResult{
			DatasetID: dataset, Value: v, Units: []string{"m", "km", "g/kg, \"dry\""}[min(random.IntN(40), 2)], Aggregation: a,
			Quality:          []cas.QualityFlag{cas.QualityGood, cas.QualityPartial, cas.QualityMissing}[random.IntN(3)],
			CoverageFraction: random.Float64(), Provenance: fmt.Sprintf("%s tile %d %s", dataset, random.IntN(30), strings.Repeat("é", random.IntN(2)*600)),
		})
	}
	spread := func() cas.Value {
		shares := map[string]float64{}
		for range random.IntN(4) {
			class := classes[min(random.IntN(len(classes)), random.IntN(len(classes)))]
			shares[class] = []float64{random.Float64(), 1e-7, math.NaN()}[random.IntN(3)]
		}
		return cas.DistributionValue(shares)
	}
	add(elevation, cas.NumberValue(random.NormFloat64()*1e3), cas.AggregationMedian)
	add(cover, spread(), cas.AggregationDistribution)
	switch random.IntN(12) {
	case 0:
		add(mixed, cas.NumberValue(math.Exp(random.NormFloat64()*30)), cas.AggregationMean)
	case 1, 2:
		add(mixed, spread(), cas.AggregationDistribution)
	default:
		add(mixed, cas.Value{}, cas.AggregationMedian)
	}
	if random.IntN(6) == 0 {
		add(soil, cas.Value{}, cas.AggregationMedian)
	}
	if random.IntN(3) == 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s: coverage %d%% below minimum threshold", elevation, random.IntN(30)),
			"kind "+string(rune('a'+random.IntN(26))))
	}
	o := bulk.Outcome{Feature: f, Response: r}
	if missing := cas.Missing(r, w.params.DatasetIDs); len(missing) > 0 {
		o.Err = &bulk.PartialError{Failures: missing}
	}
	return o
}

func (w *world) features(yield func(features.Feature, error) bool) {
	for _, o := range w.outcomes {
		if !yield(o.Feature, nil) {
			return
		}
	}
}

// run makes the table of one shard, or of the whole, as the command does.
func (w *world) run(t *testing.T, s Shard, output string) string {
	t.Helper()
	plan, err := w.form.PlanRun(w.params, w.keep, w.format)
	require.NoError(t, err)
	o := table.Options{Path: s.Path(output), Format: w.format, Plan: plan, Parameters: w.params, About: table.About{
		ServiceURL: "http://localhost:8000", ServiceVersion: "0.4.0", Client: "cas-go/1", Input: "basins.geojson", InputSHA256: w.sha256,
		Datasets: []cas.Dataset{{ID: elevation, Name: "DEM", ResolutionM: 30, License: "free"}, {
			ID: soil, ResolutionM: cas.Number(math.NaN()),
			Variables: []cas.Variable{{Name: "clay", Units: "%"}},
		}},
	}}
	source := func() iter.Seq2[bulk.Outcome, error] {
		return func(yield func(bulk.Outcome, error) bool) {
			for f := range s.Select(w.features, len(w.outcomes)) {
				if !yield(w.outcomes[f.Index], nil) {
					return
				}
			}
		}
	}
	o.Part = !s.Whole()
	require.NoError(t, RemoveManifest(o.Path))
	summary, err := table.Write(t.Context(), source, o)
	require.NoError(t, err)
	if !s.Whole() {
		require.NoError(t, WriteManifest(s, len(w.outcomes), w.keep, o, summary))
	}
	return o.Path
}

// shards makes all n shards, in random order.
func (w *world) shards(t *testing.T, n int, output string, random *rand.Rand) []string {
	t.Helper()
	var paths []string
	for _, i := range random.Perm(n) {
		paths = append(paths, w.run(t, Shard{i + 1, n}, output))
	}
	random.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	return paths
}

// files returns the files of a run by name.
func files(t *testing.T, output string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, path := range []string{output, table.ErrorsPath(output), table.MetaPath(output)} {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		all[filepath.Base(path)] = string(text)
	}
	return all
}
