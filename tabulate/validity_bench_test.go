package tabulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/stretchr/testify/require"
)

// coastline returns a polygon of n positions like an outline on a map: rough, with bays, and without crossings.
func coastline(n int) []byte {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	positions := make([]string, n)
	for i := range n - 1 {
		angle := 2 * math.Pi * float64(i) / float64(n-1)
		radius := 1 + 0.2*math.Sin(3*angle) + 0.1*math.Sin(11*angle+1) + 0.05*math.Sin(37*angle+2) + 6/float64(n)*random.Float64()
		positions[i] = fmt.Sprintf("[%.6f,%.6f]", -84+radius*math.Cos(angle), 36+radius*math.Sin(angle))
	}
	positions[n-1] = positions[0]
	return []byte(`{"type":"Polygon","coordinates":[[` + strings.Join(positions, ",") + `]]}`)
}

// BenchmarkCheck measures what is done to a feature before it is sent.
func BenchmarkCheck(b *testing.B) {
	measure := func(name string, vertices int, features ...features.Feature) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, f := range features {
					if err := Check(f); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*vertices), "ns/vertex")
		})
	}
	for _, n := range []int{10, 100, 1000, 2000, 10_000} {
		measure(fmt.Sprint("coastline=", n), n, features.Feature{Geometry: coastline(n)})
	}
	var real []features.Feature
	vertices := 0
	for f, err := range basinFeatures(b) {
		require.NoError(b, err)
		f.Geometry = append([]byte(nil), f.Geometry...)
		real, vertices = append(real, f), vertices+preflight.Inspect(f).Vertices
	}
	measure("basins=53", vertices, real...)
}

// BenchmarkLibrary measures what the library alone takes for the same coastlines: the reason for the outline.
func BenchmarkLibrary(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 2000, 10_000} {
		geometry := coastline(n)
		b.Run(fmt.Sprint("coastline=", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := judgeText(geometry); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/vertex")
		})
	}
}
