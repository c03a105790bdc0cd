package choropleth

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// PNG writes the map as a picture of twice the SVG's measures, for sharp print.
func (m Map) PNG(w io.Writer) error {
	l, err := m.arrange()
	if err != nil {
		return err
	}
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return err
	}
	c := &pngCanvas{image: image.NewRGBA(image.Rect(0, 0, width*zoom, int(math.Ceil(l.height))*zoom)), font: parsed, theme: m.theme()}
	draw.Draw(c.image, c.image.Bounds(), image.NewUniform(c.theme.background), image.Point{}, draw.Src)
	m.draw(c, l)
	return png.Encode(w, c.image)
}

const zoom = 2

// pngCanvas draws in an image of zoom times the layout's measures.
type pngCanvas struct {
	image *image.RGBA
	font  *opentype.Font
	theme theme
	fill  color.RGBA // of the feature
}

func (c *pngCanvas) group(fill color.RGBA, _ string) { c.fill = fill }
func (c *pngCanvas) end()                            {}

func (c *pngCanvas) area(rings [][][2]float64) {
	body := newPen(rings)
	for i, ring := range rings {
		// The rasteriser fills by winding number, so that holes must turn the other way.
		body.ring(ring, (area(ring) > 0) == (i == 0))
	}
	body.paint(c.image, c.fill)
	border := newPen(rings)
	for _, ring := range rings {
		border.outline(ring)
	}
	border.paint(c.image, c.theme.border)
}

// dot draws a point as a disc.
func (c *pngCanvas) dot(x, y float64) {
	const corners = 24
	disc := make([][2]float64, corners)
	for i := range disc {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		disc[i] = [2]float64{x + pointRadius*cos, y + pointRadius*sin}
	}
	pen := newPen([][][2]float64{disc})
	pen.ring(disc, true)
	pen.paint(c.image, c.fill)
}

// pen draws within the rectangle that a polygon fills, so that its cost is the polygon's and not the picture's.
type pen struct {
	*vector.Rasterizer
	within image.Rectangle
}

func newPen(polygon [][][2]float64) pen {
	west, north, east, south := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, ring := range polygon {
		for _, p := range ring {
			west, east = math.Min(west, p[0]), math.Max(east, p[0])
			north, south = math.Min(north, p[1]), math.Max(south, p[1])
		}
	}
	const edge = 2 // for the width of the border
	within := image.Rect(int(west*zoom)-edge, int(north*zoom)-edge, int(east*zoom)+edge+1, int(south*zoom)+edge+1)
	return pen{vector.NewRasterizer(within.Dx(), within.Dy()), within}
}

// at is a position in the pen's own pixels.
func (p pen) at(position [2]float64) (x, y float64) {
	return position[0]*zoom - float64(p.within.Min.X), position[1]*zoom - float64(p.within.Min.Y)
}

func (p pen) ring(ring [][2]float64, forward bool) {
	for i := range ring {
		position := ring[i]
		if !forward {
			position = ring[len(ring)-1-i]
		}
		x, y := p.at(position)
		if i == 0 {
			p.MoveTo(float32(x), float32(y))
		} else {
			p.LineTo(float32(x), float32(y))
		}
	}
	p.ClosePath()
}

// outline draws each side of a ring as a thin quadrilateral.
func (p pen) outline(ring [][2]float64) {
	const half = 0.35 * zoom
	for i := 1; i < len(ring); i++ {
		x0, y0 := p.at(ring[i-1])
		x1, y1 := p.at(ring[i])
		length := math.Hypot(x1-x0, y1-y0)
		if length == 0 {
			continue
		}
		dx, dy := -(y1-y0)/length*half, (x1-x0)/length*half
		p.MoveTo(float32(x0+dx), float32(y0+dy))
		p.LineTo(float32(x1+dx), float32(y1+dy))
		p.LineTo(float32(x1-dx), float32(y1-dy))
		p.LineTo(float32(x0-dx), float32(y0-dy))
		p.ClosePath()
	}
}

func (p pen) paint(on *image.RGBA, fill color.Color) {
	p.Draw(on, p.within, image.NewUniform(fill), image.Point{})
}

func (c *pngCanvas) box(x, y, w, h float64, fill color.RGBA) {
	r := image.Rect(int(x*zoom), int(y*zoom), int(math.Ceil((x+w)*zoom)), int(math.Ceil((y+h)*zoom)))
	draw.Draw(c.image, r, image.NewUniform(fill), image.Point{}, draw.Src)
}

// text writes a line with its baseline at y. A face that cannot be made (the font is built in) leaves it out.
func (c *pngCanvas) text(x, y, size float64, line string) {
	face, err := opentype.NewFace(c.font, &opentype.FaceOptions{Size: size * zoom, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return
	}
	defer face.Close()
	d := font.Drawer{
		Dst: c.image, Src: image.NewUniform(c.theme.text), Face: face,
		Dot: fixed.Point26_6{X: fixed.Int26_6(x * zoom * 64), Y: fixed.Int26_6(y * zoom * 64)},
	}
	d.DrawString(line)
}

// area is twice the signed area of a ring.
func area(ring [][2]float64) float64 {
	sum := 0.0
	for i := range ring {
		j := (i + 1) % len(ring)
		sum += ring[i][0]*ring[j][1] - ring[j][0]*ring[i][1]
	}
	return sum
}
