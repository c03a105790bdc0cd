package geojson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/community-attribute-service/cas-go/features/internal/ids"
	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// A span is a part of a record's text. The zero span is a missing member.
type span struct{ from, to int }

// A record is one object of the input. It refers to the text and is valid until the next object is parsed.
type record struct {
	text     []byte // of the object
	kind     string // the member "type"
	esri     bool   // has members of Esri's JSON that GeoJSON does not have
	id       span   // the member "id"
	geometry span
	named    span // the property that Options.IDField names
	kept     []keptProperty
	keptSize int    // bytes of the kept values
	notJSON  bool   // text has a bare NaN or Infinity
	crs      string // "" for WGS 84

	index   int
	name    string // the id as text
	problem error  // why there is no id
}

type keptProperty struct {
	name  string
	value span
}

// slice returns the text of a member; nil if it is missing.
func (rec *record) slice(p span) []byte {
	if p.to == 0 {
		return nil
	}
	return rec.text[p.from:p.to]
}

// feature returns a copy of the record.
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

// properties copies the kept values into one slice.
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

// identify sets the name to the id in the member or property.
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
		return ids.Missing(field, rec.propertyNames())
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

// missingID returns the error for an id that is something else.
func (rec *record) missingID(field, is string) error {
	what := `the feature's "id"`
	if rec.named.to > 0 {
		what = fmt.Sprintf("property %q", field)
	}
	return &kindError{ErrMissingID, fmt.Sprintf("%s is %s; an id has to be a string or a number", what, is)}
}

// propertyNames returns the names of the feature's properties.
func (rec *record) propertyNames() (names []string) {
	all, _ := newParser(Options{}).object(bytes.Clone(rec.text)) // this text was parsed before: there is no error
	for _, k := range all.kept {
		names = append(names, k.name)
	}
	return names
}
