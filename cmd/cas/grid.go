package main

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// grid is a table that knows its screen: it cuts cells to fit a terminal, and may colour them.
type grid struct {
	screen  screen
	heads   []string
	rows    [][]string
	elastic []int                     // the columns that give way where lines are too long, in this order
	ink     func(row, column int) ink // of a cell; nil is plain
}

// narrowest is the width below which no column is cut: less says nothing.
const narrowest = 12

func (g *grid) row(cells ...string) {
	for i, c := range cells {
		cells[i] = oneLine(c)
	}
	g.rows = append(g.rows, cells)
}

func (g *grid) write(out io.Writer) error {
	widths := g.widths()
	var text strings.Builder
	line := func(cells []string, inkOf func(column int) ink) {
		var b strings.Builder
		for i, c := range cells {
			c = cut(c, widths[i])
			b.WriteString(g.screen.paint(inkOf(i), c))
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c)+2))
			}
		}
		text.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	}
	line(g.heads, func(int) ink { return bold })
	for r, cells := range g.rows {
		line(cells, func(column int) ink {
			if g.ink == nil {
				return plain
			}
			return g.ink(r, column)
		})
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// widths are those of the columns, cut to the screen where they can be.
func (g *grid) widths() []int {
	widths := make([]int, len(g.heads))
	total := 2 * (len(g.heads) - 1)
	for i, h := range g.heads {
		widths[i] = utf8.RuneCountInString(h)
		for _, cells := range g.rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(cells[i]))
		}
		total += widths[i]
	}
	for _, i := range g.elastic {
		if excess := total - g.screen.width; g.screen.width > 0 && excess > 0 {
			give := min(excess, max(0, widths[i]-narrowest))
			widths[i] -= give
			total -= give
		}
	}
	return widths
}

func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:width-1]), " ") + "…"
}

// oneLine is a text of the service's as a cell or a detail: in one line, and without characters that would command a terminal.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
