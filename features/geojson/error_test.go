package geojson

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadErrors(t *testing.T) {
	const (
		open  = `{"type":"FeatureCollection","features":[` + "\n"
		one   = `{"type":"Feature","id":1,"geometry":null}`
		two   = `{"type":"Feature","id":2,"geometry":null}`
		three = `{"type":"Feature","id":3,"geometry":null}`
	)
	tests := []struct {
		name, text string
		read       int // features before the error
		feature    int
		line       int
		text1      string // part of the message
	}{
		{"empty", "", 0, -1, 1, "the input is empty"},
		{"white space", " \n ", 0, -1, 2, "the input is empty"},
		{"cut in a feature", open + one + ",\n" + two[:20], 1, 1, 3, "the input is cut: it ends inside the object that begins at line 3"},
		{"cut between features", open + one + ",\n", 1, -1, 3, "the input is cut: it ends inside the features array, with 1 features read"},
		{"cut behind the features", open + one + "]", 1, -1, 2, "the input is cut: it ends before the end of the FeatureCollection"},
		{"cut in the head", `{"type":"FeatureCollection","na`, 0, 0, 1, "the input is cut"},
		{"junk behind", open + one + "]}\nx", 1, -1, 3, `unexpected 'x' after the end`},
		{"bracket behind", open + one + "]}]", 1, -1, 2, `unexpected ']' after the end`},
		{"junk in the tail", open + one + "],;}", 1, -1, 2, `';' behind the features`},
		{"no comma", open + one + "\n" + two + "]}", 1, -1, 3, "where a comma belongs"},
		{"comma before the end", open + one + ",\n]}", 1, -1, 3, "a comma before the end of the features"},
		{"two commas", open + one + ",," + two + "]}", 1, 1, 2, "an element of features is ','"},
		{"no comma in the head", `{"type":"FeatureCollection" "features":[]}`, 0, -1, 1, "not JSON"},
		{"comma too many in the tail", open + one + "],}", 1, -1, 2, "not JSON"},
		{"null element", open + "null]}", 0, 0, 2, "an element of features is null, not a Feature"},
		{"bare geometry as element", open + pointText + "]}", 0, 0, 2, "bare Point; wrap it"},
		{"collection as element", open + `{"type":"FeatureCollection","features":[]}]}`, 0, 0, 2, "inside a FeatureCollection"},
		{"element without type", open + one + `,{"geometry":null}]}`, 1, 1, 2, `no "type"`},
		{"features missing", `{"type":"FeatureCollection"}`, 0, -1, 1, `without an array "features"`},
		{"features null", `{"type":"FeatureCollection","features":null}`, 0, -1, 1, `without an array "features"`},
		{"features twice", `{"type":"FeatureCollection","features":[],"features":[]}`, 0, -1, 1, "twice"},
		{"type twice", `{"type":"FeatureCollection","features":[],"type":"FeatureCollection"}`, 0, -1, 1, "twice"},
		{"collection without type", `{"features":[` + one + `]}`, 1, -1, 1, `no "type"`},
		{"object without type", `{"a":1}`, 0, 0, 1, `no "type"`},
		{"type no string", `{"type":1}`, 0, 0, 1, `no "type"`},
		{"TopoJSON", `{"type":"Topology","objects":{},"arcs":[[[0,0]` /* not even read */, 0, -1, 1, "TopoJSON; convert it: ogr2ogr"},
		{"Esri JSON", `{"displayFieldName":"","geometryType":"esriGeometryPoint","features":[{"attributes":{}}]}`, 0, -1, 1, "Esri JSON; ask the server for f=geojson"},
		{"Esri feature", open + `{"attributes":{},"geometry":{}}]}`, 0, 0, 2, "Esri JSON"},
		{"spelling", `{"type":"featurecollection","features":[]}`, 0, -1, 1, `"featurecollection" is spelled "FeatureCollection"`},
		{"other type", `{"type":"Catalog"}`, 0, -1, 1, `unknown type "Catalog"`},
		{"array", `[` + one + `]`, 0, -1, 1, "a bare array"},
		{"XML", "<?xml version='1.0'?><kml/>", 0, -1, 1, "KML"},
		{"WKT", "POLYGON((0 0,1 1,1 0,0 0))", 0, -1, 1, "well-known text"},
		{"string", `"x"`, 0, -1, 1, "it begins with"},
		{"zip", "PK\x03\x04....", 0, -1, 1, "a zip archive; unpack it; for a shapefile, convert it: ogr2ogr"},
		{"GeoPackage", "SQLite format 3\x00", 0, -1, 1, "GeoPackage"},
		{"UTF-16", "\xff\xfe{\x00", 0, -1, 1, "save it as UTF-8"},
		{"UTF-16 without a mark", "\x00{\x00}", 0, -1, 1, "save it as UTF-8"},
		{"gzip of a GeoPackage", gzipped(t, "SQLite format 3\x00"), 0, -1, 1, "GeoPackage"},
		{"Latin-1", open + `{"type":"Feature","geometry":null,"properties":{"n":"M` + "\xfc" + `ritz"}}]}`, 0, 0, 2, "invalid UTF-8; save the input as UTF-8"},
		{"name twice", open + `{"type":"Feature","geometry":null,` + "\n" + `"properties":{"n":1,"n":2}}]}`, 0, 0, 3, "a member name occurs twice in one object (at /properties/n)"},
		{"bad number", open + one + ",\n" + `{"type":"Feature","geometry":{"type":"Point","coordinates":[1.,2]}}]}`, 1, 1, 3, "(at /geometry/coordinates/0)"},
		{"bad literal", open + `{"type":"Feature","geometry":nul}]}`, 0, 0, 2, "not JSON"},
		{"brackets that do not match", open + `{"type":"Feature","geometry":[}]]}` + "\n]}", 0, 0, 2, "not JSON"},
		{"a brace too few", open + `{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},` + "\n" + one + "]}", 0, 0, 3, "not JSON"},
		{"line cut", one + "\n" + two + "\n" + three[:30] + "\n" + one + "\n", 2, 2, 3, "line 3 does not hold a whole JSON object; newline-delimited GeoJSON has one on each line"},
		{"line cut at a string", one + "\n" + two[:12] + "\n" + three + "\n", 1, 1, 2, "line 2 does not hold"},
		{"line broken", one + "\n" + `{"type":"Feature,"id":2}` + "\n" + three + "\n", 1, 1, 2, "not JSON"},
		{"two features on a line", one + two + three[:9], 2, 2, 1, "the input is cut"},
		{"record cut", "\x1e" + one + "\n\x1e" + two[:30] + "\n\x1e" + three + "\n", 1, 1, 2, "the object is cut: the next record separator"},
		{"collection in a record cut", "\x1e" + open + one + "],\n\x1e" + three + "\n", 1, -1, 3, `'\x1e' behind the features`},
		{"too deep", `{"type":"Feature","geometry":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, 0, 0, 1, "not JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"whole":        strings.NewReader(tt.text),
				"byte by byte": iotest.OneByteReader(strings.NewReader(tt.text)),
			} {
				features, err := readAll(t, r, Options{})
				require.Error(t, err, name)
				require.ErrorIs(t, err, ErrNotGeoJSON, name)
				var at *ReadError
				require.ErrorAs(t, err, &at, name)
				assert.Contains(t, err.Error(), tt.text1, name)
				assert.Len(t, features, tt.read, name)
				assert.Equal(t, tt.feature, at.Feature, "feature, %s: %v", name, err)
				assert.Equal(t, tt.line, at.Line, "line, %s: %v", name, err)
				_, scanErr := Scan(strings.NewReader(tt.text), Options{})
				require.Error(t, scanErr)
				assert.Equal(t, err.Error(), scanErr.Error(), "a scan says the same")
			}
		})
	}
}

func TestOffsets(t *testing.T) {
	// The position of the error is right across windows and after a byte order mark.
	text := "\xef\xbb\xbf" + strings.Repeat(featureBare+"\n", 5000)
	bad := len(text) + strings.IndexByte(featureBare, '-')
	text += strings.Replace(featureBare, "-", "?", 1) + "\n" + featureBare
	_, err := readAll(t, strings.NewReader(text), Options{})
	var at *ReadError
	require.ErrorAs(t, err, &at)
	assert.Equal(t, ReadError{Feature: 5000, Line: 5001, Offset: int64(bad), Err: at.Err}, *at)
}

func TestErrorsOfTheInput(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, text := range []string{"", featureBare[:10], featureA + "\n", `{"type":"FeatureCollection","features":[` + featureA + ","} {
		features, err := readAll(t, io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), Options{})
		require.ErrorIs(t, err, broken, text)
		assert.ErrorContains(t, err, "reading the input at byte")
		assert.NotErrorIs(t, err, ErrNotGeoJSON)
		assert.Len(t, features, strings.Count(text, `"A"`))
	}
	whole := gzipped(t, featureA)
	_, err := readAll(t, strings.NewReader(whole[:len(whole)-6]), Options{})
	require.ErrorContains(t, err, "gzip input is cut or damaged")
	_, err = readAll(t, strings.NewReader(whole[:5]), Options{})
	require.ErrorContains(t, err, "gzip input")
}

func TestMaxFeatureBytes(t *testing.T) {
	large := `{"type":"Feature","geometry":{"type":"LineString","coordinates":[` + strings.Repeat("[1,2],", 10_000)
	for _, text := range []string{
		featureA + "\n" + large,
		`{"type":"FeatureCollection","features":[` + featureA + "," + large,
	} {
		features, err := readAll(t, strings.NewReader(text), Options{MaxFeatureBytes: 1000})
		require.ErrorIs(t, err, ErrFeatureTooLarge)
		assert.ErrorContains(t, err, "feature 1, line")
		assert.ErrorContains(t, err, "over 1000 bytes")
		assert.Len(t, features, 1)
	}
	_, err := readAll(t, strings.NewReader(featureA), Options{MaxFeatureBytes: len(featureA)})
	require.NoError(t, err, "exactly the limit")
	_, err = readAll(t, strings.NewReader(featureA), Options{MaxFeatureBytes: len(featureA) - 1})
	require.ErrorIs(t, err, ErrFeatureTooLarge)
}
