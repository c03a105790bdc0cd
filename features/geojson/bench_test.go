package geojson

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/community-attribute-service/cas-go/features/internal/ids"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

var sizes = []struct {
	name        string
	features, k int
}{
	{"small", 20_000, 10},
	{"large", 500, 5000},
}

// BenchmarkReadGeoJSON measures reading with an id field and one kept property.
func BenchmarkReadGeoJSON(b *testing.B) {
	for _, size := range sizes {
		text, err := io.ReadAll(manyFeatures(size.features, size.k))
		require.NoError(b, err)
		b.Run(size.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range Read(bytes.NewReader(text), Options{IDField: "HYBAS_ID", Keep: []string{"NAME"}}) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkScanIDs measures the pass before the first request.
func BenchmarkScanIDs(b *testing.B) {
	for _, size := range sizes {
		text, err := io.ReadAll(manyFeatures(size.features, size.k))
		require.NoError(b, err)
		b.Run(size.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Scan(bytes.NewReader(text), Options{IDField: "HYBAS_ID"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSkip is for comparison: jsontext checks the same text and makes no features.
func BenchmarkSkip(b *testing.B) {
	for _, size := range sizes {
		text, err := io.ReadAll(manyFeatures(size.features, size.k))
		require.NoError(b, err)
		b.Run(size.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := jsontext.NewDecoder(bytes.NewBuffer(text)).ReadValue(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSmallFeatures measures both passes over features with an id, a name, a number and ten positions of different lengths.
func BenchmarkSmallFeatures(b *testing.B) {
	const features = 100_000
	text, err := io.ReadAll(smallFeatures(features))
	require.NoError(b, err)
	run := func(name string, pass func() error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if err := pass(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/features, "ns/feature")
		})
	}
	read := func(o Options) func() error {
		return func() error {
			for _, err := range Read(bytes.NewReader(text), o) {
				if err != nil {
					return err
				}
			}
			return nil
		}
	}
	run("read", read(Options{IDField: "HYBAS_ID", Keep: []string{}}))
	run("trusted", read(Options{IDField: "HYBAS_ID", Keep: []string{}, TrustIDs: true}))
	run("scan", func() error {
		_, err := Scan(bytes.NewReader(text), Options{IDField: "HYBAS_ID"})
		return err
	})
}

// smallFeatures is a FeatureCollection of n polygons of ten positions.
func smallFeatures(n int) io.Reader {
	elements := &generator{n: n, next: func(i int) string {
		var ring strings.Builder
		x, y := -120+float64(i%400)*0.137, 30+float64(i/400)*0.04211
		for k := range 10 {
			angle := 2 * math.Pi * float64(k%9) / 9
			fmt.Fprintf(&ring, ",[%v,%v]", math.Round((x+0.05*math.Cos(angle))*1e6)/1e6, math.Round((y+0.05*math.Sin(angle))*1e6)/1e6)
		}
		comma := ","
		if i == 0 {
			comma = ""
		}
		return fmt.Sprintf(`%s{"type":"Feature","properties":{"HYBAS_ID":%d,"name":"basin %d","area":%v},"geometry":{"type":"Polygon","coordinates":[[%s]]}}`+"\n",
			comma, int64(7_120_000_000)+int64(i), i, float64(i)/4, ring.String()[1:])
	}}
	return io.MultiReader(strings.NewReader(`{"type":"FeatureCollection","features":[`), elements, strings.NewReader(`]}`))
}

// BenchmarkIDSet measures the adding of one id.
func BenchmarkIDSet(b *testing.B) {
	var set ids.Set
	name := []byte("basin-0000000000")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		for k, v := len(name)-1, i; v > 0; k, v = k-1, v/10 {
			name[k] = byte('0' + v%10)
		}
		set.Add(string(name), i)
	}
}
