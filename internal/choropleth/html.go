package choropleth

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"
)

// page is what stands around the SVG: a caption that follows the mouse, a search by id, and a table that can be sorted.
//
//go:embed page.html
var page string

// tableRows is how many features the page's table shows at once.
const tableRows = 500

// HTML writes the map as one self-contained page: values are shown where the mouse is, a feature is found by its id, and a table lists
// ids and values in any order.
func (m Map) HTML(w io.Writer) error {
	top, rest, _ := strings.Cut(page, "{{map}}")
	middle, bottom, _ := strings.Cut(rest, "{{features}}")
	scheme := "light dark"
	if m.Dark {
		scheme = "dark"
	}
	fill := strings.NewReplacer("{{title}}", html.EscapeString(m.Title), "{{scheme}}", scheme, "{{light}}", m.theme().variables(), "{{dark}}", dark.variables(),
		"{{units}}", html.EscapeString(m.Units), "{{most}}", fmt.Sprint(tableRows))
	if _, err := fill.WriteString(w, top); err != nil {
		return err
	}
	if err := m.SVG(w); err != nil {
		return err
	}
	if _, err := fill.WriteString(w, middle); err != nil {
		return err
	}
	features := make([][2]any, len(m.Shapes))
	for i, s := range m.Shapes {
		features[i][0] = s.ID
		if s.HasValue() {
			features[i][1] = s.Value
		}
	}
	text, err := json.Marshal(features) // which spells < as \u003c, so that no id ends the script
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	_, err = fill.WriteString(w, bottom)
	return err
}

// variables are the colours of a theme for the page's style.
func (t theme) variables() string {
	return fmt.Sprintf("--paper: %s; --word: %s; --line: %s", hex(t.background), hex(t.text), hex(t.noValue))
}
