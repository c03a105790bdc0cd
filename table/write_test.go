package table

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
)

var update = flag.Bool("update", false, "write the golden files of this test anew")

const elevation, landCover, clay = "copernicus_dem:elevation", "modis_lc:land_cover", "isric_soilgrids:clay_0-5cm"

// scenario is a run with one of everything.
func scenario() []bulk.Outcome {
	whole := answered("01013500",
		classes(landCover, map[string]float64{"0": 0.25, "10": 0.75, "-1": math.NaN()}),
		number(clay, 0.1), number(elevation, 388))
	whole = keeping(whole, `{"NAME": "Fish River, \"upper\"", "SUB_AREA": 1.50, "UP": 9007199254740993, "flags": [1,
		{"a": "x"}], "coast": false}`)

	null := answered("7120034520", result(elevation, cas.Value{}), classes(landCover, map[string]float64{"forêt, dense": 1}), number(clay, -1.5e-9))
	null.Response.Results[0].Quality, null.Response.Results[0].CoverageFraction = cas.QualityMissing, 0
	null.Response.Results[2].Units = "g/kg"
	null.Response.Warnings = []string{elevation + ": coverage 0% below minimum threshold (30%)"}
	null = keeping(null, `{"NAME": null, "coast": true}`)

	lacking := answered("9007199254740993", number(elevation, 1e21))
	lacking.Response.Warnings = []string{
		elevation + ": coverage 12.5% below minimum threshold (30%)",
		landCover + ": [modis_lc] upstream returned HTTP 503\nrequest 5f3a9c01d2e4",
		"the catalog is 3 days old",
	}
	lacking.Err = &bulk.PartialError{Failures: cas.Missing(lacking.Response, []string{elevation, landCover, clay})}
	lacking = keeping(lacking, `{"NAME": " padded ", "SUB_AREA": ""}`)

	return []bulk.Outcome{whole, null, lacking, failed("a,b", `ring 0 is not closed: the first position is not the last`)}
}

func options(t *testing.T, path string, f Format) Options {
	t.Helper()
	datasets := []string{elevation, landCover, clay}
	plan, err := PlanColumns(datasets, "HYBAS_ID", []string{"NAME", "SUB_AREA", "UP", "flags", "coast"}, nil)
	require.NoError(t, err)
	return Options{
		Path: path, Format: f, Plan: plan,
		Parameters: journal.Fingerprint{DatasetIDs: datasets, TimeRange: "2020-01-01T00:00:00/2020-12-31T00:00:00", IDField: "HYBAS_ID"},
		About: About{
			ServiceURL: "http://localhost:8000", ServiceVersion: "0.4.0", Client: "cas-go/1.0.0", Input: "basins.geojson",
			InputSHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			Datasets: []cas.Dataset{
				{
					ID: elevation, Name: "Copernicus DEM", ResolutionM: 30, License: "free", Citation: "ESA <2021> & Airbus",
					Variables: []cas.Variable{{Name: "elevation", Units: "m"}},
				},
				{ID: landCover, Name: "Land cover", ResolutionM: cas.Number(math.NaN())},
				{ID: "other:one", Name: "not asked for"},
			},
		},
	}
}

func TestGolden(t *testing.T) {
	for _, f := range []Format{CSV{}, NDJSON{}, JSON{}, GeoJSON{}} {
		dir := t.TempDir()
		path := filepath.Join(dir, "attributes."+f.Name())
		require.Equal(t, f, FormatOf(path))
		_, err := Write(t.Context(), from(scenario()...), options(t, path, f))
		require.NoError(t, err)
		require.ElementsMatch(t, []string{"attributes." + f.Name(), "attributes.errors.csv", "attributes.meta.json"}, folder(t, dir))
		golden(t, path, "attributes."+f.Name())
		golden(t, ErrorsPath(path), "attributes.errors.csv")
		if f == (CSV{}) {
			golden(t, MetaPath(path), "attributes.meta.json")
		}
	}
	assert.Nil(t, FormatOf("attributes.xlsx"))
	assert.Equal(t, NDJSON{}, FormatOf("A.JSONL"))
}

func golden(t *testing.T, path, name string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(text(t, path)), 0o644))
	}
	assert.Equal(t, text(t, name), text(t, path), name)
}

func TestSummary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "attributes.csv")
	s, err := Write(t.Context(), from(scenario()...), options(t, path, CSV{}))
	require.NoError(t, err)
	assert.Equal(t, Counts{
		Features: 4, Failed: 2, Results: 7, NullValues: 1,
		ByQuality: map[cas.QualityFlag]int{cas.QualityGood: 6, cas.QualityMissing: 1},
	}, s.Counts)
	assert.Equal(t, map[cas.AggregationMethod]int{cas.AggregationDistribution: 2}, s.Datasets[1].Mismatches)
	assert.Nil(t, s.Datasets[0].Mismatches)
	assert.Equal(t, []string{"m", "g/kg"}, s.Datasets[2].Units)
	assert.Equal(t, 1, s.Datasets[0].Missing)
}

func TestJSONFormsAreJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "attributes.json")
	_, err := Write(t.Context(), from(scenario()...), options(t, path, JSON{}))
	require.NoError(t, err)
	var rows []map[string]any
	require.NoError(t, json.Unmarshal([]byte(text(t, path)), &rows))
	require.Len(t, rows, 4)
	for _, row := range rows {
		assert.Len(t, row, len(rows[0]), "every row has every column")
	}
	assert.Nil(t, rows[1]["copernicus_dem_elevation"])

	path, _ = write(t, JSON{}, []string{elevation}, nil)
	assert.Equal(t, "[\n]\n", text(t, path))
	path, _ = write(t, NDJSON{}, []string{elevation}, nil)
	assert.Empty(t, text(t, path))
}

// TestNothingIsTouchedByAFailure has a run fail at every outcome, in both passes.
func TestNothingIsTouchedByAFailure(t *testing.T) {
	broken := errors.New("the journal cannot be read")
	names := []string{"attributes.csv", "attributes.errors.csv", "attributes.meta.json"}
	for pass := range 2 {
		for at := range len(scenario()) {
			dir := t.TempDir()
			for _, name := range names {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o644))
			}
			passes := 0
			source := func() iter.Seq2[bulk.Outcome, error] {
				passes++
				return func(yield func(bulk.Outcome, error) bool) {
					for i, o := range scenario() {
						if passes == pass+1 && i == at {
							yield(bulk.Outcome{}, broken)
							return
						}
						if !yield(o, nil) {
							return
						}
					}
				}
			}
			_, err := Write(t.Context(), source, options(t, filepath.Join(dir, "attributes.csv"), CSV{}))
			require.ErrorIs(t, err, broken)
			require.Equal(t, names, folder(t, dir))
			for _, name := range names {
				require.Equal(t, "old", text(t, filepath.Join(dir, name)))
			}
		}
	}
}

func TestWriteStopsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Write(ctx, from(scenario()...), options(t, filepath.Join(dir, "attributes.csv"), CSV{}))
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, folder(t, dir))
}

// late is a run whose last answer has a column that nobody expects after the first ones: it takes another pass.
func late(n int, last bulk.Outcome) []bulk.Outcome {
	var outcomes []bulk.Outcome
	for i := range n {
		o := answered(fmt.Sprint(i), classes(landCover, map[string]float64{"1": 1}))
		o.Feature.Index = i
		outcomes = append(outcomes, o)
	}
	last.Feature.Index = n
	return append(outcomes, last)
}

func landCoverOptions(t *testing.T) Options {
	t.Helper()
	plan, err := PlanColumns([]string{landCover}, "", nil, nil)
	require.NoError(t, err)
	return Options{
		Path: filepath.Join(t.TempDir(), "a.csv"), Format: CSV{}, Plan: plan,
		Parameters: journal.Fingerprint{DatasetIDs: []string{landCover}},
	}
}

// Columns that come late are there from the first row on, and one pass does where none does.
func TestColumnsThatComeLate(t *testing.T) {
	for name, c := range map[string]struct {
		outcomes []bulk.Outcome
		passes   int // the look ahead among them
		first    string
		last     string
	}{
		"none":            {late(lookAhead, answered("x", classes(landCover, map[string]float64{"1": 1}))), 2, "0,1,class,good,1", "x,1,class,good,1"},
		"a class":         {late(lookAhead, answered("x", classes(landCover, map[string]float64{"0": 1}))), 3, "0,,1,class,good,1", "x,1,,class,good,1"},
		"a number":        {late(lookAhead, answered("x", number(landCover, 7))), 3, "0,,1,class,good,1", "x,7,,m,good,1"},
		"the last of all": {late(lookAhead-1, answered("x", classes(landCover, map[string]float64{"0": 1}))), 2, "0,,1,class,good,1", "x,1,,class,good,1"},
	} {
		t.Run(name, func(t *testing.T) {
			passes := 0
			o := landCoverOptions(t)
			summary, err := Write(t.Context(), func() iter.Seq2[bulk.Outcome, error] {
				passes++
				return from(c.outcomes...)()
			}, o)
			require.NoError(t, err)
			assert.Equal(t, c.passes, passes)
			lines := strings.Split(strings.TrimSpace(text(t, o.Path)), "\n")
			require.Len(t, lines, len(c.outcomes)+1)
			assert.Equal(t, len(summary.Columns), strings.Count(lines[0], ",")+1)
			assert.Equal(t, c.first, lines[1])
			assert.Equal(t, c.last, lines[len(c.outcomes)])
		})
	}
}

func TestAnswersThatChangeBetweenThePasses(t *testing.T) {
	first := late(lookAhead, answered("x", classes(landCover, map[string]float64{"0": 1})))
	changed := func(last bulk.Outcome) []bulk.Outcome { return late(lookAhead, last) }
	for _, c := range []struct {
		second []bulk.Outcome
		want   string
	}{
		{append(slices.Clone(first), first[0]), "there are 1002 features, not 1001,"},
		{nil, "there are 0 features, not 1001,"},
		{changed(answered("x", classes(landCover, map[string]float64{"2": 1}))), `feature 1000 (id "x"): modis_lc:land_cover has a class "2"`},
		{changed(answered("x", number(landCover, 2))), `feature 1000 (id "x"): modis_lc:land_cover has a number`},
	} {
		passes := 0
		source := func() iter.Seq2[bulk.Outcome, error] {
			if passes++; passes < 3 {
				return from(first...)()
			}
			return from(c.second...)()
		}
		o := landCoverOptions(t)
		_, err := Write(t.Context(), source, o)
		require.ErrorContains(t, err, c.want)
		require.ErrorContains(t, err, "something changed the run's answers meanwhile")
		assert.Empty(t, folder(t, filepath.Dir(o.Path)))
	}
}

func TestTheTableIsRenamedLast(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "attributes.csv")
	require.NoError(t, os.MkdirAll(filepath.Join(path, "in the way"), 0o755)) // a folder cannot be renamed over
	_, err := Write(t.Context(), from(scenario()...), options(t, path, CSV{}))
	require.Error(t, err)
	assert.ElementsMatch(t, []string{"attributes.csv", "attributes.errors.csv", "attributes.meta.json"}, folder(t, dir), "and no temporary file")

	missing := filepath.Join(dir, "nowhere", "attributes.csv")
	_, err = Write(t.Context(), from(scenario()...), options(t, missing, CSV{}))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// What a killed run left behind goes; what a user calls .tmp stays.
func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "attributes.csv")
	for _, p := range []string{path, ErrorsPath(path), MetaPath(path)} {
		require.NoError(t, os.WriteFile(p+".cas-0badcafe.tmp", make([]byte, 1<<20), 0o644))
		require.NoError(t, os.WriteFile(p+".cas-0badcafe.tmp.sqlite", nil, 0o644))
	}
	for _, users := range []string{".tmp", ".cas-backup1.tmp", ".cas-0badcafe1.tmp"} {
		require.NoError(t, os.WriteFile(path+users, nil, 0o644))
	}
	_, err := Write(t.Context(), from(scenario()...), options(t, path, CSV{}))
	require.NoError(t, err)
	golden(t, path, "attributes.csv")
	assert.ElementsMatch(t, []string{
		"attributes.csv", "attributes.csv.tmp", "attributes.csv.cas-backup1.tmp", "attributes.csv.cas-0badcafe1.tmp", "attributes.errors.csv", "attributes.meta.json",
	}, folder(t, dir))
}

func TestParametersAndPlanBelongTogether(t *testing.T) {
	o := options(t, filepath.Join(t.TempDir(), "a.csv"), CSV{})
	o.Parameters.DatasetIDs = []string{clay}
	_, err := Write(t.Context(), from(), o)
	assert.ErrorContains(t, err, "the plan")
}

// TestOutcomesOfOthers: what the type allows and package bulk does not make.
func TestOutcomesOfOthers(t *testing.T) {
	silent := bulk.Outcome{Feature: features.Feature{ID: "silent"}}
	twice := answered("twice", number(elevation, 1), number(elevation, 2), number("not:asked", 3))
	path, s := write(t, CSV{}, []string{elevation}, nil, silent, answered("empty"), twice)
	assert.Equal(t, 2, s.Failed)
	assert.Equal(t, 1, s.Results)
	_, rows := records(t, ErrorsPath(path))
	assert.Equal(t, []map[string]string{
		{"id": "silent", "dataset": elevation, "reason": cas.Missing(nil, []string{elevation})[0].Reason, "service": "", "time": ""},
		{"id": "empty", "dataset": elevation, "reason": cas.Missing(nil, []string{elevation})[0].Reason, "service": "", "time": ""},
	}, rows)
	_, rows = records(t, path)
	assert.Equal(t, "1", rows[2]["copernicus_dem_elevation"], "the first result, as cas.Lookup has it")
}

func TestAPropertyThatIsNoJSON(t *testing.T) {
	o := answered("1", number(elevation, 1))
	o.Feature.Properties = map[string]json.RawMessage{"NAME": []byte("{\n1}")}
	plan, err := PlanColumns([]string{elevation}, "", []string{"NAME"}, nil)
	require.NoError(t, err)
	_, err = Write(t.Context(), from(o), Options{
		Path: filepath.Join(t.TempDir(), "a.csv"), Format: CSV{}, Plan: plan,
		Parameters: journal.Fingerprint{DatasetIDs: []string{elevation}},
	})
	assert.ErrorContains(t, err, `feature 0 (id "1"): property "NAME"`)
}
