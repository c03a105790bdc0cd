package geojson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/community-attribute-service/cas-go/features/internal/ids"
	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// A span is a part of a record's text; the zero span is an absent member.
type span struct{ from, to int }

// A record is one object of the input, taken apart by reference: it is good until
// the next object is parsed.
type record struct {
	text     []byte // as it was read
	kind     string // the member "type"
	esri     bool   // has members that Esri's JSON has and GeoJSON has not
	id       span   // the member "id"
	geometry span
	named    span // the property that Options.IDField names
	kept     []keptProperty
	keptSize int    // bytes of their values
	notJSON  bool   // holds a bare NaN or Infinity
	crs      string // "" for WGS 84

	index   int
	name    string // the id as text
	problem error  // why there is none
}

type keptProperty struct {
	name  string
	value span
}

// slice is the text of a member; nil if it is absent.
func (rec *record) slice(p span) []byte {
	if p.to == 0 {
		return nil
	}
	return rec.text[p.from:p.to]
}

// feature copies what the record refers to.
func (rec *record) feature() Feature {
	return Feature{
		ID:         rec.name,
		Geometry:   bytes.Clone(rec.slice(rec.geometry)),
		Properties: rec.properties(),
		Index:      rec.index,
		CRS:        rec.crs,
		Err:        rec.problem,
	}
}

// properties copies the kept values into one piece of memory.
func (rec *record) properties() map[string]json.RawMessage {
	if len(rec.kept) == 0 {
		return nil
	}
	values := make([]byte, 0, rec.keptSize)
	m := make(map[string]json.RawMessage, len(rec.kept))
	for _, k := range rec.kept {
		from := len(values)
		if v := rec.slice(k.value); rec.notJSON {
			values = geotext.AppendFinite(values, v)
		} else {
			values = append(values, v...)
		}
		m[k.name] = values[from:len(values):len(values)]
	}
	return m
}

// identify sets the name from the member or property that holds the id.
func (rec *record) identify(field string) error {
	text := rec.slice(rec.id)
	switch {
	case field == "":
		if text == nil || text[0] == 'n' {
			rec.name = strconv.Itoa(rec.index)
			return nil
		}
	case rec.named.to > 0:
		text = rec.slice(rec.named)
	case field != "id" || text == nil:
		missing := ids.Missing(field, rec.propertyNames())
		return &kindError{errors.Join(ErrMissingID, missing), missing.Error()}
	}
	name, ok, err := ids.Name(text)
	switch {
	case err != nil:
		return notGeoJSON("not JSON: id %s: %v", text, err)
	case ok && name == "":
		return rec.missingID(field, "an empty string")
	case ok:
		rec.name = name
		return nil
	}
	return rec.missingID(field, geotext.Describe(text[0]))
}

// missingID says what stands where the id belongs.
func (rec *record) missingID(field, is string) error {
	what := `the feature's "id"`
	if rec.named.to > 0 {
		what = fmt.Sprintf("property %q", field)
	}
	return &kindError{ErrMissingID, fmt.Sprintf("%s is %s; an id has to be a string or a number", what, is)}
}

// propertyNames are what the feature has in place of the property that was asked for.
func (rec *record) propertyNames() (names []string) {
	all, _ := newParser(Options{}).object(bytes.Clone(rec.text)) // of a feature that was read before
	for _, k := range all.kept {
		names = append(names, k.name)
	}
	return names
}
