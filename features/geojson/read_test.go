package geojson

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/community-attribute-service/cas-go/internal/geotext"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readAll collects the features and checks that an error comes last and once.
func readAll(t testing.TB, r io.Reader, o Options) ([]Feature, error) {
	t.Helper()
	var features []Feature
	var failure error
	for f, err := range Read(r, o) {
		require.NoError(t, failure, "something was yielded after the error")
		if err != nil {
			failure = err
			continue
		}
		require.Equal(t, len(features), f.Index)
		features = append(features, f)
	}
	return features, failure
}

func idsOf(features []Feature) []string {
	names := []string{}
	for _, f := range features {
		names = append(names, f.ID)
	}
	return names
}

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

const (
	pointText   = `{"type":"Point","coordinates":[-84.10, 36.0,  120.50]}`
	featureA    = `{"type":"Feature","id":"A","properties":{"name":"a","n":1.0},"geometry":` + pointText + `}`
	featureB    = `{"geometry":null,"properties":null,"id":7120034520,"type":"Feature"}`
	featureC    = `{"type":"Feature","id":"C","geometry":` + pointText + `}`
	featureBare = `{"type":"Feature","geometry":` + pointText + `}`
)

func TestReadForms(t *testing.T) {
	pretty := func(text string) string {
		var b bytes.Buffer
		require.NoError(t, json.Indent(&b, []byte(text), "", "  "))
		return b.String()
	}
	const two = `{"type":"FeatureCollection","features":[` + featureA + `,` + featureB + `]}`
	tests := []struct {
		name, text string
		want       []string
	}{
		{"collection", two, []string{"A", "7120034520"}},
		{"collection, spread out", pretty(two), []string{"A", "7120034520"}},
		{"collection, type last", `{"features":[` + featureA + `],"name":"x","type":"FeatureCollection"}`, []string{"A"}},
		{"collection, members around", `{"bbox":[1,2,3,4],"type":"FeatureCollection","name":"[{\"","features": [ ` + featureA + ` ] ,"x":{"a":[]}}` + "\n", []string{"A"}},
		{"collection, empty", `{"type":"FeatureCollection","features":[]}`, []string{}},
		{"feature", featureA, []string{"A"}},
		{"feature, spread out", pretty(featureA) + "\n\n", []string{"A"}},
		{"feature with a member called features", `{"type":"Feature","features":[1,2],"id":"F","geometry":null}`, []string{"F"}},
		{"geometry", pointText, []string{"0"}},
		{"geometry, unsupported type", `{"type":"LineString","coordinates":[[0,0],[1,1]]}`, []string{"0"}},
		{"geometry collection", `{"type":"GeometryCollection","geometries":[]}`, []string{"0"}},
		{"newline-delimited", featureA + "\n" + featureB + "\n", []string{"A", "7120034520"}},
		{"newline-delimited, CRLF, blank lines, no end", featureA + "\r\n\r\n" + featureB, []string{"A", "7120034520"}},
		{"newline-delimited geometries", pointText + "\n" + pointText, []string{"0", "1"}},
		{"concatenated, spread out", pretty(featureA) + "\n" + pretty(featureB), []string{"A", "7120034520"}},
		{"sequence", "\x1e" + featureA + "\n\x1e" + featureB + "\n", []string{"A", "7120034520"}},
		{"sequence, spread out, double separators", "\x1e\x1e" + pretty(featureA) + "\n\x1e" + pretty(featureB) + "\n", []string{"A", "7120034520"}},
		{"sequence of collections", "\x1e" + two + "\n\x1e" + `{"type":"FeatureCollection","features":[` + featureC + `]}`, []string{"A", "7120034520", "C"}},
		{"sequence without ids", "\x1e" + `{"type":"FeatureCollection","features":[` + featureBare + `]}` + "\n\x1e" + pointText, []string{"0", "1"}},
		{"lines of collections", two + "\n" + `{"type":"FeatureCollection","features":[` + featureC + `]}`, []string{"A", "7120034520", "C"}},
		{"byte order mark", "\xef\xbb\xbf" + two, []string{"A", "7120034520"}},
		{"leading white space", " \n\t" + two, []string{"A", "7120034520"}},
		{"gzip", gzipped(t, two), []string{"A", "7120034520"}},
		{"gzip of two members, byte order mark", gzipped(t, "\xef\xbb\xbf"+two[:50]) + gzipped(t, two[50:]), []string{"A", "7120034520"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"whole":         strings.NewReader(tt.text),
				"byte by byte":  iotest.OneByteReader(strings.NewReader(tt.text)),
				"error at once": iotest.DataErrReader(strings.NewReader(tt.text)),
			} {
				features, err := readAll(t, r, Options{})
				require.NoError(t, err, name)
				assert.Equal(t, tt.want, idsOf(features), name)
			}
			sum, err := Scan(strings.NewReader(tt.text), Options{})
			require.NoError(t, err)
			assert.Equal(t, len(tt.want), sum.Features)
		})
	}
}

func TestGeometryIsVerbatim(t *testing.T) {
	for _, geometry := range []string{
		pointText,
		"{ \"coordinates\" :\n[ 1.0,2.50e0 , -0.0 ],\t\"type\":\"Point\", \"extra\":\"\\u00e9 é }\" }",
		`{"type":"Point","coordinates":[NaN,-Infinity]}`,
		`{"type":"Point","coordinates":[1e999,0]}`,
		`null`, `"text"`, `[]`, `12`,
	} {
		for _, text := range []string{
			`{"type":"Feature","geometry":` + geometry + `,"properties":{}}`,
			`{"type":"FeatureCollection","features":[{"properties":{},"geometry": ` + geometry + ` ,"type":"Feature"}]}`,
		} {
			features, err := readAll(t, strings.NewReader(text), Options{})
			require.NoError(t, err, text)
			require.Len(t, features, 1)
			assert.Equal(t, geometry, string(features[0].Geometry))
		}
	}
	features, err := readAll(t, strings.NewReader(`{"type":"Feature","properties":{}}`), Options{})
	require.NoError(t, err)
	assert.Nil(t, features[0].Geometry, "an absent member is nil")
}

func TestYieldedIsTheCallersToKeep(t *testing.T) {
	var text strings.Builder
	for range 3000 { // several windows
		text.WriteString(featureBare + "\n")
	}
	features, err := readAll(t, strings.NewReader(text.String()), Options{})
	require.NoError(t, err)
	require.Len(t, features, 3000)
	for _, f := range features {
		require.Equal(t, pointText, string(f.Geometry))
	}
	_ = append(features[0].Geometry, "overrun"...)
	assert.Equal(t, pointText, string(features[1].Geometry))
}

func TestKeep(t *testing.T) {
	const text = `{"type":"Feature","geometry":null,"properties":{"a":"x","b":1.0,"c":{"d":[1,NaN,-Infinity,"NaN"]},"n\u0061me":null}}`
	tests := []struct {
		name string
		keep []string
		want map[string]string
	}{
		{"nil is all", nil, map[string]string{"a": `"x"`, "b": "1.0", "c": `{"d":[1,null,null,"NaN"]}`, "name": "null"}},
		{"empty is none", []string{}, map[string]string{}},
		{"some", []string{"b", "name", "absent"}, map[string]string{"b": "1.0", "name": "null"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			features, err := readAll(t, strings.NewReader(text), Options{Keep: tt.keep})
			require.NoError(t, err)
			got := map[string]string{}
			for name, v := range features[0].Properties {
				assert.True(t, json.Valid(v), "%s", v)
				got[name] = string(v)
			}
			assert.Equal(t, tt.want, got)
		})
	}
	for _, none := range []string{`null`, `[]`, `"x"`} {
		features, err := readAll(t, strings.NewReader(`{"type":"Feature","geometry":null,"properties":`+none+`}`), Options{})
		require.NoError(t, err)
		assert.Nil(t, features[0].Properties)
	}
}

func TestBreakStopsTheReading(t *testing.T) {
	text := strings.Repeat(featureBare+"\n", 100_000)
	r := strings.NewReader(text)
	for f, err := range Read(r, Options{}) {
		require.NoError(t, err)
		if f.Index == 2 {
			break
		}
	}
	assert.Greater(t, r.Len(), len(text)-2*windowBytes, "no more was read than the window holds")
}

func TestSecondRangeIsAnError(t *testing.T) {
	seq := Read(strings.NewReader(featureA), Options{})
	for range seq {
	}
	for _, err := range seq {
		require.ErrorContains(t, err, "one pass")
	}
}

func TestCRS(t *testing.T) {
	const (
		foreign = `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}}`
		wgs84   = `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}`
		valid   = `{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}`
	)
	tests := []struct {
		name, text, known string
		refused           bool
		found             string
		late              bool
	}{
		{"wgs84", `{"type":"FeatureCollection",` + wgs84 + `,"features":[` + valid + `]}`, "", false, "", false},
		{"wgs84, late", `{"type":"FeatureCollection","features":[` + valid + `],` + wgs84 + `}`, "", false, "", false},
		{"foreign", `{"type":"FeatureCollection",` + foreign + `,"features":[` + valid + `]}`, "", true, "urn:ogc:def:crs:EPSG::3857", false},
		{"foreign, late", `{"type":"FeatureCollection","features":[` + valid + `],` + foreign + `}`, "", false, "urn:ogc:def:crs:EPSG::3857", true},
		{"foreign, late, known", `{"type":"FeatureCollection","features":[` + valid + `],` + foreign + `}`, "urn:ogc:def:crs:EPSG::3857", true, "urn:ogc:def:crs:EPSG::3857", false},
		{"of a feature", `{"type":"Feature",` + foreign + `,"geometry":{"type":"Point","coordinates":[1,2]}}`, "", true, "", false},
		{"of a geometry", `{"type":"Feature","geometry":{"type":"Point",` + foreign + `,"coordinates":[1,2]}}`, "", false, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			features, err := readAll(t, strings.NewReader(tt.text), Options{CRS: tt.known})
			if tt.late {
				require.ErrorIs(t, err, ErrLateCRS)
				require.ErrorContains(t, err, "put crs before features")
			} else {
				require.NoError(t, err)
			}
			require.Len(t, features, 1)
			want := ""
			if tt.refused {
				want = "urn:ogc:def:crs:EPSG::3857"
			}
			require.Equal(t, want, features[0].CRS)
			sum, err := Scan(strings.NewReader(tt.text), Options{})
			require.NoError(t, err, "a scan is early enough")
			assert.Equal(t, tt.found, sum.CRS)
		})
	}
}

func TestSpellingsOfCRS(t *testing.T) {
	for text, want := range map[string]string{
		`null`:        "",
		`"EPSG:4326"`: "",
		`"CRS84"`:     "",
		`{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC::CRS84"}}`:                   "",
		`{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG:8.9:4326"}}`:                "",
		`{"type":"name","properties":{"name":"http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}`: "",
		`{"type":"name","properties":{"name":"http://www.opengis.net/gml/srs/epsg.xml#4326"}}`: "",
		`{"type":"link","properties":{"href":"http://spatialreference.org/ref/epsg/4326/"}}`:   "",
		`{"type":"EPSG","properties":{"code":4326}}`:                                           "",
		`{"type":"EPSG","properties":{"code":"32617"}}`:                                        "EPSG:32617",
		`{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4269"}}`:                   "urn:ogc:def:crs:EPSG::4269",
		`{"type":"link","properties":{"href":"http://example.com/crs/42","type":"proj4"}}`:     "http://example.com/crs/42",
		`{"type":"name","properties":{"name":"ESRI:4326"}}`:                                    "ESRI:4326",
		`{}`:   "{}",
		`4326`: "4326",
	} {
		assert.Equal(t, want, geotext.ForeignCRS([]byte(text)), text)
	}
}
