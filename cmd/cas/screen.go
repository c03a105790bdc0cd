package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/community-attribute-service/cas-go/cas"
)

// printJSON writes v as indented JSON.
func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// screenTable writes aligned columns for people. The first row has the heads.
type screenTable struct{ w *tabwriter.Writer }

func newTable(out io.Writer, heads ...string) screenTable {
	t := screenTable{tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)}
	t.row(heads...)
	return t
}

// row writes one row. Line ends and tabs inside a cell become blanks.
func (t screenTable) row(cells ...string) {
	for i, c := range cells {
		cells[i] = strings.Join(strings.Fields(c), " ")
	}
	fmt.Fprintln(t.w, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
}

func (t screenTable) flush() error { return t.w.Flush() }

// valueText is a value for people: a number with at most 6 significant digits, the shares of a distribution in percent, or a dash.
func valueText(v cas.Value) string {
	if f, ok := v.Float64(); ok {
		return numberText(f)
	}
	classes := v.Classes()
	if v.IsNull() || len(classes) == 0 {
		return "-"
	}
	parts := make([]string, len(classes))
	for i, c := range classes {
		parts[i] = fmt.Sprintf("%s: %s%%", c.Name, strconv.FormatFloat(100*c.Fraction, 'g', 4, 64))
	}
	return strings.Join(parts, ", ")
}

func numberText(f float64) string { return strconv.FormatFloat(f, 'g', 6, 64) }

// screen describes where a table is printed. The zero screen is a file or a pipe: no colour, and lines of any length.
type screen struct {
	width  int // in characters; 0 is unlimited
	colour bool
}

// screenOf describes an output. It has colour if it is a terminal, unless TERM is dumb or NO_COLOR is set
// (https://no-color.org).
func screenOf(out io.Writer) screen {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return screen{}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width < 0 {
		width = 0
	}
	return screen{width: width, colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// ink is a colour or weight, as a parameter of the control sequence "select graphic rendition" (ECMA-48).
type ink string

const (
	plain  ink = ""
	bold   ink = "1"
	red    ink = "31"
	green  ink = "32"
	yellow ink = "33"
)

func (s screen) paint(i ink, text string) string {
	if !s.colour || i == plain {
		return text
	}
	return "\x1b[" + string(i) + "m" + text + "\x1b[0m"
}

// grid is a table that cuts its cells to fit a terminal, and may colour them.
type grid struct {
	screen  screen
	heads   []string
	rows    [][]string
	elastic []int                     // columns that are cut if lines are too long, in this order
	ink     func(row, column int) ink // of a cell; nil is plain
}

// narrowest is the width below which no column is cut.
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

// widths are the widths of the columns, cut to fit the screen if possible.
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

// oneLine makes one line of a text from the service, without control characters, which could command a terminal.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
