package geojson

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/community-attribute-service/cas-go/internal/geotext"

	"github.com/go-json-experiment/json/jsontext"
)

// maxSharedNames bounds the property names that a parser remembers to share.
const maxSharedNames = 1024

// A parser takes objects apart: plain features by itself (read_quick.go), all else
// with jsontext, which checks them as JSON in full. What it returns refers to the
// text it was given.
type parser struct {
	idField string
	keepAll bool
	names   map[string]string // the names to keep, or those seen so far with keepAll

	dec     jsontext.Decoder
	in      bytes.Buffer
	scratch []byte
	rec     record

	// What quick remembers: the names in the objects around the place where it is,
	// those of the feature before, the spelling of positions.
	seen    []span
	order   nameOrder
	shape   positionShape
	careful bool // leaves all to jsontext: tests hold one way against the other
}

func newParser(o Options) *parser {
	p := &parser{idField: o.IDField, keepAll: o.Keep == nil, names: make(map[string]string, len(o.Keep))}
	for _, name := range o.Keep {
		p.names[name] = name
	}
	return p
}

// object parses text, which has to be one JSON object. A bare NaN or Infinity is
// let through: the feature that has one is to be a row with its reason, not the
// end of the run.
func (p *parser) object(text []byte) (*record, error) {
	if n := p.quick(text); n > 0 && n == len(text) {
		return &p.rec, nil
	}
	err := p.members(text)
	if err != nil {
		if finite := geotext.MaskNonFinite(text); finite != nil {
			err = p.members(finite)
			p.rec.text, p.rec.notJSON = text, true
		}
	}
	return &p.rec, err
}

// members walks the object's members in whatever order they come.
func (p *parser) members(text []byte) error {
	p.in = *bytes.NewBuffer(text) // jsontext reads a bytes.Buffer in place
	p.dec.Reset(&p.in)
	p.rec = record{text: text, kept: p.rec.kept[:0]}
	if _, err := p.dec.ReadToken(); err != nil {
		return err
	}
	for p.dec.PeekKind() == '"' {
		name, err := p.memberName()
		if err != nil {
			return err
		}
		if err := p.member(name); err != nil {
			return err
		}
	}
	if _, err := p.dec.ReadToken(); err != nil { // }
		return err
	}
	if _, err := p.dec.ReadToken(); err != io.EOF {
		return errAfterObject
	}
	return nil
}

// errAfterObject is met when brackets that look balanced are not.
var errAfterObject = errors.New("text behind the end of the object")

func (p *parser) member(name []byte) error {
	switch string(name) {
	case "properties":
		return p.properties()
	case "type":
		v, _, err := p.value()
		if err == nil {
			p.rec.kind = geotext.TypeName(v)
		}
		return err
	case "id":
		_, at, err := p.value()
		p.rec.id = at
		return err
	case "geometry":
		_, at, err := p.value()
		p.rec.geometry = at
		return err
	case "crs":
		v, _, err := p.value()
		if err == nil {
			p.rec.crs = geotext.ForeignCRS(v)
		}
		return err
	case "attributes", "spatialReference", "geometryType", "rings", "paths":
		p.rec.esri = true
	}
	_, _, err := p.value()
	return err
}

// properties walks the properties if any is wanted. Anything but an object, such
// as the [] that PHP writes for no properties, has none.
func (p *parser) properties() error {
	if p.dec.PeekKind() != '{' || !p.keepAll && len(p.names) == 0 && p.idField == "" {
		_, _, err := p.value()
		return err
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return err
	}
	for p.dec.PeekKind() == '"' {
		raw, err := p.memberName()
		if err != nil {
			return err
		}
		isID := p.idField != "" && string(raw) == p.idField
		name, keep := p.keeps(raw)
		_, at, err := p.value()
		if err != nil {
			return err
		}
		if isID {
			p.rec.named = at
		}
		if keep {
			p.rec.kept = append(p.rec.kept, keptProperty{name, at})
			p.rec.keptSize += at.to - at.from
		}
	}
	_, err := p.dec.ReadToken() // }
	return err
}

// keeps reports whether a property is wanted and gives its name as a shared string.
func (p *parser) keeps(raw []byte) (string, bool) {
	name, known := p.names[string(raw)]
	if known || !p.keepAll {
		return name, known
	}
	name = string(raw)
	if len(p.names) < maxSharedNames {
		p.names[name] = name
	}
	return name, true
}

// memberName reads a name and undoes its escapes; it is good until the next read.
func (p *parser) memberName() ([]byte, error) {
	raw, err := p.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], nil
	}
	p.scratch, err = jsontext.AppendUnquote(p.scratch[:0], raw)
	return p.scratch, err
}

// value reads one value and tells where in the text it stands.
func (p *parser) value() (jsontext.Value, span, error) {
	v, err := p.dec.ReadValue()
	if err != nil {
		return nil, span{}, err
	}
	to := int(p.dec.InputOffset())
	return v, span{to - len(v), to}, nil
}

// syntax is the error of a text that jsontext refused; it begins at position at of
// the window.
func (rd *reader) syntax(at int, err error) *ReadError {
	var bad *jsontext.SyntacticError
	if !errors.As(err, &bad) {
		return rd.fail(at, notGeoJSON("not JSON: %v", err))
	}
	where := ""
	if bad.JSONPointer != "" {
		where = fmt.Sprintf(" (at %s)", bad.JSONPointer)
	}
	what := fmt.Sprint(bad.Err)
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		what = "a member name occurs twice in one object"
	case errors.Is(err, io.ErrUnexpectedEOF):
		what = "the object is cut"
	case what == "invalid UTF-8":
		what += "; save the input as UTF-8"
	}
	return rd.fail(at+int(bad.ByteOffset), notGeoJSON("not JSON: %s%s", what, where))
}
