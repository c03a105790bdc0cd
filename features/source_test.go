package features_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	return path
}

func collect(t *testing.T, s *features.Source) (all []features.Feature, err error) {
	t.Helper()
	for f, e := range s.Features() {
		require.NoError(t, err, "something came after the error")
		if err = e; e == nil {
			all = append(all, f)
		}
	}
	return all, err
}

const point = `{"type":"Point","coordinates":[-84.2308,36.1983]}`

// A file can be read any number of times, a stream once. Text in WGS 84 is kept byte for byte.
func TestGeoJSONIsReadAsOftenAsItIsAsked(t *testing.T) {
	text := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"N":"a","K":1.50},"geometry":` + point + `}]}`
	path := file(t, "basins.data", text)
	source, err := features.Open(path, features.Options{IDField: "N", Keep: []string{"K"}})
	require.NoError(t, err)
	defer source.Close()
	assert.Equal(t, "GeoJSON", source.Format())
	assert.Equal(t, []string{path}, source.Files())
	for range 3 {
		all, err := collect(t, source)
		require.NoError(t, err)
		require.Len(t, all, 1)
		assert.Equal(t, "a", all[0].ID)
		assert.Equal(t, point, string(all[0].Geometry))
		assert.Equal(t, "1.50", string(all[0].Properties["K"]))
		assert.Len(t, all[0].Properties, 1)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err = z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	stream, err := features.NewReader(&packed, features.Options{})
	require.NoError(t, err)
	assert.True(t, stream.Once())
	all, err := collect(t, stream)
	require.NoError(t, err)
	assert.Len(t, all, 1)
}

// Coordinates are converted from the system that the text names, before or after the features, or that the user names; a note says so.
// A system that cannot be converted is an error before the first feature.
func TestGeoJSONInOtherSystems(t *testing.T) {
	const utm = `{"type":"Point","coordinates":[749185.6,4009722.4]}`
	feature := `{"type":"Feature","properties":{},"geometry":` + utm + `}`
	system := func(name string) string { return `"crs":{"type":"name","properties":{"name":"` + name + `"}}` }
	for name, tt := range map[string]struct{ text, assume string }{
		"before":  {`{"type":"FeatureCollection",` + system("urn:ogc:def:crs:EPSG::32616") + `,"features":[` + feature + `]}`, ""},
		"behind":  {`{"type":"FeatureCollection","features":[` + feature + `],` + system("EPSG:32616") + `}`, ""},
		"assumed": {`{"type":"FeatureCollection","features":[` + feature + `]}`, "EPSG:32616"},
		"wrong":   {`{"type":"FeatureCollection",` + system("EPSG:4326") + `,"features":[` + feature + `]}`, "EPSG:32616"},
	} {
		t.Run(name, func(t *testing.T) {
			source, err := features.Open(file(t, "a.geojson", tt.text), features.Options{AssumeCRS: tt.assume})
			require.NoError(t, err)
			all, err := collect(t, source)
			require.NoError(t, err)
			require.Len(t, all, 1)
			seen := preflight.Inspect(all[0])
			require.Nil(t, seen.Problem)
			assert.InDelta(t, -84.228496, seen.West, 1e-6) // by pyproj
			assert.InDelta(t, 36.200267, seen.South, 1e-6)
			assert.Contains(t, strings.Join(source.Describe().Notes, " "), "EPSG:32616")
		})
	}
	// A datum that is taken as WGS 84 gives a note, but not of a conversion.
	for name, want := range map[string][]string{
		"EPSG:4269": {"North American Datum 1983 is taken as WGS 84: they agree within about 2 m"}, "WGS 84": nil, "urn:ogc:def:crs:EPSG:4326": nil,
	} {
		text := `{"type":"FeatureCollection",` + system(name) + `,"features":[{"type":"Feature","properties":{},"geometry":` + point + `}]}`
		source, err := features.Open(file(t, "a.geojson", text), features.Options{})
		require.NoError(t, err)
		all, err := collect(t, source)
		require.NoError(t, err)
		require.Len(t, all, 1)
		assert.Equal(t, point, string(all[0].Geometry))
		assert.Equal(t, want, source.Describe().Notes, name)
	}
	// What is no geometry stays none: null is not 0.
	for geometry, want := range map[string]preflight.Code{
		`{"type":"Point","coordinates":[null,2]}`:                                                            preflight.BadCoordinates,
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],null]}`:                                  preflight.BadCoordinates,
		`{"type":"Point","Coordinates":[1,2]}`:                                                               preflight.EmptyGeometry,
		`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[]]}`:                             preflight.EmptyGeometry,
		`{"type":"Point","coordinates":[1,2],"crs":{"type":"name","properties":{"name":"EPSG:5070"}}}`:       preflight.ForeignCRS,
		`{"type":"Point","coordinates":[1,2],"crs":{"type":"name","properties":{"name":"EPSG:32616"}}}`:      "",
		`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]}`:    "",
		`{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[6,5],[7,5],[7,6],[6,5,1]]],"bbox":[]}`: "",
	} {
		text := `{"type":"FeatureCollection",` + system("EPSG:32616") + `,"features":[{"type":"Feature","properties":{},"geometry":` + geometry + `}]}`
		source, err := features.Open(file(t, "a.geojson", text), features.Options{})
		require.NoError(t, err)
		all, err := collect(t, source)
		require.NoError(t, err)
		if seen := preflight.Inspect(all[0]); want == "" {
			require.Nil(t, seen.Problem, geometry)
			assert.InDelta(t, -91.5, seen.East, 0.1, geometry)
		} else if assert.NotNil(t, seen.Problem, geometry) {
			assert.Equal(t, want, seen.Problem.Code, geometry)
		}
	}
	text := `{"type":"FeatureCollection",` + system("EPSG:27700") + `,"features":[` + feature + `]}`
	source, err := features.Open(file(t, "a.geojson", text), features.Options{})
	require.NoError(t, err)
	all, err := collect(t, source)
	var refused *features.CRSError
	require.ErrorAs(t, err, &refused)
	require.ErrorContains(t, err, "OSGB")
	require.ErrorContains(t, err, "ogr2ogr")
	assert.Empty(t, all)
	_, err = features.Open(file(t, "a.geojson", text), features.Options{AssumeCRS: "EPSG:4267"})
	require.ErrorContains(t, err, "NAD27")
}

// A file that says that it is incomplete is read, with a note.
func TestFilesThatAreNotAll(t *testing.T) {
	feature := `{"type":"Feature","properties":{},"geometry":` + point + `}`
	for name, members := range map[string]string{
		"Esri": `"exceededTransferLimit":true`, "Esri, as GeoJSON": `"properties":{"exceededTransferLimit":true}`, "OGC": `"numberMatched":7,"numberReturned":1`,
		"GeoServer": `"totalFeatures":7,"numberReturned":1,"timeStamp":"2026-11-28T00:00:00Z"`, "GeoServer with both": `"totalFeatures":"unknown","numberMatched":2`,
		"STAC": `"context":{"returned":1,"matched":7}`, "pages": `"links":[{"rel":"self","href":"a"},{"rel":"next","href":"b"}]`,
		"pages of an unknown number": `"numberMatched":"unknown","links":[{"rel":"next","href":"b","method":"POST"}]`, "cut afterwards": `"numberReturned":2`,
	} {
		source, err := features.Open(file(t, "a.geojson", `{"type":"FeatureCollection",`+members+`,"features":[`+feature+`]}`), features.Options{})
		require.NoError(t, err)
		for range 2 {
			all, err := collect(t, source)
			require.NoError(t, err)
			require.Len(t, all, 1)
		}
		require.Len(t, source.Describe().Notes, 1, name)
		assert.Contains(t, source.Describe().Notes[0], "it is not all", name)
	}
	for _, members := range []string{
		`"exceededTransferLimit":false`, `"numberMatched":1`, `"numberMatched":"unknown"`, `"totalFeatures":1,"numberReturned":1`,
		`"totalFeatures":"unknown"`, `"links":[{"rel":"self"},{"rel":"prev"}]`, `"links":{"next":"b"}`, `"links":["next"]`, `"context":[]`,
		`"numberMatched":1,"links":[{"rel":"next","href":"b"}]`, // pages that were joined
	} {
		source, err := features.Open(file(t, "a.geojson", `{"type":"FeatureCollection",`+members+`,"features":[`+feature+`]}`), features.Options{})
		require.NoError(t, err)
		_, err = collect(t, source)
		require.NoError(t, err)
		assert.Empty(t, source.Describe().Notes)
	}
}

// Errors of ids are found by errors.Is, and in a lenient pass in the features.
func TestIDsOfASource(t *testing.T) {
	line := func(id string) string {
		return `{"type":"Feature","properties":{"N":` + id + `},"geometry":` + point + "}\n"
	}
	path := file(t, "a.geojsonl", line(`"1"`)+line(`null`)+line(`1`))
	source, err := features.Open(path, features.Options{IDField: "N"})
	require.NoError(t, err)
	_, err = collect(t, source)
	require.ErrorIs(t, err, features.ErrMissingID)
	require.ErrorContains(t, err, "a.geojsonl: feature 1, line 2")
	var problems []error
	for f, err := range source.Pass(features.Pass{Lenient: true}) {
		require.NoError(t, err)
		problems = append(problems, f.Err)
	}
	require.Len(t, problems, 3)
	require.NoError(t, problems[0])
	require.ErrorIs(t, problems[1], features.ErrMissingID)
	require.ErrorIs(t, problems[2], features.ErrDuplicateID)
}

// The error for a file that no reader recognizes says what it is and what to do.
func TestUnknownFiles(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"table.gpkg":    {"SQLite format 3\x00" + strings.Repeat("\x00", 100), "features/geopackage"},
		"table.parquet": {"PAR1" + strings.Repeat("\x00", 100), "features/geoparquet"},
	} {
		_, err := features.Open(file(t, name, tt.text), features.Options{})
		require.ErrorIs(t, err, features.ErrUnknown, name)
		assert.ErrorContains(t, err, tt.want)
	}
	for name, want := range map[string]string{"a.csv": "the first line has to name the columns", "a.shp": "is cut", "a.prj": "is only a sidecar of a shapefile", "a.geojson": ""} { // of an empty file the ending tells
		_, err := features.Open(file(t, name, ""), features.Options{})
		if want != "" {
			require.ErrorContains(t, err, want)
		} else {
			require.NoError(t, err) // reading it tells
		}
	}
	for _, name := range []string{"a.geojson", "a.JSON", "a.ndjson"} {
		source, err := features.Open(file(t, name, "<html><title>502 Bad Gateway</title>"), features.Options{})
		require.NoError(t, err)
		_, err = collect(t, source)
		require.ErrorContains(t, err, "not GeoJSON but XML or HTML")
	}
	for _, name := range []string{"a.geojson", "a.csv", "a"} { // as PowerShell and Excel write it
		_, err := features.Open(file(t, name, "\xff\xfe{\x00}\x00"), features.Options{})
		require.ErrorIs(t, err, features.ErrUnknown)
		require.ErrorContains(t, err, "it is text in UTF-16; save it as UTF-8")
	}
	_, err := features.NewReader(strings.NewReader("\xff\xfe{\x00}\x00"), features.Options{})
	require.ErrorContains(t, err, "UTF-16")
	for head, want := range map[string]string{"\x00\x00\x27\x0a": "Shapefile", "PK\x03\x04": "Shapefile", "fgb\x03": "a file for GDAL"} {
		_, err := features.NewReader(strings.NewReader(head+strings.Repeat("\x00", 200)), features.Options{})
		require.ErrorIs(t, err, features.ErrUnknown)
		require.ErrorContains(t, err, "it looks like "+want+", which is read from a file")
	}
	_, err = features.NewReader(strings.NewReader("site,long_dd,lat_dd\na,1,2\n"), features.Options{})
	require.ErrorContains(t, err, "there are no columns with positions")
	_, err = features.Open(file(t, "a.txt", "site\tlong_dd\tlat_dd\na\t1\t2\n"), features.Options{})
	require.ErrorContains(t, err, "there are no columns with positions")
	_, err = features.Open(filepath.Join(t.TempDir(), "none.geojson"), features.Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = features.Open(t.TempDir(), features.Options{})
	require.ErrorContains(t, err, "it is a folder that GDAL does not read as a whole; give one of its files")
	parts := filepath.Join(t.TempDir(), "basins.shp") // writers of Parquet name such folders by an ending
	require.NoError(t, os.Mkdir(parts, 0o700))
	_, err = features.Open(parts, features.Options{})
	require.ErrorContains(t, err, "give one of its files")
	_, err = features.Open("s3://bucket/basins.shp", features.Options{})
	require.ErrorContains(t, err, "download it and give the name of the file")
	_, err = features.Open("/vsimem/none.shp", features.Options{})
	require.ErrorContains(t, err, "ogrinfo cannot read it")
	_, err = features.Open("PG:host=localhost port=1 password=secret", features.Options{})
	require.ErrorContains(t, err, "PG:…: ")
	require.NotContains(t, err.Error(), "secret")
}

// TestTables reads a table with any ending, and from a stream that is compressed.
func TestTables(t *testing.T) {
	const text = "site;long_dd;lat_dd\na;1;2\n"
	var compressed bytes.Buffer
	z := gzip.NewWriter(&compressed)
	_, err := z.Write([]byte(strings.NewReplacer("long_dd", "lon", "lat_dd", "lat").Replace(text)))
	require.NoError(t, errors.Join(err, z.Close()))
	for _, open := range []func() (*features.Source, error){
		func() (*features.Source, error) {
			return features.Open(file(t, "a.txt", text), features.Options{X: "long_dd", Y: "lat_dd"})
		},
		func() (*features.Source, error) { return features.NewReader(&compressed, features.Options{}) },
	} {
		source, err := open()
		require.NoError(t, err)
		all, err := collect(t, source)
		require.NoError(t, err)
		require.Len(t, all, 1)
		assert.JSONEq(t, `{"type":"Point","coordinates":[1,2]}`, string(all[0].Geometry))
	}
}

// FuzzSource reads any bytes: nothing panics, and an error is yielded last and once.
func FuzzSource(f *testing.F) {
	f.Add([]byte(`{"type":"Feature","id":1,"geometry":`+point+`}`), "", "")
	f.Add([]byte("lon,lat,name\n-84.2,36.1,a\n"), "name", "")
	f.Add([]byte(`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:3857"}},"features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[1e6,1e6]}}]}`), "", "EPSG:5070")
	f.Fuzz(func(t *testing.T, text []byte, field, assume string) {
		source, err := features.NewReader(bytes.NewReader(text), features.Options{IDField: field, AssumeCRS: assume})
		if err != nil {
			return
		}
		defer source.Close()
		all, _ := collect(t, source)
		seen := map[string]bool{}
		for _, f := range all {
			require.False(t, seen[f.ID])
			seen[f.ID] = true
			_ = preflight.Check(f)
		}
	})
}
