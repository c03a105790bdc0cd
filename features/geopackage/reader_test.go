package geopackage

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/features/internal/formattest"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/internal/sqlitefile"
)

// python runs a program of the judges' environment; what it prints is JSON.
func python(t testing.TB, into any, program string, arguments ...string) {
	t.Helper()
	command := exec.Command(service.Judges(t), append([]string{"-c", program}, arguments...)...)
	out, err := command.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Log(string(failed.Stderr))
	}
	require.NoError(t, err)
	if into != nil {
		require.NoError(t, json.Unmarshal(out, into), string(out))
	}
}

// samples returns a file written by GDAL: three layers of geometries in three systems, one without geometries, and two views.
func samples(t testing.TB) string {
	path := filepath.Join(t.TempDir(), "with space & 100% #?é.gpkg")
	python(t, nil, `
import sys, sqlite3, geopandas, pandas, numpy
from shapely import Point, Polygon, MultiPolygon, LineString
path = sys.argv[1]
square = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(1, 1), (1, 2), (2, 2), (2, 1)]])
g = geopandas.GeoDataFrame({
  "HYBAS_ID": numpy.array([7120034520, 9007199254740993, -1], dtype="int64"),
  "small": numpy.array([1, 2, 3], dtype="int32"),
  "area": [0.1, 1e300, float("nan")], "name": ["é \"x\"", "007", None], "ok": [True, False, True],
  "time": pandas.to_datetime(["2020-01-02T03:04:05.678Z"] * 3),
  "geometry": [square, MultiPolygon([square]), None]}, crs="EPSG:5070")
g.to_file(path, layer="basins", driver="GPKG")
geopandas.GeoDataFrame({"id": ["a", "b", "c"], "geometry": [Point(1, 2), Point(3, 4, 5), Point()]}, crs="EPSG:4326").to_file(path, layer="gauges", driver="GPKG")
geopandas.GeoDataFrame({"geometry": [LineString([(0, 0), (1, 1)])]}, crs="ESRI:102008").to_file(path, layer="flow lines", driver="GPKG")
geopandas.GeoDataFrame({"geometry": [Point(1, 2)]}).to_file(path, layer="nowhere", driver="GPKG")
import pyogrio
pyogrio.write_dataframe(pandas.DataFrame({"x": [1]}), path, layer="attributes", driver="GPKG")
with sqlite3.connect(path) as db:
  for (trigger,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'basins'").fetchall():
    db.execute(f'DROP TRIGGER "{trigger}"')
  db.execute("ALTER TABLE basins ADD COLUMN day DATE")
  db.execute("ALTER TABLE basins ADD COLUMN raw BLOB(10)")
  db.execute("UPDATE basins SET day = '2020-01-02', raw = X'00'")
  db.execute("CREATE VIEW large AS SELECT HYBAS_ID, geom, name FROM basins WHERE HYBAS_ID > 0 ORDER BY HYBAS_ID DESC")
  db.execute("INSERT INTO gpkg_contents (table_name, identifier, data_type, srs_id) VALUES ('large', 'large', 'features', 5070)")
  db.execute("INSERT INTO gpkg_geometry_columns VALUES ('large', 'geom', 'GEOMETRY', 5070, 0, 0)")
db.close()
`, path)
	return path
}

func openLayer(t testing.TB, path, layer string) format.Reader {
	t.Helper()
	r, err := open(path, format.Options{Layer: layer})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, r.Close()) })
	return r
}

func TestReadsWhatGDALWrites(t *testing.T) {
	path := samples(t)
	head, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, detect(head[:4096]))

	basins := openLayer(t, path, "basins")
	d := basins.Describe()
	layers := []string{"basins", "gauges", "flow lines", "nowhere", "large"}
	assert.Equal(t, layers, d.Layers)
	assert.Equal(t, "EPSG:5070", d.CRS)
	assert.Equal(t, 3, d.Features)
	assert.Equal(t, []string{"The column raw holds binary data and is left out."}, d.Warnings)
	assert.Equal(t, []format.Field{
		{Name: "fid", Type: "integer"},
		{Name: "HYBAS_ID", Type: "integer"},
		{Name: "small", Type: "mediumint"},
		{Name: "area", Type: "real"},
		{Name: "name", Type: "text"},
		{Name: "ok", Type: "boolean"},
		{Name: "time", Type: "datetime"},
		{Name: "day", Type: "date"},
	}, d.Fields)
	ring := `[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[1,1],[1,2],[2,2],[2,1],[1,1]]]`
	when := ` time="2020-01-02T03:04:05.678Z" day="2020-01-02"`
	want := []string{
		`fid 1 fid=1 HYBAS_ID=7120034520 small=1 area=0.1 name="é \"x\"" ok=true` + when + ` {"type":"MultiPolygon","coordinates":[` + ring + `]}`,
		`fid 2 fid=2 HYBAS_ID=9007199254740993 small=2 area=1e+300 name="007" ok=false` + when + ` {"type":"MultiPolygon","coordinates":[` + ring + `]}`,
		`fid 3 fid=3 HYBAS_ID=-1 small=3 area=null name=null ok=true` + when,
	}
	for range 2 {
		assert.Equal(t, want, formattest.Lines(t, basins, format.Want{}))
	}
	shape := ` {"type":"MultiPolygon","coordinates":[` + ring + `]}`
	assert.Equal(t, []string{`fid 1 name="é \"x\""` + shape, `fid 2 name="007"` + shape, "fid 3 name=null"},
		formattest.Lines(t, basins, format.Want{Properties: []string{"name"}}))
	for record, err := range basins.Records(format.Want{Properties: []string{}}) {
		require.NoError(t, err)
		assert.Empty(t, record.Properties)
		break
	}

	gauges := openLayer(t, path, "gauges")
	assert.Equal(t, "EPSG:4326", gauges.Describe().CRS)
	assert.Equal(t, []string{
		`fid 1 fid=1 id="a" {"type":"Point","coordinates":[1,2]}`,
		`fid 2 fid=2 id="b" {"type":"Point","coordinates":[3,4]}`,
		`fid 3 fid=3 id="c"`,
	}, formattest.Lines(t, gauges, format.Want{}))

	flow := openLayer(t, path, "flow lines")
	assert.Contains(t, flow.Describe().CRS, `"North_America_Albers_Equal_Area_Conic"`)
	assert.Equal(t, []string{`fid 1 fid=1 {"type":"LineString","coordinates":[]}`}, formattest.Lines(t, flow, format.Want{}))

	nowhere := openLayer(t, path, "nowhere")
	assert.Empty(t, nowhere.Describe().CRS)
	assert.Len(t, nowhere.Describe().Warnings, 1)
	assert.Contains(t, nowhere.Describe().Warnings[0], "is undefined")

	view := openLayer(t, path, "large")
	assert.Equal(t, -1, view.Describe().Features)
	for range 2 {
		assert.Equal(t, []string{`row 1 name="007"` + shape, `row 2 name="é \"x\""` + shape}, formattest.Lines(t, view, format.Want{Properties: []string{"name"}}))
	}
}

func TestLayersHaveToBeChosen(t *testing.T) {
	path := samples(t)
	for _, asked := range []string{"", "attributes", "basin"} {
		_, err := open(path, format.Options{Layer: asked})
		var choice *format.LayerError
		require.ErrorAs(t, err, &choice)
		assert.Equal(t, asked, choice.Asked)
		assert.Len(t, choice.Layers, 5)
	}
}

// sql makes a file with SQLite itself, by statements after those that every GeoPackage begins with.
func sql(t testing.TB, statements ...string) string {
	path := filepath.Join(t.TempDir(), "x.gpkg")
	begin := []string{
		"PRAGMA application_id = 0x47504B47",
		"CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER, definition TEXT, description TEXT)",
		"CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER)",
		"CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z, m)",
		"INSERT INTO gpkg_spatial_ref_sys VALUES ('mine', 7, 'me', 7, 'GEOGCS[\"mine\"]', ''), ('none', 8, 'NONE', 8, 'undefined', ''), ('x', 9, 'epsg', 3035, 'old', '')",
		"INSERT INTO gpkg_contents VALUES ('T', 'features', 'T', 7)",
		"INSERT INTO gpkg_geometry_columns VALUES ('t', 'GEOM', 'POINT', 7, 0, 0)",
	}
	text, err := json.Marshal(append(begin, statements...))
	require.NoError(t, err)
	python(t, nil, `
import sys, json, sqlite3
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in json.loads(sys.argv[2]): db.execute(statement)
db.close()`, path, string(text))
	return path
}

func TestReferenceSystems(t *testing.T) {
	for srs, want := range map[string]string{"7": `GEOGCS["mine"]`, "8": "", "9": "EPSG:3035", "10": "", "0": "", "-1": ""} {
		r := openLayer(t, sql(t, "CREATE TABLE t (a INTEGER PRIMARY KEY, geom)", "UPDATE gpkg_geometry_columns SET srs_id = "+srs,
			"UPDATE gpkg_contents SET srs_id = "+srs), "")
		assert.Equal(t, want, r.Describe().CRS)
		assert.Len(t, r.Describe().Warnings, map[bool]int{true: 1}[want == ""])
	}
	r := openLayer(t, sql(t, "CREATE TABLE t (a INTEGER PRIMARY KEY, geom)", "ALTER TABLE gpkg_spatial_ref_sys ADD COLUMN definition_12_063 TEXT",
		"UPDATE gpkg_spatial_ref_sys SET definition_12_063 = 'GEOGCRS[\"mine\"]'"), "")
	assert.Equal(t, `GEOGCRS["mine"]`, r.Describe().CRS)
}

// TestRowsThatCannotBeUsed reads rows with wrong values, which SQLite allows in any column: each is a record with an error.
func TestRowsThatCannotBeUsed(t *testing.T) {
	point := pointWKB
	path := sql(t, "CREATE TABLE t (rowid TEXT, geom POINT, a REAL, b BOOLEAN, c TEXT)",
		`INSERT INTO t VALUES ('x', X'4750000100000000`+point+`', 5, 2, 'it''s'), ('y', X'4750000100000000`+point+`', 9e999, 1, CAST(X'ff' AS TEXT)),
		('z', X'47500009', 0.5, 'yes', X'01'), ('z', 'POINT (1 2)', 1, NULL, NULL), ('z', X'0001', 1, NULL, NULL), ('z', X'4750010100000000', 1, NULL, NULL),
		('z', X'4750000b00000000', 1, NULL, NULL), ('z', X'4750000300000000', 1, NULL, NULL), ('z', X'475000210000000041424344', 1, NULL, NULL),
		('z', X'4750000100000000`+point+`00', 1, NULL, NULL), ('empty', X'4750001100000000`+emptyPoint+`', 1, 0, NULL)`)
	got := formattest.Lines(t, openLayer(t, path, ""), format.Want{})
	bad := "a=1 b=null c=null ! column geom: "
	assert.Equal(t, []string{
		`fid 1 rowid="x" a=5 b=2 c="it's" {"type":"Point","coordinates":[1,2]}`,
		`fid 2 rowid="y" a="Infinity" b=true c=null {"type":"Point","coordinates":[1,2]} ! column c holds text that is not UTF-8`,
		`fid 3 rowid="z" a=0.5 b="yes" c=null ! column geom: no geometry of a GeoPackage: it does not begin with GP`,
		`fid 4 rowid="z" ` + bad + `a geometry is binary, and this is "POINT (1 2)"`,
		`fid 5 rowid="z" ` + bad + `no geometry of a GeoPackage: it does not begin with GP`,
		`fid 6 rowid="z" ` + bad + `a geometry in version 1 of its form; version 0 is known`,
		`fid 7 rowid="z" ` + bad + `a geometry with an envelope of kind 5; 0 to 4 are known`,
		`fid 8 rowid="z" ` + bad + `a geometry that ends in its envelope`,
		`fid 9 rowid="z" ` + bad + `a geometry of the extension "ABCD"; only the standard's types are read`,
		`fid 10 rowid="z" ` + bad + `not well-known binary (WKB): 1 bytes follow the geometry`,
		`fid 11 rowid="empty" a=1 b=false c=null`,
	}, got)
}

// TestBinaryData: a value that no table can hold does not cost the feature.
func TestBinaryData(t *testing.T) {
	r := openLayer(t, sql(t, "CREATE TABLE t (geom POINT, other POINT, a TEXT)",
		`INSERT INTO t VALUES (X'4750000100000000`+pointWKB+`', X'4750000100000000`+pointWKB+`', 'x'), (NULL, X'01', X'02')`), "")
	assert.Equal(t, []string{`fid 1 other=null a="x" {"type":"Point","coordinates":[1,2]}`, `fid 2 other=null a=null`},
		formattest.Lines(t, r, format.Want{}))
	assert.Equal(t, []string{"The column other holds binary data: such values are null.", "The column a holds binary data: such values are null."},
		r.Describe().Warnings)
}

const (
	pointWKB   = "0101000000000000000000f03f0000000000000040"
	emptyPoint = "0101000000000000000000f87f000000000000f87f"
)

// TestTheOrderIsThatOfTheFile checks that no index that covers the wanted columns is read instead of the table.
func TestTheOrderIsThatOfTheFile(t *testing.T) {
	path := sql(t, "CREATE TABLE t (geom, a TEXT)", "CREATE INDEX i ON t (a)", "INSERT INTO t VALUES (NULL, 'c'), (NULL, 'a'), (NULL, 'b')")
	assert.Equal(t, []string{`fid 1 a="c"`, `fid 2 a="a"`, `fid 3 a="b"`}, formattest.Lines(t, openLayer(t, path, ""), format.Want{Properties: []string{"a"}}))
}

func TestNoNameForTheRowNumber(t *testing.T) {
	path := sql(t, "CREATE TABLE t (geom, rowid TEXT, _rowid_ TEXT, oid TEXT)", "INSERT INTO t VALUES (NULL, 'c', 'd', 'e')")
	assert.Equal(t, []string{`row 1 rowid="c" _rowid_="d" oid="e"`}, formattest.Lines(t, openLayer(t, path, ""), format.Want{}))
}

func TestFilesThatAreNone(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	for path, want := range map[string]string{
		write("empty.gpkg", ""):                     "is empty",
		write("text.gpkg", "PK\x03\x04"):            "is no GeoPackage, or an encrypted one",
		write("cut.gpkg", sqlitefile.Signature):     "",
		sql(t, "DROP TABLE gpkg_contents"):          "it has no table gpkg_contents",
		sql(t):                                      "the layer T has no table",
		sql(t, "CREATE TABLE t (a)"):                `has no column "GEOM" of geometries`,
		sql(t, "DELETE FROM gpkg_geometry_columns"): `has no table`,
		write("random.gpkg", sqlitefile.Signature+strings.Repeat("x", 10000)): "file is not a database",
	} {
		_, err := open(path, format.Options{})
		assert.ErrorIs(t, err, format.ErrBroken, path)
		assert.ErrorContains(t, err, want)
	}
	_, err := open(filepath.Join(folder, "none.gpkg"), format.Options{})
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = open(sql(t, "UPDATE gpkg_contents SET data_type = 'attributes'"), format.Options{})
	assert.ErrorContains(t, err, "has no layer with geometries; it has T (attributes)")
	_, err = open(sql(t, "DELETE FROM gpkg_contents"), format.Options{})
	assert.ErrorContains(t, err, "has no layers")
}

// TestOpenElsewhere: the last changes of a file that a program has open are in its log, and are read from there. Nothing is written.
func TestOpenElsewhere(t *testing.T) {
	path := sql(t, "CREATE TABLE t (geom, a TEXT)", "INSERT INTO t VALUES (NULL, 'old')")
	writer, err := sqlitefile.Open(path, url.Values{"mode": {"rw"}})
	require.NoError(t, err)
	defer writer.Close()
	require.NoError(t, writer.Execute("PRAGMA journal_mode = WAL", "UPDATE t SET a = 'new'", "BEGIN", "UPDATE t SET a = 'not committed'"))
	r := openLayer(t, path, "")
	assert.Equal(t, []string{`fid 1 a="new"`}, formattest.Lines(t, r, format.Want{}))
	assert.Empty(t, r.Describe().Warnings)
	assert.Equal(t, []string{path, path + "-wal"}, r.(*reader).Files())
	require.NoError(t, writer.Execute("ROLLBACK"))
}

// TestReadOnlyFoldersAndLogs reads a file in a read-only folder, writes nothing there and warns of a log.
func TestReadOnlyFoldersAndLogs(t *testing.T) {
	path := sql(t, "PRAGMA journal_mode = WAL", "CREATE TABLE t (geom)", "INSERT INTO t VALUES (NULL)")
	require.NoError(t, os.WriteFile(path+"-wal", []byte("something"), 0o600))
	folder := filepath.Dir(path)
	require.NoError(t, os.Chmod(folder, 0o500))
	t.Cleanup(func() { _ = os.Chmod(folder, 0o700) })
	r := openLayer(t, path, "")
	require.Len(t, r.Describe().Warnings, 1)
	assert.Contains(t, r.Describe().Warnings[0], "-wal lies beside the file: the changes in it are not read")
	assert.Len(t, formattest.Lines(t, r, format.Want{}), 1)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, 2)
}

// TestMemoryIsBounded measures the heap in the middle of a file of 40 MB. SQLite's own memory is outside of the heap; the benchmark
// measures the process.
func TestMemoryIsBounded(t *testing.T) {
	path := sql(t, "CREATE TABLE t (fid INTEGER PRIMARY KEY, geom, a TEXT)",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i, NULL, printf('%2000d', i) FROM n")
	live := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	r := openLayer(t, path, "")
	before, n := live(), 0
	for record, err := range r.Records(format.Want{}) {
		require.NoError(t, err)
		if n++; n == 10_000 {
			assert.Equal(t, "fid "+strconv.Itoa(n), record.Place)
			assert.Less(t, live()-before, int64(1<<20))
		}
	}
	assert.Equal(t, 20_000, n)
}

// TestContradictingReferenceSystems uses the layer's system and warns, once, of the first geometry that names another.
func TestContradictingReferenceSystems(t *testing.T) {
	blob := func(header, srid string) string {
		return "X'4750" + header + srid + pointWKB + "'"
	}
	const little, big = "0001", "0000"
	for name, tt := range map[string]struct{ statements, want []string }{
		"none":      {[]string{"INSERT INTO t VALUES (" + blob(little, "07000000") + "), (" + blob(big, "00000007") + ")"}, nil},
		"undefined": {[]string{"INSERT INTO t VALUES (" + blob(little, "00000000") + "), (" + blob(little, "ffffffff") + ")"}, nil},
		"another": {
			[]string{"INSERT INTO t VALUES (NULL), (" + blob(little, "ce130000") + "), (" + blob(big, "000013ce") + ")"},
			[]string{"The geometry of fid 2 names the reference system 5070 (SRID), the file 7. That of the file counts, as for GDAL; if it is wrong, name the right one (--assume-crs EPSG:5070)."},
		},
		"where the layer has none": {
			[]string{
				"UPDATE gpkg_geometry_columns SET srs_id = 0", "UPDATE gpkg_contents SET srs_id = 0",
				"INSERT INTO t VALUES (" + blob(little, "ce130000") + ")",
			},
			[]string{
				"The layer's reference system is undefined (geographic, srs_id 0).",
				"The geometry of fid 1 names the reference system 5070 (SRID), and the file none. It is not used; if it is right, name it (--assume-crs EPSG:5070).",
			},
		},
		"of the two tables": {
			[]string{"UPDATE gpkg_contents SET srs_id = 9"},
			[]string{"The file names two reference systems for the layer: srs_id 7 in gpkg_geometry_columns, which counts, and 9 in gpkg_contents."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := openLayer(t, sql(t, append([]string{"CREATE TABLE t (geom)"}, tt.statements...)...), "")
			for range 2 {
				for record, err := range r.Records(format.Want{}) {
					require.NoError(t, err)
					require.NoError(t, record.Err)
				}
			}
			assert.Equal(t, tt.want, r.Describe().Warnings)
		})
	}
}
