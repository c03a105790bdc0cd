package wire_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/wire"
)

func TestRangeJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[-500.0,9000.0]`: `[-500,9000]`, `[0,1]`: `[0,1]`, ` [ 0 , 1e-07 ] `: `[0,1e-7]`, `[null,1]`: `[null,1]`, `[null,null]`: `[null,null]`,
	} {
		_, encoded, ok := decodeBoth[wire.Range](t, []byte(text))
		require.True(t, ok, text)
		assert.Equal(t, want, encoded)
	}
	for _, text := range []string{`[]`, `[1]`, `[1,2,3]`, `["1",2]`, `{}`, `{"0":1,"1":2}`, `1`, `"[1,2]"`, `[1,2`, `[1,2]]`, `[[1],2]`, `[1e999,1]`, ``, `true`} {
		_, _, ok := decodeBoth[wire.Range](t, []byte(text))
		assert.Falsef(t, ok, "%q was accepted", text)
	}
}

// A range as the models hold it is a pointer: null is nil.
func TestRangePointerReadsNull(t *testing.T) {
	t.Parallel()
	r, encoded, ok := decodeBoth[*wire.Range](t, []byte(`null`))
	require.True(t, ok)
	assert.Nil(t, r)
	assert.Equal(t, `null`, encoded)
}

func TestRangeContains(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for _, c := range []struct {
		r    wire.Range
		f    float64
		want bool
	}{
		{wire.Range{0, 1}, 0, true},
		{wire.Range{0, 1}, 1, true},
		{wire.Range{0, 1}, math.Nextafter(1, 2), false},
		{wire.Range{0, 1}, -math.SmallestNonzeroFloat64, false},
		{wire.Range{nan, 1}, math.Inf(-1), true},
		{wire.Range{0, nan}, math.MaxFloat64, true},
	} {
		assert.Equalf(t, c.want, c.r.Contains(c.f), "%v contains %v", c.r, c.f)
	}
}

func FuzzRange(f *testing.F) {
	for _, text := range []string{`[-500.0,9000.0]`, `[null,1]`, `[1]`, `[1,2,3]`, `null`, `{}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { roundTrip[wire.Range](t, text) })
}
