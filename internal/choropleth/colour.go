package choropleth

import (
	"fmt"
	"image/color"
	"math"
)

// viridis is the colour map of that name (S. van der Walt and N. Smith, CC0) at nine even steps.
var viridis = [...]color.RGBA{
	{68, 1, 84, 255},
	{71, 44, 122, 255},
	{59, 81, 139, 255},
	{44, 113, 142, 255},
	{33, 144, 141, 255},
	{39, 173, 129, 255},
	{92, 200, 99, 255},
	{170, 220, 50, 255},
	{253, 231, 37, 255},
}

// noValue is the grey of a feature without a value.
var noValue = color.RGBA{190, 190, 190, 255}

// scale gives a value its colour.
type scale struct{ low, high float64 }

// scaleOf spans the values of the map; ok is false where there is none.
func (m Map) scaleOf() (s scale, ok bool) {
	s = scale{math.Inf(1), math.Inf(-1)}
	for _, shape := range m.Shapes {
		if shape.HasValue() {
			s.low, s.high = math.Min(s.low, shape.Value), math.Max(s.high, shape.Value)
		}
	}
	return s, s.low <= s.high
}

func (s scale) colour(v float64) color.RGBA {
	share := 0.5
	if s.high > s.low {
		share = (v - s.low) / (s.high - s.low)
	}
	return ramp(share)
}

// ramp is the colour at a share, 0 to 1, of the way from low to high.
func ramp(share float64) color.RGBA {
	at := math.Min(math.Max(share, 0), 1) * float64(len(viridis)-1)
	i := min(int(at), len(viridis)-2)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (at-float64(i))*(float64(b)-float64(a)))) }
	a, b := viridis[i], viridis[i+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

func (m Map) colour(s scale, shape Shape) color.RGBA {
	if !shape.HasValue() {
		return noValue
	}
	return s.colour(shape.Value)
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// ticks are round values from low to high, five or so.
func (s scale) ticks() []float64 {
	if s.high <= s.low {
		return []float64{s.low}
	}
	step := math.Pow(10, math.Floor(math.Log10((s.high-s.low)/4)))
	for _, factor := range []float64{5, 2} {
		if (s.high-s.low)/(step*factor) >= 3 {
			step *= factor
			break
		}
	}
	var ticks []float64
	for i := math.Ceil(s.low / step); i*step <= s.high && len(ticks) < 20; i++ {
		ticks = append(ticks, i*step)
	}
	return ticks
}
