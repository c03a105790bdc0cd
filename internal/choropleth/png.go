package choropleth

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"strconv"

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
	c, err := newCanvas(int(math.Ceil(l.height)))
	if err != nil {
		return err
	}
	s, some := m.scaleOf()
	c.text(margin, titleHeight-8, 18, m.Title)
	for _, shape := range m.Shapes {
		c.shape(l, shape, m.colour(s, shape))
	}
	g := m.legend(l)
	if some {
		for i := 0; i < int(g.height*zoom); i++ {
			share := 1 - float64(i)/(g.height*zoom)
			c.box(g.x, g.top+float64(i)/zoom, barWidth, 1.0/zoom, ramp(share))
		}
		for _, t := range s.ticks() {
			c.text(g.x+barWidth+6, g.y(s, t)+4, 12, strconv.FormatFloat(t, 'g', 6, 64))
		}
		c.text(g.x, g.top-10, 12, m.Units)
	}
	c.box(g.x, g.top+g.height+16, barWidth, 12, noValue)
	c.text(g.x+barWidth+6, g.top+g.height+26, 12, "no value")
	return png.Encode(w, c.image)
}

const zoom = 2

// canvas draws in the measures of the layout.
type canvas struct {
	image *image.RGBA
	font  *opentype.Font
}

func newCanvas(height int) (*canvas, error) {
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	c := &canvas{image: image.NewRGBA(image.Rect(0, 0, width*zoom, height*zoom)), font: parsed}
	draw.Draw(c.image, c.image.Bounds(), image.White, image.Point{}, draw.Src)
	return c, nil
}

// shape fills a feature, holes left out, and draws its border in white.
func (c *canvas) shape(l layout, shape Shape, fill color.RGBA) {
	for _, polygon := range shape.Polygons {
		if len(polygon) == 1 && len(polygon[0]) == 1 {
			c.dot(l, polygon[0][0], fill)
			continue
		}
		body := newPen(l, polygon)
		for i, ring := range polygon {
			// The rasteriser fills by winding number, so that holes must turn the other way.
			body.ring(ring, (area(ring) > 0) == (i == 0))
		}
		body.paint(c.image, fill)
		border := newPen(l, polygon)
		for _, ring := range polygon {
			border.outline(ring)
		}
		border.paint(c.image, color.White)
	}
}

// dot draws a point as a disc.
func (c *canvas) dot(l layout, p [2]float64, fill color.RGBA) {
	const corners = 24
	degrees := pointRadius / l.scale
	disc := make([][2]float64, corners)
	for i := range disc {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		disc[i] = [2]float64{p[0] + degrees*cos/l.squeeze, p[1] + degrees*sin}
	}
	pen := newPen(l, [][][2]float64{disc})
	pen.ring(disc, true)
	pen.paint(c.image, fill)
}

// pen draws within the rectangle that a polygon fills, so that its cost is the polygon's and not the picture's.
type pen struct {
	*vector.Rasterizer
	layout layout
	within image.Rectangle
}

func newPen(l layout, polygon [][][2]float64) pen {
	west, north, east, south := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, ring := range polygon {
		for _, p := range ring {
			x, y := l.place(p)
			west, east = math.Min(west, x), math.Max(east, x)
			north, south = math.Min(north, y), math.Max(south, y)
		}
	}
	const edge = 2 // for the width of the border
	within := image.Rect(int(west*zoom)-edge, int(north*zoom)-edge, int(east*zoom)+edge+1, int(south*zoom)+edge+1)
	return pen{vector.NewRasterizer(within.Dx(), within.Dy()), l, within}
}

// at is a position in the pen's own pixels.
func (p pen) at(position [2]float64) (x, y float64) {
	x, y = p.layout.place(position)
	return x*zoom - float64(p.within.Min.X), y*zoom - float64(p.within.Min.Y)
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

func (c *canvas) box(x, y, w, h float64, fill color.RGBA) {
	r := image.Rect(int(x*zoom), int(y*zoom), int(math.Ceil((x+w)*zoom)), int(math.Ceil((y+h)*zoom)))
	draw.Draw(c.image, r, image.NewUniform(fill), image.Point{}, draw.Src)
}

// text writes a line with its baseline at y. A face that cannot be made (the font is built in) leaves it out.
func (c *canvas) text(x, y, size float64, line string) {
	face, err := opentype.NewFace(c.font, &opentype.FaceOptions{Size: size * zoom, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return
	}
	defer face.Close()
	d := font.Drawer{
		Dst: c.image, Src: image.NewUniform(color.RGBA{50, 50, 50, 255}), Face: face,
		Dot: fixed.Point26_6{X: fixed.Int26_6(x * zoom * 64), Y: fixed.Int26_6(y * zoom * 64)},
	}
	d.DrawString(line)
}

// area is twice the signed area of a ring in square degrees.
func area(ring [][2]float64) float64 {
	sum := 0.0
	for i := range ring {
		j := (i + 1) % len(ring)
		sum += ring[i][0]*ring[j][1] - ring[j][0]*ring[i][1]
	}
	return sum
}
