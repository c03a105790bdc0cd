package table

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
	"github.com/community-attribute-service/cas-go/wire"
)

// A CellKind says which member of a [Cell] has the value.
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
	Kind   CellKind        // which of the others counts
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

// PlainText returns the cell for a text column: the text, the content of a JSON string, other JSON as it was written, a number in its
// shortest form, "" for an empty cell.
func (c *Cell) PlainText() string {
	switch c.Kind {
	case JSONCell:
		return plainText(c.JSON)
	case NumberCell:
		return string(wire.AppendFloat(nil, c.Number))
	default:
		return c.Text
	}
}

// Value returns the cell for a column of a type: an int64, a float64 or a bool; for [TypeText] and [TypeUnknown] the float64 of a
// [NumberCell] or else a string. For an empty cell it returns nil. The error says that the type cannot hold the cell.
func (c *Cell) Value(t Type) (any, error) {
	switch {
	case c.Kind == EmptyCell:
		return nil, nil
	case t == TypeInt64:
		return strconv.ParseInt(c.PlainText(), 10, 64)
	case t == TypeDouble:
		return strconv.ParseFloat(c.PlainText(), 64)
	case t == TypeBoolean:
		return strconv.ParseBool(c.PlainText())
	case c.Kind == NumberCell:
		return c.Number, nil
	default:
		return c.PlainText(), nil
	}
}

func plainText(property json.RawMessage) string {
	if len(property) > 0 && property[0] == '"' {
		if text, err := jsontext.AppendUnquote(nil, property); err == nil {
			return string(text)
		}
	}
	return string(property)
}

// An answer is an outcome taken apart: the result of each dataset, and what failed. In a wide table it collects the results of all outcomes
// of a feature.
type answer struct {
	plan     *Plan
	outcome  bulk.Outcome           // the last one
	at       int                    // slot of the outcome
	next     int                    // slot of the next outcome
	results  []*cas.AttributeResult // by part; nil if there is none
	own      []cas.AttributeResult  // copies by part, in a wide table
	failures []cas.DatasetFailure   // of the outcome
}

// answers yields an answer for each outcome of a source, until the context ends. It is the same answer every time: its results are valid
// until the next outcome, and in a wide table until the next feature.
func (p *Plan) answers(ctx context.Context, source Source) iter.Seq2[*answer, error] {
	return func(yield func(*answer, error) bool) {
		a := &answer{plan: p, results: make([]*cas.AttributeResult, len(p.parts))}
		if p.form.Wide {
			a.own = make([]cas.AttributeResult, len(p.parts))
		}
		for o, err := range source() {
			if err == nil {
				err = ctx.Err()
			}
			if err == nil {
				a.outcome = o
				err = a.take()
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

func (a *answer) slot() *slot { return &a.plan.slots[a.at] }

// first reports whether the outcome is the first of its feature, last whether it is the last.
func (a *answer) first() bool { return a.at == 0 }
func (a *answer) last() bool  { return a.next == 0 }

// take reads the outcome.
func (a *answer) take() error {
	o := &a.outcome
	a.at, a.next = a.next, (a.next+1)%len(a.plan.slots)
	s := a.slot()
	if o.Period != s.period {
		return fmt.Errorf("feature %d (id %q): there is an outcome for the period %q where that for %q is due", o.Feature.Index, o.Feature.ID, o.Period, s.period)
	}
	if a.own == nil || a.first() {
		clear(a.results)
	}
	found := 0
	if o.Response != nil {
		for i := range o.Response.Results {
			r := &o.Response.Results[i]
			if d, asked := s.find(i, r.DatasetID); asked && a.results[s.parts[d]] == nil {
				a.put(s.parts[d], r)
				found++
			}
		}
	}
	a.failures = o.Failures()
	if len(a.failures) == 0 && found < len(s.datasets) { // an outcome that does not come from package bulk
		a.failures = cas.Missing(o.Response, s.datasets)
	}
	return nil
}

// put keeps a result: a copy in a wide table, as a response is valid until the next outcome.
func (a *answer) put(part int, r *cas.AttributeResult) {
	if a.own != nil {
		own := &a.own[part]
		*own = *r
		if r.Value.NumClasses() > 0 {
			own.Value, _ = wire.ClassesValue(r.Value.Classes())
		}
		r = own
	}
	a.results[part] = r
}

// find returns the number of the dataset of the i-th result. Most results are in the order of the request.
func (s *slot) find(i int, dataset string) (d int, asked bool) {
	if i < len(s.datasets) && s.datasets[i] == dataset {
		return i, true
	}
	d, asked = s.index[dataset]
	return d, asked
}

// fill makes the row of an answer.
func (r *Row) fill(l *layout, a *answer) error {
	r.Feature = a.outcome.Feature
	if r.Cells == nil {
		r.Cells = make([]Cell, len(l.columns))
	}
	clear(r.Cells)
	r.Cells[0] = Cell{Kind: TextCell, Text: l.form.TableID(r.Feature.ID)}
	for i, k := range l.keep {
		if t := l.columns[1+i].Type; l.typed && !t.holds(r.Feature.Properties[k.property]) {
			return changed(fmt.Sprintf("feature %d (id %q) has a property %q that is not %s", r.Feature.Index, r.Feature.ID, k.property, t))
		}
		if err := r.Cells[1+i].keep(r.Feature.Properties[k.property]); err != nil {
			return fmt.Errorf("feature %d (id %q): property %q: %w", r.Feature.Index, r.Feature.ID, k.property, err)
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
			return fmt.Errorf("feature %d (id %q): %w", r.Feature.Index, r.Feature.ID, err)
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

// changed is the error of an outcome that does not fit the columns. It says what does not fit.
type changed string

func (what changed) Error() string {
	return string(what) + " that was not there when the columns were collected: something changed the run's answers meanwhile"
}

// numberCell is empty for NaN, which is null on the wire.
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

// inOneLine returns JSON without line ends.
func inOneLine(text json.RawMessage) (json.RawMessage, error) {
	text = bytes.TrimSpace(text)
	if !bytes.ContainsAny(text, "\n\r") {
		return text, nil
	}
	var line bytes.Buffer
	err := json.Compact(&line, text)
	return line.Bytes(), err
}
