package geopackage

import (
	"bytes"
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
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
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

func write(t testing.TB, path string, f table.Format, source table.Source, keep []string, datasets ...string) {
	t.Helper()
	plan, err := table.PlanColumns(datasets, "HYBAS_ID", keep, f)
	require.NoError(t, err)
	_, err = table.Write(t.Context(), source, table.Options{
		Path: path, Format: f, Plan: plan, Parameters: journal.Fingerprint{DatasetIDs: datasets},
	})
	require.NoError(t, err)
}

// judge runs a Python program, with warnings as errors, and decodes the JSON that it prints.
func judge(t testing.TB, program, path string, into any) {
	t.Helper()
	out, err := exec.Command(service.Judges(t), "-W", "error", "-c", program, path).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Log(string(failed.Stderr))
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, into), string(out))
}

const ring = `[[10,50],[11,50],[11,51],[10,50]]`

// geometries are GeoJSON texts and the WKT that GEOS should write for them; "" is no geometry.
var geometries = []struct{ text, want string }{
	{`{"type":"Point","coordinates":[-84.1,36]}`, "POINT (-84.1 36)"},
	{`{"type":"Point","coordinates":[-84.1,36,120.5]}`, "POINT Z (-84.1 36 120.5)"},
	{"{\"type\":\"Polygon\",\n\"coordinates\":[" + ring + `]}`, "POLYGON ((10 50, 11 50, 11 51, 10 50))"},
	{
		`{"type":"MultiPolygon","coordinates":[[` + ring + `],[` + ring + `]]}`,
		"MULTIPOLYGON (((10 50, 11 50, 11 51, 10 50)), ((10 50, 11 50, 11 51, 10 50)))",
	},
	{`{"type":"Polygon","coordinates":[[[10,50],[11,50],[11,51],[10,51]]]}`, ""},
	{`{"type":"Point","coordinates":[500000,4649776]}`, ""},
	{`{"type":"LineString","coordinates":[[0,0],[1,1]]}`, ""},
	{`null`, ""},
	{``, ""},
}

// outcomes have one feature for each geometry; the last ones failed.
func outcomes() (all []bulk.Outcome) {
	for i, g := range geometries {
		f := features.Feature{ID: strconv.Itoa(9007199254740993 + i), Index: i, Geometry: []byte(g.text), Properties: map[string]json.RawMessage{
			"NAME": []byte(strconv.Quote("é '" + strconv.Itoa(i))), "name": []byte("1.50"), "order": []byte(`null`),
		}}
		o := bulk.Outcome{Feature: f, Err: errors.New("refused")}
		if g.want != "" {
			o.Err = nil
			o.Response = &cas.AttributeResponse{Results: []cas.AttributeResult{
				{DatasetID: elevation, Value: cas.NumberValue(float64(i) + 0.1), Units: "m", Quality: cas.QualityGood, CoverageFraction: 1},
				{DatasetID: landCover, Value: cas.DistributionValue(map[string]float64{strconv.Itoa(i % 2): 1}), Quality: cas.QualityGood, CoverageFraction: math.NaN()},
			}}
		}
		all = append(all, o)
	}
	return all
}

type read struct {
	CRS, Columns string
	Types        map[string]string
	Texts        []*string
	Rows         []map[string]any
	Bounds       []float64
	Inside       int
	SQLite       []string
}

// TestGDALReadsIt reads a GeoPackage and a GeoJSON file of the same table with GDAL and GeoPandas. Warnings of GDAL are errors.
func TestGDALReadsIt(t *testing.T) {
	for _, f := range []table.Format{Format{}, table.GeoJSON{}} {
		path := filepath.Join(t.TempDir(), "attributes.gpkg")
		if f.Name() == "geojson" {
			path = filepath.Join(filepath.Dir(path), "attributes.geojson")
		}
		write(t, path, f, from(outcomes()), []string{"NAME", "name", "order"}, elevation, landCover)
		var got read
		judge(t, `
import sys, json, sqlite3, geopandas, pyogrio
path = sys.argv[1]
info = pyogrio.read_info(path, force_feature_count=True, force_total_bounds=True)
g = geopandas.read_file(path)
rows = json.loads(g.drop(columns="geometry").to_json(orient="records", double_precision=15))
checks = []
if path.endswith("gpkg"):
  db = sqlite3.connect(path)
  checks = [r[0] for r in db.execute("PRAGMA integrity_check")] + [str(r) for r in db.execute("PRAGMA foreign_key_check")]
  checks += [str(db.execute("PRAGMA " + p).fetchone()[0]) for p in ["user_version", "application_id"]]
  checks += [r[0] for r in db.execute("SELECT rtreecheck('rtree_attributes_geom')")]
  checks += [str(list(db.execute("SELECT min_x, min_y, max_x, max_y FROM gpkg_contents")))]
  db.close()
print(json.dumps({
  "crs": g.crs.to_string(), "columns": " ".join(g.columns), "types": dict(zip(info["fields"], info["dtypes"])),
  "texts": [None if x is None else x.wkt for x in g.geometry], "rows": rows, "bounds": list(g.total_bounds),
  "inside": len(geopandas.read_file(path, bbox=(10, 50, 12, 52))), "sqlite": checks}))`, path, &got)
		assert.Equal(t, "EPSG:4326", got.CRS)
		assert.Equal(t, []float64{-84.1, 36, 11, 51}, got.Bounds)
		assert.Equal(t, 2, got.Inside)
		require.Len(t, got.Rows, len(geometries))
		for i, g := range geometries {
			if g.want == "" {
				assert.Nil(t, got.Texts[i], g.text)
			} else {
				assert.Equal(t, g.want, *got.Texts[i])
			}
			row := got.Rows[i]
			assert.Equal(t, strconv.Itoa(9007199254740993+i), row["HYBAS_ID"])
			assert.Equal(t, "é '"+strconv.Itoa(i), row["NAME"])
			assert.Nil(t, row["order"])
			if g.want == "" {
				assert.Nil(t, row["copernicus_dem_elevation"])
				assert.Nil(t, row["modis_lc_land_cover_quality"])
			} else {
				assert.InDelta(t, float64(i)+0.1, row["copernicus_dem_elevation"], 1e-12)
				assert.Equal(t, 1.0, row["modis_lc_land_cover_"+strconv.Itoa(i%2)])
				assert.Nil(t, row["modis_lc_land_cover_"+strconv.Itoa(1-i%2)])
				assert.Nil(t, row["modis_lc_land_cover_coverage_fraction"])
			}
		}
		assert.Equal(t, "float64", got.Types["copernicus_dem_elevation"])
		assert.Equal(t, "object", got.Types["HYBAS_ID"])
		if f == (Format{}) {
			assert.Equal(t, 1.5, got.Rows[0]["name_2"], "a number, as all its values are")
			assert.Equal(t, []string{"ok", "10300", strconv.Itoa(applicationID), "ok", "[(-84.1, 36.0, 11.0, 51.0)]"}, got.SQLite)
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		assert.Len(t, entries, 3, "table, failures, description")
	}
}

// TestGDALChangesIt: the triggers keep the index when GDAL adds features.
func TestGDALChangesIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "attributes.gpkg")
	write(t, path, Format{}, from(outcomes()), nil, elevation)
	var inside int
	judge(t, `
import sys, geopandas, shapely
g = geopandas.GeoDataFrame({"HYBAS_ID": ["new"], "geometry": [shapely.Point(10.5, 50.5)]}, crs="EPSG:4326")
g.to_file(sys.argv[1], layer="attributes", mode="a")
print(len(geopandas.read_file(sys.argv[1], bbox=(10, 50, 12, 52))))`, path, &inside)
	assert.Equal(t, 3, inside)
}

// copyTable reads a table and writes it again.
func copyTable(b []byte, columns []table.Column) ([]byte, error) {
	var out bytes.Buffer
	w, err := Format{}.NewWriter(&out, columns)
	if err != nil {
		return nil, err
	}
	for row, err := range (Format{}).ReadRows(bytes.NewReader(b), int64(len(b)), columns) {
		if err == nil {
			err = w.WriteRow(row)
		}
		if err != nil {
			w.(table.Discarder).Discard()
			return nil, err
		}
	}
	err = w.Close()
	return out.Bytes(), err
}

// TestReadingGivesTheSameFile: a table that is read and written is the same, byte for byte, as merging shards needs it.
func TestReadingGivesTheSameFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "attributes.gpkg")
	write(t, path, Format{}, from(outcomes()), []string{"NAME", "name"}, elevation)
	columns := []table.Column{{Name: "HYBAS_ID", Role: table.RoleID}, {Name: "NAME", Role: table.RoleKept, Type: table.TypeText}, {Name: "name", Role: table.RoleKept, Type: table.TypeDouble}}
	for _, role := range []table.Role{table.RoleValue, table.RoleUnits, table.RoleQuality, table.RoleCoverage} {
		name := "copernicus_dem_elevation"
		if role != table.RoleValue {
			name += "_" + role.String()
		}
		columns = append(columns, table.Column{Name: name, Role: role, Dataset: elevation})
	}
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	before := temporaries(t)
	again, err := copyTable(whole, columns)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(whole, again))
	_, err = copyTable(whole, columns[1:])
	assert.ErrorContains(t, err, "the layer attributes has the columns")
	for _, n := range []int{0, 100, 4096, len(whole) - 4096} {
		_, err = copyTable(whole[:n], columns)
		assert.Error(t, err, n)
	}
	assert.Equal(t, before, temporaries(t))
}

// temporaries lists the files in the folder for temporary files.
func temporaries(t *testing.T) int {
	found, err := filepath.Glob(filepath.Join(os.TempDir(), "*.gpkg*"))
	require.NoError(t, err)
	return len(found)
}

// TestColumnsThatComeLate: a table that is begun twice leaves no file beside it.
func TestColumnsThatComeLate(t *testing.T) {
	var late []bulk.Outcome
	for i := range 1500 {
		value := cas.NumberValue(1)
		if i == 1400 {
			value = cas.DistributionValue(map[string]float64{"late": 1})
		}
		late = append(late, bulk.Outcome{
			Feature:  features.Feature{ID: strconv.Itoa(i), Index: i},
			Response: &cas.AttributeResponse{Results: []cas.AttributeResult{{DatasetID: elevation, Value: value}}},
		})
	}
	path := filepath.Join(t.TempDir(), "attributes.gpkg")
	write(t, path, Format{}, from(late), nil, elevation)
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 3)
}

type brokenDisk struct{ room int }

var errFull = errors.New("no space left on device")

func (d *brokenDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestErrors(t *testing.T) {
	before := temporaries(t)
	w, err := Format{}.NewWriter(&brokenDisk{room: 100}, []table.Column{{Name: "id", Role: table.RoleID}})
	require.NoError(t, err)
	assert.ErrorIs(t, w.Close(), errFull)
	assert.Equal(t, before, temporaries(t))
	_, err = Format{}.NewWriter(nil, make([]table.Column, 1999))
	assert.ErrorContains(t, err, "holds 1998 columns, and the table has 1999")
	for _, keep := range []string{"geom", "ogc_fid"} {
		_, err = table.PlanColumns([]string{elevation}, "", []string{keep}, Format{})
		assert.ErrorContains(t, err, keep)
	}
}

// big returns a source that makes n features of ten datasets while it is read, and measures the heap in the middle.
func big(n int, middle func()) (source table.Source, datasets []string) {
	for d := range 10 {
		datasets = append(datasets, fmt.Sprint("provider:dataset_", d))
	}
	return func() iter.Seq2[bulk.Outcome, error] {
		return func(yield func(bulk.Outcome, error) bool) {
			for i := range n {
				if i == n/2 {
					middle()
				}
				x, y := float64(i%1000)/10, float64(i/1000)/100
				o := bulk.Outcome{
					Feature: features.Feature{ID: strconv.Itoa(7_120_000_000 + i), Index: i, Geometry: fmt.Appendf(nil,
						`{"type":"Polygon","coordinates":[[[%v,%v],[%v,%v],[%v,%v],[%v,%v]]]}`, x, y, x+0.1, y, x+0.1, y+0.01, x, y)},
					Response: &cas.AttributeResponse{},
				}
				for d, id := range datasets {
					o.Response.Results = append(o.Response.Results, cas.AttributeResult{
						DatasetID: id, Value: cas.NumberValue(float64(i*10+d) / 7), Units: "m", Quality: cas.QualityGood, CoverageFraction: 1,
					})
				}
				if !yield(o, nil) {
					return
				}
			}
		}
	}, datasets
}

func TestMemoryIsBounded(t *testing.T) {
	live := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, most := live(), int64(0)
	source, datasets := big(20_000, func() { most = max(most, live()) })
	write(t, filepath.Join(t.TempDir(), "attributes.gpkg"), Format{}, source, nil, datasets...)
	assert.Less(t, most-before, int64(4<<20))
}

// BenchmarkRows writes rows of 41 columns and a geometry.
func BenchmarkRows(b *testing.B) {
	source, datasets := big(b.N, func() {})
	b.ReportAllocs()
	write(b, filepath.Join(b.TempDir(), "attributes.gpkg"), Format{}, source, nil, datasets...)
}
