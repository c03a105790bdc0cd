package bulk

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

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
				for _, err := range ReadGeoJSON(bytes.NewReader(text), ReadOptions{IDField: "HYBAS_ID", Keep: []string{"NAME"}}) {
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
				if _, err := ScanIDs(bytes.NewReader(text), ReadOptions{IDField: "HYBAS_ID"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSkip is the yardstick: jsontext checking the same text, no features.
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

// BenchmarkPreflight measures the check of one polygon.
func BenchmarkPreflight(b *testing.B) {
	f := Feature{Geometry: json.RawMessage(`{"type":"Polygon","coordinates":[` + ringText(5000) + `]}`)}
	b.SetBytes(int64(len(f.Geometry)))
	b.ReportAllocs()
	for b.Loop() {
		if err := Preflight(f); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIDSet measures one id.
func BenchmarkIDSet(b *testing.B) {
	var set IDSet
	name := []byte("basin-0000000000")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		for k, v := len(name)-1, i; v > 0; k, v = k-1, v/10 {
			name[k] = byte('0' + v%10)
		}
		set.Add(string(name), i)
	}
}
