package cas

import (
	"encoding/json"
	"fmt"
	"math"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// circle is a closed ring of n vertices with six decimals.
func circle(n int) [][2]float64 {
	ring := make([][2]float64, n)
	for i := range ring[1:] {
		a := 2 * math.Pi * float64(i) / float64(n-1)
		ring[i] = [2]float64{math.Round((-120+0.05*math.Cos(a))*1e6) / 1e6, math.Round((30+0.05*math.Sin(a))*1e6) / 1e6}
	}
	ring[n-1] = ring[0]
	return ring
}

// asText is a geometry as GeoJSON text.
func asText(b *testing.B, g Geometry) []byte {
	b.Helper()
	text, err := appendGeometry(nil, "geometry", g)
	require.NoError(b, err)
	return text
}

// BenchmarkEncode builds the body of a request for a polygon of 10,000 vertices, given in several ways and checked, and for 1000
// polygons of ten.
func BenchmarkEncode(b *testing.B) {
	ring := circle(10_000)
	text := asText(b, Polygon(ring))
	ids := []string{"copernicus_dem:elevation"}
	small := asText(b, Polygon(circle(10)))
	var asMap map[string]any
	require.NoError(b, json.Unmarshal(text, &asMap))
	feature := []byte(`{"type":"Feature","properties":{},"geometry":` + string(text) + `}`)
	many := make([]GeometryLike, 1000)
	for i := range many {
		many[i] = small
	}
	for _, c := range []struct {
		name   string
		encode func() (net.Buffers, error)
	}{
		{"text", func() (net.Buffers, error) { return ExtractRequest{Geometry: text, DatasetIDs: ids}.encode() }},
		{"floats", func() (net.Buffers, error) { return ExtractRequest{Geometry: Polygon(ring), DatasetIDs: ids}.encode() }},
		{"feature", func() (net.Buffers, error) { return ExtractRequest{Geometry: feature, DatasetIDs: ids}.encode() }},
		{"map", func() (net.Buffers, error) { return ExtractRequest{Geometry: asMap, DatasetIDs: ids}.encode() }},
		{"batch", func() (net.Buffers, error) { return BatchExtractRequest{Geometries: many, DatasetIDs: ids}.encode() }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				body, err := c.encode()
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(size(body))
			}
		})
	}
}

// BenchmarkCheck checks the text of a polygon, in place.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		text := asText(b, Polygon(circle(n)))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := scanGeoJSON("geometry", text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
