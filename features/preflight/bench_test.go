package preflight

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/community-attribute-service/cas-go/features"
)

// BenchmarkRingsPreflight measures the check of one polygon that keeps its positions.
func BenchmarkRingsPreflight(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10_000} {
		f := features.Feature{Geometry: json.RawMessage(`{"type":"Polygon","coordinates":[` + ringText(n) + `]}`)}
		b.Run(fmt.Sprint("vertices=", n), func(b *testing.B) {
			var rings Rings
			b.SetBytes(int64(len(f.Geometry)))
			b.ReportAllocs()
			for b.Loop() {
				if err := rings.Check(f); err != nil || rings.Type == "" {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkInspectClosely measures the check of an unusual geometry.
func BenchmarkInspectClosely(b *testing.B) {
	for _, n := range []int{10, 1000} {
		f := features.Feature{Geometry: json.RawMessage(`{"type":"Polygon","bbox":[],"coordinates":[` + ringText(n) + `]}`)}
		b.Run(fmt.Sprint("vertices=", n), func(b *testing.B) {
			b.SetBytes(int64(len(f.Geometry)))
			b.ReportAllocs()
			for b.Loop() {
				if err := Check(f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
