package table

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// A CellKind tells which member of a [Cell] has the value.
type CellKind uint8

// The kinds of cells.
const (
	EmptyCell  CellKind = iota // no value
	NumberCell                 // Cell.Number
	TextCell                   // Cell.Text
	JSONCell                   // Cell.JSON: a property of the input, in one line
)

// A Cell is one value of a row.
type Cell struct {
	Kind   CellKind        // which of the others holds
	Number float64         // finite
	Text   string          // of an id, a property, units or a quality
	JSON   json.RawMessage // not null
}

// A Row is one line of a table, with a cell for every column. It is valid until the writer returns.
type Row struct {
	Feature features.Feature // whose line it is
	Cells   []Cell           // in the order of the columns
}

// Geometry returns the text of the feature's geometry. It returns nil if there is no geometry, or if other programs could not read it
// or would draw it in a wrong place: an unclosed ring, projected coordinates and the like.
func (r *Row) Geometry() json.RawMessage {
	if p := preflight.Inspect(r.Feature).Problem; p != nil && p.Code != preflight.TooManyVertices {
		return nil
	}
	return r.Feature.Geometry
}

// PlainText returns a property for a text column: the content of a string, or else its JSON as it was written.
func PlainText(property json.RawMessage) string {
	if len(property) > 0 && property[0] == '"' {
		if text, err := jsontext.AppendUnquote(nil, property); err == nil {
			return string(text)
		}
	}
	return string(property)
}

// fill makes the row of an outcome and of the answer taken from it.
func (r *Row) fill(l *layout, o *bulk.Outcome, a *answer) error {
	r.Feature = o.Feature
	if r.Cells == nil {
		r.Cells = make([]Cell, len(l.columns))
	}
	clear(r.Cells)
	r.Cells[0] = Cell{Kind: TextCell, Text: l.form.id(o.Feature.ID)}
	for i, k := range l.keep {
		if t := l.columns[1+i].Type; l.typed && !t.holds(o.Feature.Properties[k.property]) {
			return changed(fmt.Sprintf("feature %d (id %q) has a property %q that is not %s", o.Feature.Index, o.Feature.ID, k.property, t))
		}
		if err := r.Cells[1+i].keep(o.Feature.Properties[k.property]); err != nil {
			return fmt.Errorf("feature %d (id %q): property %q: %w", o.Feature.Index, o.Feature.ID, k.property, err)
		}
	}
	if l.form.Long {
		return nil
	}
	for i, result := range a.results {
		if result == nil {
			continue
		}
		if err := r.put(l, &l.places[i], result); err != nil {
			return fmt.Errorf("feature %d (id %q): %w", o.Feature.Index, o.Feature.ID, err)
		}
	}
	return nil
}

func (r *Row) put(l *layout, at *places, result *cas.AttributeResult) error {
	if number, ok := result.Value.Float64(); ok {
		if at.value < 0 {
			return changed(at.dataset + " has a number")
		}
		r.Cells[at.value] = numberCell(number)
	} else if !result.Value.IsNull() {
		if l.form.ZeroClasses && result.Value.NumClasses() > 0 {
			for _, i := range at.classes {
				r.Cells[i] = numberCell(0)
			}
		}
		for n := range result.Value.NumClasses() {
			c := result.Value.Class(n)
			i, known := at.classes[c.Name]
			if !known {
				return changed(fmt.Sprintf("%s has a class %q", at.dataset, c.Name))
			}
			r.Cells[i] = numberCell(c.Fraction)
		}
	}
	if at.units < 0 {
		return nil
	}
	r.Cells[at.units] = Cell{Kind: TextCell, Text: result.Units}
	r.Cells[at.quality] = Cell{Kind: TextCell, Text: string(result.Quality)}
	r.Cells[at.coverage] = numberCell(result.CoverageFraction)
	return nil
}

// changed is what an outcome shows that does not fit to what was shown before.
type changed string

func (what changed) Error() string {
	return string(what) + " that was not there when the columns were collected: something changed the run's answers meanwhile"
}

// numberCell is empty for what is null on the wire, NaN in Go.
func numberCell(f float64) Cell {
	if f-f != 0 { // NaN or infinite
		return Cell{}
	}
	return Cell{Kind: NumberCell, Number: f}
}

func (c *Cell) keep(property json.RawMessage) (err error) {
	if property, err = inOneLine(property); err != nil || len(property) == 0 || string(property) == "null" {
		return err
	}
	*c = Cell{Kind: JSONCell, JSON: property}
	return nil
}

// inOneLine is JSON without line ends.
func inOneLine(text json.RawMessage) (json.RawMessage, error) {
	text = bytes.TrimSpace(text)
	if !bytes.ContainsAny(text, "\n\r") {
		return text, nil
	}
	var line bytes.Buffer
	err := json.Compact(&line, text)
	return line.Bytes(), err
}
