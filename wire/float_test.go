package wire_test

import (
	stdjson "encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/wire"
)

// sameFloat fails unless AppendFloat spells f as encoding/json does, which is the shortest form.
func sameFloat(t *testing.T, f float64) {
	t.Helper()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		require.Equal(t, "null", string(wire.AppendFloat(nil, f)))
		return
	}
	want, err := stdjson.Marshal(f)
	require.NoError(t, err)
	require.Equal(t, string(want), string(wire.AppendFloat(nil, f)))
	if abs := math.Abs(f); abs == 0 || (abs >= 1e-6 && abs < 1e21) {
		require.Equal(t, strconv.FormatFloat(f, 'f', -1, 64), string(wire.AppendFloat(nil, f)))
	}
}

func TestAppendFloatIsShortest(t *testing.T) {
	t.Parallel()
	for _, f := range []float64{
		0, math.Copysign(0, -1), 1, -1, 0.1, 0.3, 1.0 / 3, 100, 1e6, 1e15, 1e20, 1e21, 1 << 50, 1<<53 + 2, 5e-324, math.MaxFloat64, math.NaN(), math.Inf(-1),
		1e-6, 9.9e-7, 1e-7, 1.5e-6, 0.0000001, 0.00000012, 123456.7654321, -84.2308, 179.9999999, 180, 0.30000000000000004, 112589990.6842624, 112589990.68426241,
		1125.899906842624, 1125.899906842623, 1125.899906842625, 0.999999999999, 0.9999999999999, 9999999.9999999,
	} {
		sameFloat(t, f)
		sameFloat(t, math.Nextafter(f, math.Inf(1)))
		sameFloat(t, math.Nextafter(f, math.Inf(-1)))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 30_000 {
		sameFloat(t, math.Float64frombits(r.Uint64()))
		f := (r.Float64() - 0.5) * 360
		sameFloat(t, f)
		decimals := r.IntN(16)
		short, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', decimals, 64), 64)
		require.NoError(t, err)
		sameFloat(t, short)
		sameFloat(t, math.Nextafter(short, 0))
		sameFloat(t, math.Nextafter(short, 1000))
	}
}

func FuzzAppendDecimal(f *testing.F) {
	for _, n := range []float64{0, -84.2308, 0.1, 1e21, 1e-7, 179.9999999, 1125.899906842624} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n float64) {
		sameFloat(t, n)
		for unit := 1.0; unit <= 1e13; unit *= 10 {
			sameFloat(t, math.Round(n*unit)/unit)
		}
	})
}

func BenchmarkAppendFloat(b *testing.B) {
	for name, f := range map[string]float64{"6 decimals": -84.230812, "9 decimals": -84.230812345, "17 digits": -84.23081234567891, "whole": 388} {
		b.Run(name, func(b *testing.B) {
			text := make([]byte, 0, 32)
			for b.Loop() {
				text = wire.AppendFloat(text[:0], f)
			}
		})
	}
	b.Run("strconv", func(b *testing.B) {
		text := make([]byte, 0, 32)
		for b.Loop() {
			text = strconv.AppendFloat(text[:0], -84.230812, 'f', -1, 64)
		}
	})
}
