package geoparquet

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/features/internal/formattest"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// write runs a program of the judges' environment that writes files into a folder.
func write(t testing.TB, program string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	out, err := exec.Command(service.Judges(t), "-W", "ignore", "-c", `
import os, sys, json, datetime, decimal, uuid, numpy, pandas, geopandas, shapely, pyarrow as pa, pyarrow.parquet as pq
from shapely import Point, Polygon, MultiPolygon
os.chdir(sys.argv[1])
square = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(1, 1), (1, 2), (2, 2), (2, 1)]])
`+program, folder).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Log(string(failed.Stderr))
	}
	require.NoError(t, err, string(out))
	return folder
}

func openFile(t testing.TB, path string, o format.Options) format.Reader {
	t.Helper()
	r, err := open(path, o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, r.Close()) })
	return r
}

const ring = `[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[1,1],[1,2],[2,2],[2,1],[1,1]]]`

func TestReadsWhatGeoPandasWrites(t *testing.T) {
	folder := write(t, `
g = geopandas.GeoDataFrame({
  "HYBAS_ID": numpy.array([7120034520, 9007199254740993, -1], dtype="int64"), "name": ["é", "007", None], "area": [0.1, 1e300, float("nan")],
  "geometry": [square, MultiPolygon([square]), None], "other": geopandas.GeoSeries([Point(1, 2)] * 3)}, crs="EPSG:5070")
g.to_parquet("albers.parquet", row_group_size=2, write_covering_bbox=True)
g.set_crs("OGC:CRS84", allow_override=True).to_parquet("world.parquet", compression="gzip")
g.set_crs(None, allow_override=True).to_parquet("unknown.parquet", compression="brotli")
g.to_parquet("zstd.parquet", compression="zstd", data_page_version="2.0")
g[["HYBAS_ID", "geometry"]].iloc[:1].to_parquet("native.parquet", geometry_encoding="geoarrow")
t = pq.read_table("albers.parquet", columns=["HYBAS_ID", "geometry"])
geo = json.loads(pq.read_metadata("albers.parquet").metadata[b"geo"])
del geo["columns"]["geometry"]["crs"]
geo["columns"]["geometry"]["edges"] = "spherical"
pq.write_table(t.replace_schema_metadata({"geo": json.dumps(geo)}), "default.parquet")
pq.write_table(t.replace_schema_metadata({"geo": "{"}), "unreadable.parquet")
geo["primary_column"] = "gone"
pq.write_table(t.replace_schema_metadata({"geo": json.dumps(geo)}), "gone.parquet")
geo["primary_column"], geo["columns"]["HYBAS_ID"] = "HYBAS_ID", geo["columns"]["geometry"]
pq.write_table(t.replace_schema_metadata({"geo": json.dumps(geo)}), "number.parquet")
`)
	r := openFile(t, filepath.Join(folder, "albers.parquet"), format.Options{})
	d := r.Describe()
	assert.Equal(t, "GeoParquet", d.Format)
	assert.Equal(t, 3, d.Features)
	assert.Contains(t, d.CRS, `"NAD83 / Conus Albers"`)
	assert.True(t, json.Valid([]byte(d.CRS)))
	assert.Equal(t, []string{"The column other holds data of the type binary and is left out."}, d.Warnings)
	assert.Equal(t, []format.Field{{Name: "HYBAS_ID", Type: "integer"}, {Name: "name", Type: "string"}, {Name: "area", Type: "double"}}, d.Fields)
	want := []string{
		`row 1 HYBAS_ID=7120034520 name="é" area=0.1 {"type":"Polygon","coordinates":` + ring + `}`,
		`row 2 HYBAS_ID=9007199254740993 name="007" area=1e+300 {"type":"MultiPolygon","coordinates":[` + ring + `]}`,
		`row 3 HYBAS_ID=-1 name=null area=null`,
	}
	for range 2 {
		assert.Equal(t, want, formattest.Lines(t, r, format.Want{}))
	}
	shapes := [...]string{` {"type":"Polygon","coordinates":` + ring + `}`, ` {"type":"MultiPolygon","coordinates":[` + ring + `]}`}
	assert.Equal(t, []string{`row 1 name="é"` + shapes[0], `row 2 name="007"` + shapes[1], `row 3 name=null`},
		formattest.Lines(t, r, format.Want{Properties: []string{"name"}}))
	assert.Equal(t, []string{`row 1` + shapes[0], `row 2` + shapes[1], `row 3`}, formattest.Lines(t, r, format.Want{Properties: []string{}}))
	for range r.Records(format.Want{}) {
		break
	}
	for name, crs := range map[string]string{"world": `"CRS84"`, "unknown": "", "zstd": `"NAD83 / Conus Albers"`, "default": "OGC:CRS84"} {
		r := openFile(t, filepath.Join(folder, name+".parquet"), format.Options{})
		assert.Contains(t, r.Describe().CRS, crs, name)
		assert.Equal(t, crs == "", r.Describe().CRS == "", name)
		if name != "default" {
			assert.Equal(t, want, formattest.Lines(t, r, format.Want{}), name)
		} else {
			assert.Contains(t, r.Describe().Warnings[0], "The edges are spherical")
		}
	}
	for name, wanted := range map[string]string{
		"native": `the geometries in column geometry are encoded as "polygon"; only WKB is read`, "unreadable": "cannot be read",
		"gone": `the primary column "gone"`, "number": "the column HYBAS_ID holds INT64, not WKB",
	} {
		_, err := open(filepath.Join(folder, name+".parquet"), format.Options{})
		assert.ErrorContains(t, err, wanted, name)
		assert.Equal(t, name != "native", errors.Is(err, format.ErrBroken), name)
	}
}

// TestReadsWhatDuckDBWrites reads geometries of Parquet's own type and of GeoParquet.
func TestReadsWhatDuckDBWrites(t *testing.T) {
	folder := write(t, `
import duckdb
db = duckdb.connect()
for version in ["V1", "V2"]:
  try:
    db.execute("SET threads = 1")
    db.execute(f"COPY (SELECT 7 AS id, 'POLYGON ((0 0, 1 0, 1 1, 0 0))'::GEOMETRY AS geometry) TO 'duck{version}.parquet' (FORMAT parquet, GEOPARQUET_VERSION '{version}')")
  except Exception as e:
    print(version, e)
db.execute("COPY (SELECT i AS id, i / 10 AS Longitude, i::FLOAT / 4 AS LAT, 'a' || i % 3 AS kind FROM range(5000) r(i)) TO 'points.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
`)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 3)
	for _, version := range []string{"V1", "V2"} {
		r := openFile(t, filepath.Join(folder, "duck"+version+".parquet"), format.Options{})
		assert.Equal(t, "OGC:CRS84", r.Describe().CRS)
		assert.Equal(t, []string{`row 1 id=7 {"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`}, formattest.Lines(t, r, format.Want{}))
	}
	r := openFile(t, filepath.Join(folder, "points.parquet"), format.Options{})
	assert.Equal(t, "Parquet", r.Describe().Format)
	assert.Empty(t, r.Describe().CRS)
	got := formattest.Lines(t, r, format.Want{})
	require.Len(t, got, 5000)
	assert.Equal(t, `row 4999 id=4998 Longitude=499.8 LAT=1249.5 kind="a0" {"type":"Point","coordinates":[499.8,1249.5]}`, got[4998])
}

func TestTypes(t *testing.T) {
	folder := write(t, `
day = datetime.datetime(1969, 12, 31, 23, 59, 59, 500000)
t = pa.table({
  "u64": pa.array([2**64 - 1], pa.uint64()), "u32": pa.array([2**32 - 1], pa.uint32()), "i8": pa.array([-8], pa.int8()), "f": pa.array([0.1], pa.float32()),
  "inf": pa.array([float("-inf")], pa.float64()), "b": [True], "d": pa.array([datetime.date(1960, 2, 29)]), "none": pa.array([None], pa.int32()),
  "ms": pa.array([day], pa.timestamp("ms")), "us": pa.array([day], pa.timestamp("us", "UTC")), "ns": pa.array([-1], pa.timestamp("ns")),
  "t": pa.array([datetime.time(1, 2, 3, 4)]), "dec": pa.array([decimal.Decimal("-0.05")], pa.decimal128(20, 2)),
  "dec9": pa.array([decimal.Decimal("12.3400")], pa.decimal128(9, 4)), "dict": pa.array(["x"]).dictionary_encode(), "big": pa.array(["y"], pa.large_string()),
  "nothing": pa.nulls(1), "list": [[1]], "struct": [{"a": 1}], "raw": [b"\x00"], "uuid": pa.array([uuid.UUID("12345678123456781234567812345678").bytes], pa.uuid()),
  "x": pa.array([1], pa.int16()), "y": pa.array([2.5], pa.float32())})
pq.write_table(t, "types.parquet")
pq.write_table(t.select(["ms", "dec9", "x", "y"]), "old.parquet", use_deprecated_int96_timestamps=True, store_decimal_as_integer=True, version="1.0", use_dictionary=False)
pq.write_table(pa.table({"a": [1.0, 2.0, float("nan"), 1.0], "b": pa.array([3.0, None, 1.0, 2.0]), "c": ["p"] * 4}), "named.parquet")
pq.write_table(t.slice(0, 0), "empty.parquet")
`)
	r := openFile(t, filepath.Join(folder, "types.parquet"), format.Options{})
	assert.Equal(t, []string{`row 1 u64=18446744073709551615 u32=4294967295 i8=-8 f=0.1 inf="-Infinity" b=true d="1960-02-29" none=null ` +
		`ms="1969-12-31T23:59:59.5" us="1969-12-31T23:59:59.5Z" ns="1969-12-31T23:59:59.999999999" t="01:02:03.000004" dec="-0.05" dec9="12.3400" ` +
		`dict="x" big="y" nothing=null uuid="12345678-1234-5678-1234-567812345678" x=1 y=2.5 {"type":"Point","coordinates":[1,2.5]}`}, formattest.Lines(t, r, format.Want{}))
	assert.Equal(t, []string{
		"The column list is nested (a list, map or struct) and is left out.",
		"The column struct is nested (a list, map or struct) and is left out.",
		"The column raw holds data of the type binary and is left out.",
	}, r.Describe().Warnings)
	old := openFile(t, filepath.Join(folder, "old.parquet"), format.Options{})
	assert.Equal(t, []string{`row 1 ms="1969-12-31T23:59:59.5" dec9="12.3400" x=1 y=2.5 {"type":"Point","coordinates":[1,2.5]}`}, formattest.Lines(t, old, format.Want{}))
	assert.Empty(t, formattest.Lines(t, openFile(t, filepath.Join(folder, "empty.parquet"), format.Options{}), format.Want{}))

	named := filepath.Join(folder, "named.parquet")
	assert.Equal(t, []string{`row 1 {"type":"Point","coordinates":[1,3]}`, `row 2`, `row 3`, `row 4 {"type":"Point","coordinates":[1,2]}`},
		formattest.Lines(t, openFile(t, named, format.Options{X: "A", Y: "b"}), format.Want{Properties: []string{}}))
	decimals := openFile(t, filepath.Join(folder, "types.parquet"), format.Options{X: "dec", Y: "dec9"})
	assert.Equal(t, []string{`row 1 {"type":"Point","coordinates":[-0.05,12.34]}`}, formattest.Lines(t, decimals, format.Want{Properties: []string{}}))
	_, err := open(named, format.Options{})
	assert.ErrorContains(t, err, "no columns of numbers called lon and lat, longitude and latitude, or x and y; say which of its columns they are: it has a, b, c")
	_, err = open(named, format.Options{X: "a", Y: "c"})
	assert.ErrorContains(t, err, `"a" and "c" are not two columns of numbers; the file has a, b, c`)
	_, err = open(named, format.Options{Layer: "a"})
	assert.ErrorContains(t, err, "a Parquet file has no layers")
}

func TestFilesThatAreNone(t *testing.T) {
	folder := t.TempDir()
	for text, want := range map[string]string{
		"": "the file is empty", "x": "does not begin with PAR1", "PAR1": "does not begin with PAR1", "PAR1 and some text": "ends before its footer, after 18 bytes",
		"PARE............PARE": "encrypted", "PAR1....\xff\xff\xff\xffPAR1": "a footer of 4294967295 bytes", "PAR1....\x02\x00\x00\x00PAR1": "",
	} {
		path := filepath.Join(folder, "x.parquet")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := open(path, format.Options{})
		require.ErrorContains(t, err, want, text)
		assert.Equal(t, want != "encrypted", errors.Is(err, format.ErrBroken), text)
	}
	_, err := open(filepath.Join(folder, "none"), format.Options{})
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.True(t, detect([]byte("PAR1 and more")))
	assert.False(t, detect([]byte("PA")))
}

// TestMemoryIsBounded measures the heap in the middle of a file of 60 MB in row groups of 2 MB.
func TestMemoryIsBounded(t *testing.T) {
	folder := write(t, `
i = numpy.arange(300_000)
t = pa.table({"x": i / 7, "y": i / 11, "name": [f"{k:0100d}" for k in i], "z": numpy.random.default_rng(1).random(300_000)})
pq.write_table(t, "big.parquet", row_group_size=10_000, compression="none", use_dictionary=False)
`)
	live := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	r := openFile(t, filepath.Join(folder, "big.parquet"), format.Options{})
	before, n := live(), 0
	for _, err := range r.Records(format.Want{}) {
		require.NoError(t, err)
		if n++; n == 155_000 {
			more := live() - before
			t.Logf("%d kB more in the middle", more>>10)
			assert.Less(t, more, int64(8<<20))
		}
	}
	assert.Equal(t, 300_000, n)
}

// TestContradictingReferenceSystems uses the file's system and warns, once, of the first geometry that names another, in extended WKB.
func TestContradictingReferenceSystems(t *testing.T) {
	folder := write(t, `
def save(name, crs, *srids):
  wkb = [shapely.to_wkb(shapely.set_srid(Point(1, 2), s), include_srid=True) for s in srids]
  column = {"encoding": "WKB", "geometry_types": []}
  if crs != "absent": column["crs"] = crs
  table = pa.table({"geometry": wkb}).replace_schema_metadata({"geo": json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}})})
  pq.write_table(table, name + ".parquet")
import pyproj
albers = pyproj.CRS(5070).to_json_dict()
save("same", albers, 5070, 0)
save("world", "absent", 4326)
save("crs84", pyproj.CRS("OGC:CRS84").to_json_dict(), 4326)
save("another", albers, 0, 5070, 4326, 4269)
save("unknown", None, 5070)
del albers["id"]
save("nameless", albers, 5070)
`)
	for name, want := range map[string][]string{
		"same": nil, "world": nil, "crs84": nil, "nameless": nil,
		"another": {"The geometry of row 3 names the reference system 4326 (SRID), the file 5070. That of the file counts, as for GDAL; if it is wrong, name the right one (--assume-crs EPSG:4326)."},
		"unknown": {
			"The file says that its reference system is not known.",
			"The geometry of row 1 names the reference system 5070 (SRID), and the file none. It is not used; if it is right, name it (--assume-crs EPSG:5070).",
		},
	} {
		r := openFile(t, filepath.Join(folder, name+".parquet"), format.Options{})
		for range 2 {
			for record, err := range r.Records(format.Want{}) {
				require.NoError(t, err)
				require.NoError(t, record.Err)
			}
		}
		assert.Equal(t, want, r.Describe().Warnings, name)
	}
}

// TestCompressionsAndEncodings refuses or leaves out what parquet-go reads wrongly; all other files give the records of the plain file.
func TestCompressionsAndEncodings(t *testing.T) {
	folder := write(t, `
import random
random.seed(1)
def some(make): return [None if random.random() < 0.3 else make() for _ in range(3000)]
table = pa.table({
  "x": [random.random() for _ in range(3000)], "y": [random.random() for _ in range(3000)], "text": ["%0200x" % random.getrandbits(800) for _ in range(3000)],
  "few": some(lambda: random.choice(["a", "b", ""])), "long": some(lambda: random.randint(-2**63, 2**63 - 1)), "yes": some(lambda: random.random() < 0.9),
  "small": pa.array(some(lambda: random.randint(0, 255)), pa.uint8()), "single": pa.array(some(random.random), pa.float32()),
})
def save(name, **options): pq.write_table(table, name + ".parquet", **{"use_dictionary": False, "row_group_size": 1700, **options})
save("plain", compression="none")
for name in ("snappy", "gzip", "zstd", "brotli", "lz4"): save(name, compression=name)
save("dictionary", use_dictionary=True)
save("pages", data_page_size=512)
for version in ("1.0", "2.0"):
  encodings = {"yes": "PLAIN", "small": "PLAIN", "few": "PLAIN"}
  save("delta " + version, data_page_version=version, column_encoding={**encodings, "long": "DELTA_BINARY_PACKED", "small": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY", "few": "DELTA_LENGTH_BYTE_ARRAY", "x": "PLAIN", "y": "PLAIN", "single": "PLAIN"})
  save("split " + version, data_page_version=version, column_encoding={**encodings, "long": "BYTE_STREAM_SPLIT", "x": "BYTE_STREAM_SPLIT", "y": "BYTE_STREAM_SPLIT", "single": "BYTE_STREAM_SPLIT", "text": "PLAIN"})
save("run lengths", data_page_version="2.0")
`)
	lines := func(name string, want format.Want) []string {
		r := openFile(t, filepath.Join(folder, name+".parquet"), format.Options{})
		assert.Empty(t, r.Describe().Warnings, name)
		return formattest.Lines(t, r, want)
	}
	want := lines("plain", format.Want{})
	require.Len(t, want, 3000)
	for _, name := range []string{"snappy", "gzip", "zstd", "brotli", "dictionary", "pages", "delta 1.0", "delta 2.0", "split 1.0", "split 2.0"} {
		require.Equal(t, want, lines(name, format.Want{}), name)
	}
	_, err := open(filepath.Join(folder, "lz4.parquet"), format.Options{})
	require.ErrorContains(t, err, "the file is compressed with LZ4, which is not read: write it anew with zstd or snappy")

	r := openFile(t, filepath.Join(folder, "run lengths.parquet"), format.Options{})
	require.Len(t, r.Describe().Warnings, 1)
	assert.Contains(t, r.Describe().Warnings[0], "The column yes holds booleans in run lengths (RLE), which are not read")
	others := []string{"x", "y", "text", "few", "long", "small", "single"}
	assert.Equal(t, lines("plain", format.Want{Properties: others}), formattest.Lines(t, r, format.Want{Properties: append(others, "yes")}))
}
