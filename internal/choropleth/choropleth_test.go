package choropleth

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// square is a square of one degree with its south-western corner at lon, lat.
func square(lon, lat float64) [][2]float64 {
	return [][2]float64{{lon, lat}, {lon + 1, lat}, {lon + 1, lat + 1}, {lon, lat + 1}, {lon, lat}}
}

func sample() Map {
	hole := [][2]float64{{2.4, 0.4}, {2.6, 0.4}, {2.6, 0.6}, {2.4, 0.6}, {2.4, 0.4}} // turns the same way as its square
	return Map{Title: "elevation <mean>", Units: "m", Shapes: []Shape{
		{ID: "low", Value: 100, Polygons: [][][][2]float64{{square(0, 0)}}},
		{ID: "none", Value: math.NaN(), Polygons: [][][][2]float64{{square(1, 0)}}},
		{ID: "a&b", Value: 500, Polygons: [][][][2]float64{{square(2, 0), hole}}},
		{ID: "point", Value: 300, Polygons: [][][][2]float64{{{{0.5, 1.5}}}}},
	}}
}

func TestSVGIsWellFormedAndNamesEveryFeature(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, sample().SVG(&b))
	var titles []string
	d := xml.NewDecoder(bytes.NewReader(b.Bytes()))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "title" {
			text, err := d.Token()
			require.NoError(t, err)
			titles = append(titles, string(text.(xml.CharData)))
		}
	}
	assert.Equal(t, []string{"low: 100 m", "none: no value", "a&b: 500 m", "point: 300 m"}, titles)
	assert.Contains(t, b.String(), hex(light.noValue))
	assert.Contains(t, b.String(), "elevation &lt;mean&gt;")
}

func TestPNGColoursFeaturesByValueAndLeavesHolesOut(t *testing.T) {
	m := sample()
	var b bytes.Buffer
	require.NoError(t, m.PNG(&b))
	picture, err := png.Decode(&b)
	require.NoError(t, err)
	l, err := m.arrange()
	require.NoError(t, err)
	at := func(lon, lat float64) color.RGBA {
		x, y := l.place([2]float64{lon, lat})
		return color.RGBAModel.Convert(picture.At(int(x*zoom), int(y*zoom))).(color.RGBA)
	}
	assert.Equal(t, viridis[0], at(0.5, 0.5), "the lowest value")
	assert.Equal(t, light.noValue, at(1.5, 0.5), "no value")
	assert.Equal(t, viridis[len(viridis)-1], at(2.2, 0.5), "the highest value")
	assert.Equal(t, color.RGBA{255, 255, 255, 255}, at(2.5, 0.5), "the hole")
	assert.Equal(t, ramp(0.5), at(0.5, 1.5), "the point")
}

func TestHTMLIsOneSelfContainedFile(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, sample().HTML(&b))
	assert.True(t, strings.HasPrefix(b.String(), "<!doctype html>"))
	assert.Contains(t, b.String(), "<svg")
	for _, outside := range []string{"src=", "href=", "@import"} {
		assert.NotContains(t, b.String(), outside)
	}
}

func TestMapOfNothingIsAnError(t *testing.T) {
	assert.ErrorIs(t, Map{}.SVG(io.Discard), ErrEmpty)
	assert.ErrorIs(t, Map{Shapes: []Shape{{ID: "a", Value: 1}}}.PNG(io.Discard), ErrEmpty)
}

func TestMapWithoutAnyValueIsGrey(t *testing.T) {
	m := Map{Title: "x", Shapes: []Shape{{ID: "a", Value: math.NaN(), Polygons: [][][][2]float64{{square(0, 0)}}}}}
	var b bytes.Buffer
	require.NoError(t, m.SVG(&b))
	assert.NotContains(t, b.String(), hex(viridis[0]))
	assert.Contains(t, b.String(), "no value")
	require.NoError(t, m.PNG(io.Discard))
}

func TestTicksAreRoundAndWithinTheScale(t *testing.T) {
	for _, s := range []scale{{low: 0, high: 1}, {low: 365, high: 1076}, {low: -3.2, high: 4.7}, {low: 0.0004, high: 0.0007}, {low: -1e9, high: 1e9}} {
		ticks := s.ticks()
		assert.NotEmpty(t, ticks)
		assert.LessOrEqual(t, len(ticks), 13)
		for _, tick := range ticks {
			assert.True(t, tick >= s.low-1e-9*math.Abs(s.low) && tick <= s.high+1e-9*math.Abs(s.high), "%v in %v", tick, s)
		}
	}
}
