package choropleth

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// row is a map of squares with these values.
func row(values ...float64) Map {
	m := Map{Title: "t"}
	for i, v := range values {
		m.Shapes = append(m.Shapes, Shape{ID: fmt.Sprint(i), Value: v, Polygons: [][][][2]float64{{square(float64(i), 0)}}})
	}
	return m
}

func colours(t *testing.T, m Map) (list []color.RGBA) {
	t.Helper()
	s, ok := m.scaleOf()
	require.True(t, ok)
	for _, shape := range m.Shapes {
		list = append(list, m.colour(s, shape))
	}
	return list
}

// texts are the words of a picture.
func texts(t *testing.T, m Map) (list []string) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.SVG(&b))
	for _, match := range regexp.MustCompile(`<text [^>]*>([^<]*)</text>`).FindAllStringSubmatch(b.String(), -1) {
		list = append(list, match[1])
	}
	return list
}

func ramped(shares ...float64) (list []color.RGBA) {
	for _, share := range shares {
		list = append(list, ramp(share))
	}
	return list
}

func TestScales(t *testing.T) {
	outlier := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1e6}
	for _, c := range []struct {
		name   string
		scale  Scale
		values []float64
		want   []color.RGBA
		words  []string // behind the title and the units
	}{
		{"ramp", Scale{}, []float64{0, 5, 10}, ramped(0, 0.5, 1), []string{"10", "0", "4"}},
		{"one value", Scale{}, []float64{5, 5}, ramped(0.5, 0.5), []string{"5"}},
		{"an outlier", Scale{}, outlier, ramped(0, 0, 1./9, 2./9, 3./9, 4./9, 5./9, 6./9, 7./9, 8./9, 1, 1), []string{"≥ 11", "≤ 2", "6", "greatest: 1000000", "least: 1"}},
		{"limits", Scale{Limited: true, Low: 2, High: 4}, []float64{1, 3, 5}, ramped(0, 0.5, 1), []string{"≥ 4", "≤ 2", "3", "greatest: 5", "least: 1"}},
		{"limits wider than the values", Scale{Limited: true, Low: 0, High: 10}, []float64{5}, ramped(0.5), []string{"10", "0", "4"}},
		{"quantiles", Scale{Classes: 2}, []float64{1, 2, 3, 1000}, ramped(0, 0, 1, 1), []string{"1000", "1", "2.5"}},
		{"quantiles of equal values", Scale{Classes: 4}, []float64{0, 0, 0, 0, 1}, ramped(0.5, 0.5, 0.5, 0.5, 0.5), []string{"1", "0"}},
		{"equal widths", Scale{Classes: 2, Equal: true}, []float64{0, 4, 5, 10}, ramped(0, 0, 1, 1), []string{"10", "0", "5"}},
	} {
		require.NoError(t, c.scale.Check())
		m := row(c.values...)
		m.Scale = c.scale
		for i, want := range c.want {
			got := colours(t, m)[i]
			assert.InDelta(t, want.R, got.R, 1, "%s: value %d", c.name, i)
			assert.InDelta(t, want.G, got.G, 1, "%s: value %d", c.name, i)
		}
		words := texts(t, m)[1:]
		assert.Subset(t, words, c.words, c.name)
		assert.NotContains(t, words, "no value", "%s: every feature has one", c.name)
	}
	m := row(1, math.NaN())
	assert.Contains(t, texts(t, m), "no value")
}

func TestScalesThatCannotBe(t *testing.T) {
	for _, s := range []Scale{{Classes: 1}, {Classes: 13}, {Classes: -2}, {Limited: true}, {Limited: true, Low: 2, High: 1}, {Limited: true, High: math.Inf(1)}, {Limited: true, Low: math.NaN(), High: 1}} {
		assert.Error(t, s.Check(), "%+v", s)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{511.2324: "511.232", 0: "0", -0.5: "-0.5", 1e6: "1000000", 1e12: "1e+12", 1.5e-7: "1.5e-07", 1234567.8: "1234570"} {
		assert.Equal(t, want, number(v))
	}
}
