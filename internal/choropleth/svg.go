package choropleth

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strconv"
)

const sansSerif = `font-family="system-ui, Helvetica, Arial, sans-serif"`

// SVG writes the map as a picture that shows each feature's id and value where the mouse rests.
func (m Map) SVG(w io.Writer) error {
	l, err := m.arrange()
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %.0f" width="%d" height="%.0f" role="img" aria-label="%s">`+"\n",
		width, l.height, width, l.height, html.EscapeString(m.Title))
	fmt.Fprintf(b, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	fmt.Fprintf(b, `<text x="%d" y="%d" %s font-size="18" fill="#222">%s</text>`+"\n", margin, titleHeight-8, sansSerif, html.EscapeString(m.Title))
	s, some := m.scaleOf()
	fmt.Fprintf(b, `<g stroke="white" stroke-width="0.7" stroke-linejoin="round" fill-rule="evenodd">`+"\n")
	for _, shape := range m.Shapes {
		m.svgShape(b, l, s, shape)
	}
	fmt.Fprintln(b, "</g>")
	m.svgLegend(b, l, s, some)
	fmt.Fprintln(b, "</svg>")
	return b.Flush()
}

func (m Map) svgShape(b *bufio.Writer, l layout, s scale, shape Shape) {
	fill := hex(m.colour(s, shape))
	fmt.Fprintf(b, `<g fill="%s"><title>%s</title>`, fill, html.EscapeString(m.caption(shape)))
	path := false
	for _, polygon := range shape.Polygons {
		for _, ring := range polygon {
			if len(ring) == 1 {
				x, y := l.place(ring[0])
				fmt.Fprintf(b, `<circle cx="%.2f" cy="%.2f" r="%d"/>`, x, y, pointRadius)
				continue
			}
			for i, p := range ring {
				x, y := l.place(p)
				switch {
				case !path:
					fmt.Fprintf(b, `<path d="M%.2f %.2f`, x, y)
					path = true
				case i == 0:
					fmt.Fprintf(b, "M%.2f %.2f", x, y)
				default:
					fmt.Fprintf(b, "L%.2f %.2f", x, y)
				}
			}
			b.WriteByte('Z')
		}
	}
	if path {
		b.WriteString(`"/>`)
	}
	b.WriteString("</g>\n")
}

// caption is what is said of one feature.
func (m Map) caption(shape Shape) string {
	if !shape.HasValue() {
		return shape.ID + ": no value"
	}
	return shape.ID + ": " + m.number(shape.Value)
}

func (m Map) number(v float64) string {
	text := strconv.FormatFloat(v, 'g', 6, 64)
	if m.Units != "" && m.Units != "1" {
		text += " " + m.Units
	}
	return text
}

func (m Map) svgLegend(b *bufio.Writer, l layout, s scale, some bool) {
	g := m.legend(l)
	if some {
		fmt.Fprintf(b, `<defs><linearGradient id="ramp" x1="0" y1="1" x2="0" y2="0">`)
		for i, c := range viridis {
			fmt.Fprintf(b, `<stop offset="%.4g" stop-color="%s"/>`, float64(i)/float64(len(viridis)-1), hex(c))
		}
		fmt.Fprintf(b, "</linearGradient></defs>\n")
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%d" height="%.1f" fill="url(#ramp)"/>`+"\n", g.x, g.top, barWidth, g.height)
		for _, t := range s.ticks() {
			fmt.Fprintf(b, `<text x="%.1f" y="%.1f" %s font-size="12" fill="#333">%s</text>`+"\n", g.x+barWidth+6, g.y(s, t)+4, sansSerif,
				html.EscapeString(strconv.FormatFloat(t, 'g', 6, 64)))
		}
		if m.Units != "" {
			fmt.Fprintf(b, `<text x="%.1f" y="%.1f" %s font-size="12" fill="#333">%s</text>`+"\n", g.x, g.top-10, sansSerif, html.EscapeString(m.Units))
		}
	}
	fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%d" height="12" fill="%s"/>`, g.x, g.top+g.height+16, barWidth, hex(noValue))
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" %s font-size="12" fill="#333">no value</text>`+"\n", g.x+barWidth+6, g.top+g.height+26, sansSerif)
}

// legend is where the colour bar stands.
type legend struct{ x, top, height float64 }

func (m Map) legend(l layout) legend {
	return legend{x: width - legendWidth + 10, top: titleHeight + margin + 10, height: minHeight - titleHeight - 2*margin - 60}
}

// y is the height of a value on the colour bar.
func (g legend) y(s scale, v float64) float64 {
	if s.high <= s.low {
		return g.top + g.height/2
	}
	return g.top + g.height*(1-(v-s.low)/(s.high-s.low))
}
