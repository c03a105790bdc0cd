package cas_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// members are those of an object in their order, nil for anything else; text must be valid JSON.
func members(t testing.TB, text json.RawMessage) (names []string, values map[string]json.RawMessage) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, nil
	}
	values = map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		require.NoError(t, err)
		var value json.RawMessage
		require.NoError(t, d.Decode(&value))
		names = append(names, name.(string))
		values[name.(string)] = value
	}
	return names, values
}

// positionsAt tells whether a value is arrays so deep, the innermost ones of two or more finite numbers.
func positionsAt(v any, depth int) bool {
	items, ok := v.([]any)
	if !ok || (depth == 1 && len(items) < 2) {
		return false
	}
	for _, item := range items {
		if depth > 1 {
			if !positionsAt(item, depth-1) {
				return false
			}
			continue
		}
		n, ok := item.(json.Number)
		if !ok {
			return false
		}
		if _, err := strconv.ParseFloat(n.String(), 64); err != nil {
			return false
		}
	}
	return true
}

// readSlowly reads GeoJSON by the standard library and in plain words: the kind and the coordinates of what the service takes.
func readSlowly(t testing.TB, text []byte, feature bool) (kind string, coordinates json.RawMessage, ok bool) {
	names, values := members(t, text)
	count := map[string]int{}
	for _, name := range names {
		count[name]++
	}
	if count["type"] > 1 || count["coordinates"] > 1 || (feature && count["geometry"] > 1) || json.Unmarshal(values["type"], &kind) != nil || values["type"][0] != '"' {
		return "", nil, false
	}
	if feature && kind == "Feature" {
		return readSlowly(t, values["geometry"], false)
	}
	depth, known := map[string]int{"Point": 1, "Polygon": 3, "MultiPolygon": 4}[kind]
	d := json.NewDecoder(bytes.NewReader(values["coordinates"]))
	d.UseNumber()
	var v any
	if !known || d.Decode(&v) != nil || !positionsAt(v, depth) {
		return "", nil, false
	}
	return kind, values["coordinates"], true
}

// surrogate is an escape that may be half of a character, of which encoding/json makes U+FFFD and other libraries an error.
var surrogate = regexp.MustCompile(`(?i)\\ud[89a-f]`)

// The scan accepts what a slow reading by the standard library accepts, and nothing else.
func FuzzGeometry(f *testing.F) {
	for _, text := range []string{
		`{"type":"Point","coordinates":[-84.2308,36.1983]}`, `{"type":"Polygon","coordinates":[[[-84.25,36.55],[-84.2,36.55],[-84.2,36.6],[-84.25,36.55]]]}`,
		`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]],[[0.1,0.1],[0.2,0.1],[0.2,0.2]]],[]]}`, `{"type":"Polygon","coordinates":[[],[[1,2]]]}`,
		`{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2,3]},"properties":{"a":[1,{"b":null}]},"id":"01013500"}`,
		`{"type":"Feature","geometry":null}`, `{"type":"Feature","geometry":{"type":"Feature"}}`, `{"type":"Point","coordinates":[NaN,1]}`, `{"type":"Point","coordinates":[1e999,1]}`,
		`{"type":"Point","coordinates":["1","2"]}`, `{"type":"Point","coordinates":[[1,2]]}`, `{"type":"Polygon","coordinates":[[[1,2],3]]}`, `{"type":"Point","coordinates":[01,2]}`,
		`{"type":"Point","type":"Polygon","coordinates":[1,2]}`, `{"\u0074ype":"P\u006fint","coordinates":[-0,1E-5]}`, `{"type":"GeometryCollection","geometries":[]}`,
		`{"type":"FeatureCollection","features":[]}`, ` { "coordinates" : [ 1 , 2 ] , "type" : "Point" } `, `{}`, `[1,2]`, `null`, `""`, `{"type":"Point","coordinates":[1,2],"coordinates":[3,4]}`,
		`{"type":"Point","coordinates":[1,2],"geometry":{"type":1,"coordinates":{}}}`, `{"type":"Point","coordinates":[1,2]}x`, `{"type":"Point","coordinates":[1,2]`, `{"type":1}`,
		"{\"type\":\"Point\",\"\xf6\":[0],\"coordinates\":[0,0]}",
		`{"type":"Polygon","coordinates":[[[1234567.1234567890123456,-36.5],[12345678,1.12345678901234567],[1,2.],[0.1,-.5]]]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := cas.ParseGeoJSON(text)
		if err != nil {
			require.ErrorIs(t, err, cas.ErrInvalidRequest)
			require.Less(t, len(err.Error()), 1000)
		}
		if len(text) > 5000 || surrogate.Match(text) {
			return // encoding/json ends at another depth, and takes half a character for one
		}
		kind, coordinates, ok := "", json.RawMessage(nil), false
		if utf8.Valid(text) && json.Valid(text) {
			kind, coordinates, ok = readSlowly(t, text, true)
		}
		require.Equal(t, ok, err == nil, "%v", err)
		if ok {
			require.Equal(t, kind, string(got.Type))
			require.Equal(t, string(coordinates), string(got.Coordinates))
			again, err := cas.ParseGeoJSON([]byte(`{"type":"` + kind + `","coordinates":` + string(got.Coordinates) + `}`))
			require.NoError(t, err)
			require.Equal(t, got, again)
		}
	})
}
