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

// theme is the colours of everything but the values.
type theme struct{ background, text, border, noValue color.RGBA }

var (
	light = theme{color.RGBA{255, 255, 255, 255}, color.RGBA{34, 34, 34, 255}, color.RGBA{255, 255, 255, 255}, color.RGBA{190, 190, 190, 255}}
	dark  = theme{color.RGBA{30, 31, 34, 255}, color.RGBA{232, 232, 232, 255}, color.RGBA{150, 150, 155, 255}, color.RGBA{78, 80, 85, 255}}
)

func (m Map) theme() theme {
	if m.Dark {
		return dark
	}
	return light
}

// ramp is the colour at a share, 0 to 1, of the way from low to high.
func ramp(share float64) color.RGBA {
	at := math.Min(math.Max(share, 0), 1) * float64(len(viridis)-1)
	i := min(int(at), len(viridis)-2)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (at-float64(i))*(float64(b)-float64(a)))) }
	a, b := viridis[i], viridis[i+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
