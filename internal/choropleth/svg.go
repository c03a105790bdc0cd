package choropleth

import (
	"bufio"
	"fmt"
	"html"
	"image/color"
	"io"
)

// SVG writes the map as a picture that shows each feature's id and value where the mouse rests.
func (m Map) SVG(w io.Writer) error {
	l, err := m.arrange()
	if err != nil {
		return err
	}
	c := &svgCanvas{Writer: bufio.NewWriter(w), theme: m.theme()}
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %.0f" width="%d" height="%.0f" role="img" aria-label="%s">`+"\n",
		width, l.height, width, l.height, html.EscapeString(m.Title))
	fmt.Fprintf(c, "<style>\n%s", m.theme().style())
	if !m.Dark {
		fmt.Fprintf(c, "@media (prefers-color-scheme: dark) {\n%s}\n", dark.style())
	}
	fmt.Fprintf(c, "</style>\n"+`<rect class="paper" width="100%%" height="100%%" fill="%s"/>`+"\n", hex(c.theme.background))
	m.draw(c, l)
	fmt.Fprintln(c, "</svg>")
	return c.Flush()
}

// style says in CSS what attributes say too, for programs that know no CSS: an attribute gives way to it.
func (t theme) style() string {
	return fmt.Sprintf(".paper { fill: %s }\n.word { fill: %s }\n.feature { stroke: %s }\n.none { fill: %s }\n",
		hex(t.background), hex(t.text), hex(t.border), hex(t.noValue))
}

// svgCanvas writes elements as they are drawn.
type svgCanvas struct {
	*bufio.Writer
	theme theme
}

func (c *svgCanvas) text(x, y, size float64, line string) {
	if line != "" {
		fmt.Fprintf(c, `<text class="word" x="%.1f" y="%.1f" font-family="system-ui, Helvetica, Arial, sans-serif" font-size="%v" fill="%s">%s</text>`+"\n",
			x, y, size, hex(c.theme.text), html.EscapeString(line))
	}
}

// box is a little taller than asked, so that no seam shows between one and the next.
func (c *svgCanvas) box(x, y, width, height float64, fill color.RGBA) {
	fmt.Fprintf(c, `<rect%s x="%.1f" y="%.2f" width="%.1f" height="%.2f" fill="%s"/>`+"\n", c.class("", fill), x, y, width, height+0.4, hex(fill))
}

// class is the attribute of an element that is filled with a colour, and of another class besides.
func (c *svgCanvas) class(other string, fill color.RGBA) string {
	if fill == c.theme.noValue {
		other += " none"
	}
	if other == "" {
		return ""
	}
	return fmt.Sprintf(` class="%s"`, other)
}

func (c *svgCanvas) group(fill color.RGBA, caption string) {
	fmt.Fprintf(c, `<g%s fill="%s" stroke="%s" stroke-width="0.7" stroke-linejoin="round" fill-rule="evenodd"><title>%s</title>`,
		c.class("feature", fill), hex(fill), hex(c.theme.border), html.EscapeString(caption))
}

func (c *svgCanvas) area(rings [][][2]float64) {
	c.WriteString(`<path d="`)
	for _, ring := range rings {
		for i, p := range ring {
			command := "L"
			if i == 0 {
				command = "M"
			}
			fmt.Fprintf(c, "%s%.2f %.2f", command, p[0], p[1])
		}
		c.WriteByte('Z')
	}
	c.WriteString(`"/>`)
}

func (c *svgCanvas) dot(x, y float64) {
	fmt.Fprintf(c, `<circle cx="%.2f" cy="%.2f" r="%d"/>`, x, y, pointRadius)
}

func (c *svgCanvas) end() { c.WriteString("</g>\n") }
