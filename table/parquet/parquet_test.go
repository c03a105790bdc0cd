package parquet

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/table"
)

const elevation, landCover = "copernicus_dem:elevation", "modis_lc:land_cover"

func from(outcomes []bulk.Outcome) table.Source {
	return func() iter.Seq2[bulk.Outcome, error] {
		return func(yield func(bulk.Outcome, error) bool) {
			for _, o := range outcomes {
				if !yield(o, nil) {
					return
				}
			}
		}
	}
}

func answered(f features.Feature, results ...cas.AttributeResult) bulk.Outcome {
	for i := range results {
		results[i].Units, results[i].Quality, results[i].CoverageFraction = "m", cas.QualityGood, 0.5
	}
	return bulk.Outcome{Feature: f, Response: &cas.AttributeResponse{Results: results}}
}

func write(t testing.TB, f Format, keep []string, source table.Source, datasets ...string) string {
	t.Helper()
	plan, err := table.PlanColumns(datasets, "HYBAS.ID", keep, f)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "attributes.parquet")
	_, err = table.Write(t.Context(), source, table.Options{
		Path: path, Format: f, Plan: plan,
		Parameters: journal.Fingerprint{DatasetIDs: datasets},
	})
	require.NoError(t, err)
	return path
}

// python runs a program on a file and decodes the JSON that it prints.
func python(t testing.TB, program, path string, into any) {
	t.Helper()
	out, err := exec.Command(service.Python(t, service.Latest), "-c", program, path).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Log(string(failed.Stderr))
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, into), string(out))
}

// TestPyArrowReadsParquet reads a file of several row batches with Arrow.
func TestPyArrowReadsParquet(t *testing.T) {
	numbers := []float64{0, math.Copysign(0, -1), 0.1, -1.5e-9, math.MaxFloat64, math.SmallestNonzeroFloat64, 9007199254740993}
	var outcomes []bulk.Outcome
	for i := range 500 {
		f := features.Feature{ID: fmt.Sprintf("%08d", i), Index: i, Properties: map[string]json.RawMessage{
			"NAME": []byte(strconv.Quote("é " + strconv.Itoa(i))), "UP.AREA": []byte("1.50"),
		}}
		shares := cas.DistributionValue(map[string]float64{"0": 0.25, fmt.Sprint(i % 3): 0.75})
		outcomes = append(outcomes, answered(f,
			cas.AttributeResult{DatasetID: elevation, Value: cas.NumberValue(numbers[i%len(numbers)])},
			cas.AttributeResult{DatasetID: landCover, Value: shares}))
	}
	outcomes = append(outcomes,
		bulk.Outcome{Feature: features.Feature{ID: "9007199254740993"}, Err: errors.New("no")},
		answered(features.Feature{ID: "null", Properties: map[string]json.RawMessage{"NAME": []byte("null"), "UP.AREA": []byte(`""`)}},
			cas.AttributeResult{DatasetID: elevation}, cas.AttributeResult{DatasetID: landCover}))

	path := write(t, Format{}, []string{"NAME", "UP.AREA"}, from(outcomes), elevation, landCover)
	var read struct {
		Schema [][2]string
		Codec  string
		Meta   []string
		Hex    []*string
		Rows   []map[string]any
	}
	python(t, `import sys, json, pyarrow.parquet as pq
f = pq.ParquetFile(sys.argv[1])
t = f.read()
rows = t.to_pylist()
print(json.dumps({
  "schema": [[c.name, str(c.type) + ("" if c.nullable else " not null")] for c in t.schema],
  "codec": f.metadata.row_group(0).column(1).compression,
  "meta": [k.decode() for k in (f.metadata.metadata or {})],
  "hex": [None if r["copernicus_dem_elevation"] is None else r["copernicus_dem_elevation"].hex() for r in rows],
  "rows": rows}))`, path, &read)
	assert.Equal(t, [][2]string{
		{"HYBAS_ID", "string not null"},
		{"NAME", "string"},
		{"UP_AREA", "string"},
		{"copernicus_dem_elevation", "double"},
		{"copernicus_dem_elevation_units", "string"},
		{"copernicus_dem_elevation_quality", "string"},
		{"copernicus_dem_elevation_coverage_fraction", "double"},
		{"modis_lc_land_cover_0", "double"},
		{"modis_lc_land_cover_1", "double"},
		{"modis_lc_land_cover_2", "double"},
		{"modis_lc_land_cover_units", "string"},
		{"modis_lc_land_cover_quality", "string"},
		{"modis_lc_land_cover_coverage_fraction", "double"},
	}, read.Schema)
	assert.Equal(t, "ZSTD", read.Codec)
	assert.Empty(t, read.Meta)
	require.Len(t, read.Rows, 502)
	for i := range 500 {
		f, err := strconv.ParseFloat(*read.Hex[i], 64)
		require.NoError(t, err)
		require.Equal(t, math.Float64bits(numbers[i%len(numbers)]), math.Float64bits(f))
		row := read.Rows[i]
		require.Equal(t, outcomes[i].Feature.ID, row["HYBAS_ID"])
		require.Equal(t, "é "+strconv.Itoa(i), row["NAME"])
		require.Equal(t, "1.50", row["UP_AREA"])
		require.Equal(t, 0.75, row["modis_lc_land_cover_"+strconv.Itoa(i%3)])
		if i%3 == 1 {
			require.Equal(t, 0.25, row["modis_lc_land_cover_0"])
			require.Nil(t, row["modis_lc_land_cover_2"])
		}
		require.Equal(t, "good", row["modis_lc_land_cover_quality"])
	}
	for name, cell := range read.Rows[500] {
		assert.Equal(t, name == "HYBAS_ID", cell != nil, name)
	}
	null := read.Rows[501]
	assert.Nil(t, null["copernicus_dem_elevation"])
	assert.Equal(t, "m", null["copernicus_dem_elevation_units"])
	assert.Nil(t, null["NAME"])
	assert.Equal(t, "", null["UP_AREA"])
}

// TestGeoPandasReadsGeoParquet reads a file with all kinds of geometries, good and bad, with GeoPandas.
func TestGeoPandasReadsGeoParquet(t *testing.T) {
	ring := `[[10,50],[11,50],[11,51],[10,50]]`
	long := strings.Repeat("[10.5,50.5],", preflight.MaxVertices)
	texts := []struct{ geometry, want string }{
		{`{"type":"Point","coordinates":[-84.1,36]}`, "POINT (-84.1 36)"},
		{`{"type":"Point","coordinates":[-84.1,36,120.5]}`, "POINT Z (-84.1 36 120.5)"},
		{`{"type":"Polygon","coordinates":[` + ring + `]}`, "POLYGON ((10 50, 11 50, 11 51, 10 50))"},
		{
			`{"type":"MultiPolygon","coordinates":[[` + ring + `],[` + ring + `]]}`,
			"MULTIPOLYGON (((10 50, 11 50, 11 51, 10 50)), ((10 50, 11 50, 11 51, 10 50)))",
		},
		{`{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}`, "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"},
		{`{"type":"Polygon","coordinates":[[[10,50],` + long + `[10,50]]]}`, "long"},
		{`{"type":"Polygon","coordinates":[[[10,50],[11,50],[11,51],[10,51]]]}`, ""},
		{`{"type":"Polygon","coordinates":[]}`, ""},
		{`{"type":"Point","coordinates":[500000,4649776]}`, ""},
		{`{"type":"LineString","coordinates":[[0,0],[1,1]]}`, ""},
		{`null`, ""},
		{``, ""},
	}
	var outcomes []bulk.Outcome
	for i, c := range texts {
		f := features.Feature{ID: strconv.Itoa(i), Geometry: []byte(c.geometry), Index: i}
		outcomes = append(outcomes, answered(f, cas.AttributeResult{DatasetID: elevation, Value: cas.NumberValue(float64(i))}))
	}
	path := write(t, Format{Geo: true}, nil, from(outcomes), elevation)
	var read struct {
		CRS, Last, ID string
		Texts         []*string
		Bounds        []float64
		Geo           map[string]any
	}
	python(t, `import sys, json, geopandas, pyarrow.parquet as pq
t = geopandas.read_parquet(sys.argv[1])
print(json.dumps({
  "crs": t.crs.to_string(), "last": t.columns[-1], "id": str(t["HYBAS_ID"].iloc[0]),
  "texts": [None if g is None else "long" if len(g.wkt) > 1000 else g.wkt for g in t.geometry],
  "bounds": list(t.total_bounds),
  "geo": json.loads(pq.ParquetFile(sys.argv[1]).metadata.metadata[b"geo"])}))`, path, &read)
	assert.Equal(t, "OGC:CRS84", read.CRS)
	assert.Equal(t, "geometry", read.Last)
	assert.Equal(t, "0", read.ID)
	for i, c := range texts {
		if c.want == "" {
			assert.Nil(t, read.Texts[i], c.geometry)
		} else if assert.NotNil(t, read.Texts[i], c.geometry) {
			assert.Equal(t, c.want, *read.Texts[i])
		}
	}
	assert.Equal(t, map[string]any{"version": "1.1.0", "primary_column": "geometry", "columns": map[string]any{"geometry": map[string]any{
		"encoding": "WKB", "geometry_types": []any{"MultiPolygon", "Point", "Point Z", "Polygon"},
		"bbox": []any{-84.1, 0.0, 11.0, 51.0},
	}}}, read.Geo)
	assert.Equal(t, []float64{-84.1, 0, 11, 51}, read.Bounds)
}

func TestGeoMetadata(t *testing.T) {
	g := newGeometries()
	assert.JSONEq(t, `{"version":"1.1.0","primary_column":"geometry","columns":{"geometry":{"encoding":"WKB","geometry_types":[]}}}`, g.metadata())
	_, ok := g.append(nil, &table.Row{Feature: features.Feature{Geometry: []byte(`{"type":"Point","coordinates":[1,2,3]}`)}})
	require.True(t, ok)
	assert.JSONEq(t, `{"version":"1.1.0","primary_column":"geometry","columns":{"geometry":{"encoding":"WKB","geometry_types":["Point Z"],
		"bbox":[1,2,3,1,2,3]}}}`, g.metadata())
}

func TestPlanForParquet(t *testing.T) {
	for _, c := range []struct {
		f    Format
		keep []string
		want string
	}{
		{Format{Geo: true}, []string{"geometry"}, `"geometry"`},
		{Format{}, []string{"a.b", "a_b"}, `column "a_b" would hold both the property "a.b" and the property "a_b"`},
	} {
		_, err := table.PlanColumns([]string{elevation}, "", c.keep, c.f)
		assert.ErrorContains(t, err, c.want)
	}
	_, err := table.PlanColumns([]string{elevation}, "", []string{"geometry"}, Format{})
	assert.NoError(t, err)
	assert.Equal(t, "parquet geoparquet", Format{}.Name()+" "+Format{Geo: true}.Name())
}

type brokenDisk struct{ room int }

var errFull = errors.New("no space left on device")

func (d *brokenDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteErrorsReachTheCaller(t *testing.T) {
	w, err := Format{}.NewWriter(&brokenDisk{room: 100}, []table.Column{{Name: "id", Role: table.RoleID}})
	require.NoError(t, err)
	for i := 0; err == nil && i < 1e6; i++ {
		err = w.WriteRow(&table.Row{Cells: []table.Cell{{Kind: table.TextCell, Text: strings.Repeat(strconv.Itoa(i*7919), 8)}}})
	}
	if err == nil {
		err = w.Close()
	}
	assert.ErrorIs(t, err, errFull)
}

// big returns a source that makes n features of k vertices and ten datasets while it is read, and calls a function in the middle.
func big(n, k int, middle func()) (source table.Source, datasets []string) {
	for d := range 10 {
		datasets = append(datasets, fmt.Sprint("provider:dataset_", d))
	}
	return func() iter.Seq2[bulk.Outcome, error] {
		return func(yield func(bulk.Outcome, error) bool) {
			for i := range n {
				if i == n/2 {
					middle()
				}
				f := features.Feature{ID: strconv.Itoa(7_120_000_000 + i), Index: i, Geometry: polygon(i, k)}
				results := make([]cas.AttributeResult, len(datasets))
				for d, id := range datasets {
					results[d] = cas.AttributeResult{DatasetID: id, Value: cas.NumberValue(float64(i*10+d) / 7)}
				}
				if !yield(answered(f, results...), nil) {
					return
				}
			}
		}
	}, datasets
}

func polygon(seed, k int) []byte {
	b := []byte(`{"type":"Polygon","coordinates":[[`)
	for i := range k {
		angle := 2 * math.Pi * float64(i%(k-1)) / float64(k-1)
		b = fmt.Appendf(b, "[%v,%v],", math.Cos(angle)+float64(seed%90), math.Sin(angle))
	}
	return append(b[:len(b)-1], "]]}"...)
}

// TestMemoryIsBounded measures the heap in the middle of files with over 20 MB of cells or of geometries.
func TestMemoryIsBounded(t *testing.T) {
	live := func() int64 {
		runtime.GC()
		runtime.GC() // what lies in pools outlives the first
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	for _, c := range []struct {
		f    Format
		n, k int
	}{
		{Format{}, 100_000, 4},
		{Format{Geo: true}, 1_500, 1_000},
	} {
		before, most := live(), int64(0)
		source, datasets := big(c.n, c.k, func() { most = max(most, live()) })
		write(t, c.f, nil, source, datasets...)
		t.Logf("%s: %d kB more in the middle", c.f.Name(), (most-before)>>10)
		assert.Less(t, most-before, int64(16<<20), c.f.Name())
	}
}

// TestTheFooterHoldsNoGeometries: bounds of WKB would make the footer, and the header of every page, as large as the largest geometry.
func TestTheFooterHoldsNoGeometries(t *testing.T) {
	source, datasets := big(40, 5_000, func() {})
	info, err := os.Stat(write(t, Format{Geo: true}, nil, source, datasets...))
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(40*(5_000*16+2_000)))
}

func BenchmarkRows(b *testing.B) {
	source, datasets := big(b.N, 4, func() {})
	write(b, Format{}, nil, source, datasets...)
}
