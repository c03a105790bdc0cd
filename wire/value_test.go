package wire_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/wire"
)

func TestValueJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"float as Python spells it", `388.0`, `388`},
		{"integer", `388`, `388`},
		{"negative zero", `-0.0`, `-0`},
		{"exponent as Python spells it", `1.152921504606847e+18`, `1152921504606847000`},
		{"shortest exact", `0.1`, `0.1`},
		{"all 17 digits", `0.30000000000000004`, `0.30000000000000004`},
		{"smallest", `5e-324`, `5e-324`},
		{"largest", `1.7976931348623157e+308`, `1.7976931348623157e+308`},
		{"small", `1e-07`, `1e-7`},
		{"null", `null`, `null`},
		{"empty distribution is not null", `{}`, `{}`},
		{"distribution, sorted", `{"1":0.75,"0":0.25}`, `{"0":0.25,"1":0.75}`},
		{"null share", `{"1":null,"2":0.5}`, `{"1":null,"2":0.5}`},
		{"names of people's making", `{"forêt":1.0,"a\"b":0,"<&>":0}`, `{"<&>":0,"a\"b":0,"forêt":1}`},
		{"blanks", " { \"0\" : 1 } ", `{"0":1}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v, encoded, ok := decodeBoth[wire.Value](t, []byte(c.text))
			require.True(t, ok)
			assert.Equal(t, c.want, encoded)
			assert.Equal(t, c.want, v.String())
		})
	}
}

func TestValueRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`"388"`, `true`, `[1,2]`, `{"0":"1"}`, `{"0":{}}`, `{"0":1,"0":2}`, `1e999`, `{"0":1e999}`, `NaN`, `Infinity`,
		``, `1 2`, `{"0":1`, `{"0":1}x`, `nul`, `01`, `.5`, `+1`,
	} {
		_, _, ok := decodeBoth[wire.Value](t, []byte(text))
		assert.Falsef(t, ok, "%q was accepted", text)
	}
}

func TestValueKinds(t *testing.T) {
	t.Parallel()
	number, distribution := wire.NumberValue(0), wire.DistributionValue(map[string]float64{"b": 1, "a": math.NaN()})

	f, ok := number.Float64()
	assert.True(t, ok)
	assert.Zero(t, f)
	assert.False(t, number.IsNull(), "0 is a value")
	_, ok = number.Distribution()
	assert.False(t, ok)

	shares, ok := distribution.Distribution()
	require.True(t, ok)
	assert.True(t, math.IsNaN(shares["a"]), "a null share is NaN, never 0")
	assert.Equal(t, 1.0, shares["b"])
	assert.Equal(t, `{"a":null,"b":1}`, distribution.String())
	_, ok = distribution.Float64()
	assert.False(t, ok)
	shares["b"] = 7
	assert.Equal(t, 1.0, distribution.Classes()[1].Fraction, "the map is the caller's own")

	for name, v := range map[string]wire.Value{
		"zero": {}, "NaN": wire.NumberValue(math.NaN()), "Inf": wire.NumberValue(math.Inf(1)), "-Inf": wire.NumberValue(math.Inf(-1)),
	} {
		assert.True(t, v.IsNull(), name)
		_, ok = v.Float64()
		assert.False(t, ok, name)
		_, ok = v.Distribution()
		assert.False(t, ok, name)
		assert.Equal(t, "null", encodeBoth(t, v), name)
	}
	assert.False(t, wire.DistributionValue(nil).IsNull(), "an empty distribution is not null")
	assert.Equal(t, `{}`, encodeBoth(t, wire.DistributionValue(nil)))
}

func TestClassesValue(t *testing.T) {
	t.Parallel()
	v, err := wire.ClassesValue([]wire.Class{{Name: "b", Fraction: 0.5}, {Name: "a", Fraction: 0.5}})
	require.NoError(t, err)
	assert.Equal(t, wire.DistributionValue(map[string]float64{"a": 0.5, "b": 0.5}), v)

	empty, err := wire.ClassesValue(nil)
	require.NoError(t, err)
	assert.Equal(t, wire.DistributionValue(nil), empty)

	_, err = wire.ClassesValue([]wire.Class{{Name: "a"}, {Name: "b"}, {Name: "a"}})
	assert.ErrorContains(t, err, `"a" occurs twice`)
}

// A value that stands where another stood replaces it whole.
func TestValueDecodesOver(t *testing.T) {
	t.Parallel()
	v := wire.DistributionValue(map[string]float64{"a": 1})
	require.NoError(t, v.UnmarshalJSON([]byte(`null`)))
	assert.Equal(t, wire.Value{}, v)
	require.NoError(t, v.UnmarshalJSON([]byte(`2`)))
	require.Error(t, v.UnmarshalJSON([]byte(`{"a":"x"}`)))
	assert.Equal(t, wire.NumberValue(2), v, "a failed decode leaves the value alone")
}

func FuzzValue(f *testing.F) {
	for _, text := range []string{`388.0`, `null`, `{}`, `{"1":null,"2":0.5}`, `{"forêt":1e-07}`, `-0`, `"x"`, `[1]`, `{"a":1,"a":2}`, `1e400`, `{"\ud800":1}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, ok := roundTrip[wire.Value](t, text)
		if !ok {
			return
		}
		number, isNumber := v.Float64()
		shares, isDistribution := v.Distribution()
		switch {
		case isNumber:
			require.Equal(t, v, wire.NumberValue(number))
		case isDistribution:
			require.Equal(t, v.String(), wire.DistributionValue(shares).String())
		default:
			require.True(t, v.IsNull())
		}
	})
}
