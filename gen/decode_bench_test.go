package gen_test

import (
	stdjson "encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/gen"
)

// batchText is an answer to a batch as the service spells it: a distribution in every response, a time in every other result.
func batchText(responses, results int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := []byte(`{"request_id":"0123456789ab","responses":[`)
	for i := range responses {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"request_id":"%012x","geometry_hash":"%016x","results":[`, r.Uint64()>>16, r.Uint64())
		for j := range results {
			if j > 0 {
				b = append(b, ',')
			}
			b = appendResult(b, r, j, i%results == j)
		}
		b = fmt.Appendf(b, `],"warnings":[],"elapsed_ms":%d}`, r.IntN(3000))
	}
	return fmt.Appendf(b, `],"total_geometries":%d,"total_results":%d,"elapsed_ms":12}`, responses, responses*results)
}

func appendResult(b []byte, r *rand.Rand, dataset int, distribution bool) []byte {
	value, aggregation, stamp := fmt.Sprintf("%.6f", r.Float64()*4000), "mean", "null"
	if distribution {
		value, aggregation = fmt.Sprintf(`{"10":%.4f,"20":%.4f,"30":%.4f,"40":null}`, r.Float64()/4, r.Float64()/4, r.Float64()/4), "distribution"
	}
	if r.IntN(2) == 0 {
		stamp = fmt.Sprintf(`"20%02d-%02d-%02dT00:00:00Z"`, 10+r.IntN(15), 1+r.IntN(12), 1+r.IntN(28))
	}
	return fmt.Appendf(b, `{"dataset_id":"provider_%d:elevation","variable":"elevation_%d","value":%s,"units":"m","aggregation":%q,`+
		`"quality":"good","coverage_fraction":1.0,"pixel_count":%d,"timestamp":%s,"provider":"provider_%d","elapsed_ms":%d,`+
		`"provenance":"STAC COG: cop-dem-glo-30/Copernicus_DSM_COG_10_N%02d_00_W%03d_00_DEM","valid_range":[-500.0,9000.0]}`,
		dataset, dataset, value, aggregation, r.IntN(100000), stamp, dataset, r.IntN(3000), r.IntN(90), r.IntN(180))
}

// BenchmarkDecode reads a batch of 1000 x 10: by the generated decoder and, to compare, by reflection.
func BenchmarkDecode(b *testing.B) {
	text := batchText(1000, 10)
	for _, c := range []struct {
		name   string
		decode func([]byte, *gen.BatchAttributeResponse) error
	}{
		{"generated", func(text []byte, v *gen.BatchAttributeResponse) error { return gen.Decode(b.Context(), text, v) }},
		{"jsonv2", func(text []byte, v *gen.BatchAttributeResponse) error { return json.Unmarshal(text, v) }},
		{"encoding-json", func(text []byte, v *gen.BatchAttributeResponse) error { return stdjson.Unmarshal(text, v) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				var v gen.BatchAttributeResponse
				require.NoError(b, c.decode(text, &v))
			}
		})
	}
}

// BenchmarkDecodeOne reads one response of ten results.
func BenchmarkDecodeOne(b *testing.B) {
	var batch gen.BatchAttributeResponse
	require.NoError(b, gen.Decode(b.Context(), batchText(1, 10), &batch))
	text, err := json.Marshal(batch.Responses[0])
	require.NoError(b, err)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var v gen.AttributeResponse
		require.NoError(b, gen.Decode(b.Context(), text, &v))
	}
}
