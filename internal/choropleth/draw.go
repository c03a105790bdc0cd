package choropleth

import "image/color"

// A canvas is a picture of one kind. Measures are pixels of the layout, y downwards.
type canvas interface {
	// text writes a line with its baseline at y.
	text(x, y, size float64, line string)
	// box fills a rectangle.
	box(x, y, width, height float64, fill color.RGBA)
	// group begins a feature; its caption is what a picture can say of it. end ends it.
	group(fill color.RGBA, caption string)
	// area fills a polygon of rings, holes left out, and draws its border.
	area(rings [][][2]float64)
	// dot draws a point.
	dot(x, y float64)
	end()
}

// draw draws the map.
func (m Map) draw(c canvas, l layout) {
	c.text(margin, 30, 18, m.Title)
	if m.Subtitle != "" {
		c.text(margin, 50, 12, m.Subtitle)
	}
	s, some := m.scaleOf()
	missing := false
	for _, shape := range m.Shapes {
		missing = missing || !shape.HasValue()
		c.group(m.colour(s, shape), m.caption(shape))
		for _, polygon := range shape.Polygons {
			if len(polygon) == 1 && len(polygon[0]) == 1 {
				c.dot(l.place(polygon[0][0]))
				continue
			}
			rings := make([][][2]float64, len(polygon))
			for i, ring := range polygon {
				rings[i] = make([][2]float64, len(ring))
				for j, p := range ring {
					x, y := l.place(p)
					rings[i][j] = [2]float64{x, y}
				}
			}
			c.area(rings)
		}
		c.end()
	}
	m.drawLegend(c, s, some, missing)
}

// The legend's measures.
const (
	legendX    = width - legendWidth + 10
	barTop     = titleHeight + margin + 10
	barHeight  = minHeight - titleHeight - 2*margin - 75
	barSteps   = 128 // colours of a ramp
	lineHeight = 16
	labelX     = legendX + barWidth + 6
	middle     = 4 // from the middle of small text to its baseline
)

func (m Map) drawLegend(c canvas, s scale, some, missing bool) {
	bottom := float64(barTop + barHeight)
	if some {
		c.text(legendX, barTop-12, 12, m.Units)
		switch {
		case s.high <= s.low:
			c.box(legendX, bottom-barWidth, barWidth, barWidth, ramp(0.5))
			c.text(labelX, bottom-barWidth/2+middle, 12, number(s.low))
		case s.classes:
			m.drawClasses(c, s)
		default:
			m.drawRamp(c, s)
		}
		for _, line := range s.beyond() {
			bottom += lineHeight
			c.text(legendX, bottom+middle+6, 11, line)
		}
	}
	if missing {
		c.box(legendX, bottom+18, barWidth, 12, m.theme().noValue)
		c.text(labelX, bottom+28, 12, "no value")
	}
}

func (m Map) drawRamp(c canvas, s scale) {
	const step = float64(barHeight) / barSteps
	for i := range barSteps {
		c.box(legendX, barTop+float64(i)*step, barWidth, step, ramp(1-(float64(i)+0.5)/barSteps))
	}
	y := func(v float64) float64 { return barTop + barHeight*(1-(v-s.low)/(s.high-s.low)) }
	low, high := s.ends()
	c.text(labelX, barTop+middle, 12, high)
	c.text(labelX, barTop+barHeight+middle, 12, low)
	for _, t := range s.ticks() {
		if at := y(t); at > barTop+lineHeight && at < barTop+barHeight-lineHeight { // else it would cover an end's
			c.text(labelX, at+middle, 12, number(t))
		}
	}
}

// drawClasses draws a box for each class, the bounds between them.
func (m Map) drawClasses(c canvas, s scale) {
	n := len(s.bounds) + 1
	step := float64(barHeight) / float64(n)
	low, high := s.ends()
	c.text(labelX, barTop+middle, 12, high)
	c.text(labelX, barTop+barHeight+middle, 12, low)
	for i := range n {
		top := barTop + barHeight - float64(i+1)*step
		c.box(legendX, top, barWidth, step, ramp(s.classShare(i)))
		if i < len(s.bounds) {
			c.text(labelX, top+middle, 12, number(s.bounds[i]))
		}
	}
}

// caption is what is said of one feature.
func (m Map) caption(shape Shape) string {
	if !shape.HasValue() {
		return shape.ID + ": no value"
	}
	return shape.ID + ": " + m.amount(shape.Value)
}

// amount is a value with its units.
func (m Map) amount(v float64) string {
	if m.Units == "" || m.Units == "1" {
		return number(v)
	}
	return number(v) + " " + m.Units
}
