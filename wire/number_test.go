package wire_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/wire"
)

func TestNumberJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`30.0`: `30`, `0`: `0`, `1e3`: `1000`, `-1.5e-9`: `-1.5e-9`, `null`: `null`, `1e21`: `1e+21`, `1e20`: `100000000000000000000`,
	} {
		n, encoded, ok := decodeBoth[wire.Number](t, []byte(text))
		require.True(t, ok, text)
		assert.Equal(t, want, encoded)
		assert.Equal(t, text == `null`, n.IsNull())
	}
	for _, text := range []string{`"30"`, `true`, `[]`, `{}`, `1e999`, `NaN`, ``, `1 2`} {
		_, _, ok := decodeBoth[wire.Number](t, []byte(text))
		assert.Falsef(t, ok, "%q was accepted", text)
	}
}

// Null replaces what stood there before: encoding/json alone would keep a plain float64 as it was.
func TestNumberReadsNullAsNaN(t *testing.T) {
	t.Parallel()
	n := wire.Number(7)
	require.NoError(t, json.Unmarshal([]byte(`null`), &n))
	assert.True(t, math.IsNaN(float64(n)))
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		assert.Equal(t, `null`, encodeBoth(t, wire.Number(f)))
		assert.True(t, wire.Number(f).IsNull())
	}
}

func TestParseFloat(t *testing.T) {
	t.Parallel()
	f, err := wire.ParseFloat([]byte(`0.30000000000000004`))
	require.NoError(t, err)
	assert.Equal(t, math.Nextafter(0.3, 1), f)
	_, err = wire.ParseFloat([]byte(`1e999`))
	assert.ErrorContains(t, err, "1e999: value out of range")
}

func FuzzNumber(f *testing.F) {
	for _, text := range []string{`0`, `-0`, `1e-07`, `1e21`, `null`, `1e999`, `"1"`, `9007199254740993`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, ok := roundTrip[wire.Number](t, text)
		if !ok || n.IsNull() {
			return
		}
		var plain float64
		require.NoError(t, json.Unmarshal(text, &plain))
		require.Equal(t, math.Float64bits(plain), math.Float64bits(float64(n)), "the same bits as a plain float64")
	})
}

// For every float64, the spelling is that of encoding/json, and reads back bit for bit.
func FuzzAppendFloat(f *testing.F) {
	for _, x := range []float64{
		0, math.Copysign(0, -1), 1e-6, 9.99e-7, 1e-9, 1e-10, 1e-100, 1e20, 1e21, 1e100, math.MaxFloat64,
		math.SmallestNonzeroFloat64, 0.1, 1.0 / 3, math.NaN(), math.Inf(1),
	} {
		f.Add(math.Float64bits(x))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		x := math.Float64frombits(bits)
		got := string(wire.AppendFloat(nil, x))
		if math.IsNaN(x) || math.IsInf(x, 0) {
			require.Equal(t, `null`, got)
			return
		}
		want, err := json.Marshal(x)
		require.NoError(t, err)
		require.Equal(t, string(want), got)
		back, err := wire.ParseFloat([]byte(got))
		require.NoError(t, err)
		require.Equal(t, bits, math.Float64bits(back))
	})
}
