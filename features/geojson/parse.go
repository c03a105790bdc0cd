package geojson

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// maxSharedNames is the number of property names after which a parser forgets them.
const maxSharedNames = 1024

// A parser splits objects into members and checks that they are JSON. Its records refer to the text. It refuses duplicate names and text
// that is not UTF-8 only in the parts that make a feature.
type parser struct {
	idField string
	keepAll bool
	names   map[string]*property // those to keep; with keepAll, those seen so far
	turn    int                  // number of the object
	seen    member               // the members of the object so far
	rec     record
}

// A property is a name that is kept. All features share it.
type property struct {
	name string
	turn int // number of the last object with this property
}

func newParser(o Options) *parser {
	p := &parser{idField: o.IDField, keepAll: o.Keep == nil, names: make(map[string]*property, len(o.Keep))}
	for _, name := range o.Keep {
		p.names[name] = &property{name: name}
	}
	return p
}

// object parses text, which has to be one JSON object. It accepts a bare NaN or Infinity, because the feature that has one becomes a row
// with an error message and does not end the run.
func (p *parser) object(text []byte) (*record, error) {
	err := p.members(text)
	if err == nil {
		return &p.rec, nil
	}
	if finite := geotext.MaskNonFinite(text); finite != nil {
		err = p.members(finite)
		p.rec.text, p.rec.notJSON = text, true
		text = finite
	}
	var refused *jsontext.SyntacticError
	if err != nil && !errors.As(err, &refused) { // jsontext words the error
		d := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		if _, err = d.ReadValue(); err == nil {
			err = errAfterObject
		}
	}
	return &p.rec, err
}

// errAfterObject means that brackets look balanced and are not.
var errAfterObject = errors.New("text behind the end of the object")

// members parses the members of the object in any order.
func (p *parser) members(text []byte) error {
	if len(text) == 0 {
		return io.ErrUnexpectedEOF
	}
	end, err := p.start(text)
	if err == nil && end < len(text) {
		err = errAfterObject
	}
	return err
}

// start parses the members of the object that text starts with and returns its end.
func (p *parser) start(text []byte) (end int, err error) {
	p.rec = record{text: text, kept: p.rec.kept[:0]}
	p.seen = 0
	p.turn++
	if p.keepAll && len(p.names) > maxSharedNames {
		clear(p.names)
	}
	return geotext.Members(text, 0, geotext.AnyText, func(name []byte, at, value int) (int, error) { return p.member(text, name, at, value) })
}

// inWindow parses the feature at pos without a search for its end, because the members show where it ends. It does so only if all of the
// feature is in the window and it follows a feature that is not large. This saves a third of the time of small features. In any other
// case, inWindow returns nil and leaves pos: the caller searches for the end first.
func (rd *reader) inWindow() *record {
	const large = 16 << 10
	s, p := rd.src, rd.parser
	if p.rec.kind != geotext.KindFeature || len(p.rec.text) > large {
		return nil
	}
	end, err := p.start(s.buf[s.pos:])
	if err != nil || p.rec.kind != geotext.KindFeature || p.seen&memberFeatures != 0 {
		return nil
	}
	p.rec.text = s.buf[s.pos : s.pos+end]
	s.pos += end
	return &p.rec
}

// A member is a name that matters. It may occur once in an object.
type member int

const (
	memberType member = 1 << iota
	memberID
	memberGeometry
	memberProperties
	memberCRS
	memberFeatures
	memberCoordinates
)

// member parses the member whose name is at position at and whose value begins at i. It returns the value's end.
func (p *parser) member(text, name []byte, at, i int) (end int, err error) {
	var is member
	switch string(name) {
	case "type":
		is = memberType
	case "id":
		is = memberID
	case "geometry":
		is = memberGeometry
	case "properties":
		if p.keepAll || len(p.names) > 0 || p.idField != "" {
			is = memberProperties
		}
	case "crs":
		is = memberCRS
	case "features":
		is = memberFeatures
	case "coordinates":
		is = memberCoordinates
	case "attributes", "spatialReference", "geometryType", "rings", "paths":
		p.rec.esri = true
	}
	if p.seen&is != 0 {
		return 0, twice(at, "", name)
	}
	p.seen |= is
	switch is {
	case memberType:
		if end, err = strictly(text, i, "", name); err == nil {
			p.rec.kind = geotext.TypeName(text[i:end])
		}
	case memberID:
		end, err = strictly(text, i, "", name)
		p.rec.id = span{i, end}
	case memberGeometry:
		end, err = skipGeometry(text, i)
		p.rec.geometry = span{i, end}
	case memberProperties:
		end, err = p.properties(text, i)
	case memberCRS:
		if end, err = geotext.Skip(text, i, geotext.AnyText); err == nil {
			p.rec.crs = geotext.ForeignCRS(text[i:end])
		}
	default:
		end, err = geotext.Skip(text, i, geotext.AnyText)
	}
	return end, err
}

// skipGeometry skips the geometry of a feature, which preflight checks.
func skipGeometry(text []byte, i int) (end int, err error) {
	if i == len(text) || text[i] != '{' {
		return geotext.Skip(text, i, geotext.AnyText)
	}
	var seen member
	return geotext.Members(text, i, geotext.AnyText, func(name []byte, at, i int) (int, error) {
		var is member
		switch string(name) {
		case "type":
			is = memberType
		case "coordinates":
			is = memberCoordinates
		}
		if seen&is != 0 {
			return 0, twice(at, "/geometry", name)
		}
		seen |= is
		return geotext.Skip(text, i, geotext.AnyText)
	})
}

// properties parses the properties that are wanted. Anything but an object, such as the [] that PHP writes for no properties, has none.
func (p *parser) properties(text []byte, i int) (end int, err error) {
	const parent = "/properties"
	if i == len(text) || text[i] != '{' {
		return geotext.Skip(text, i, geotext.AnyText)
	}
	return geotext.Members(text, i, geotext.AnyText, func(name []byte, at, i int) (end int, err error) {
		isID := p.idField != "" && string(name) == p.idField
		kept := p.names[string(name)]
		if kept == nil && p.keepAll {
			if _, err := strictly(text, at, parent, name); err != nil {
				return 0, err
			}
			kept = &property{name: string(name)}
			p.names[kept.name] = kept
		}
		if kept == nil && !isID {
			return geotext.Skip(text, i, geotext.AnyText)
		}
		if isID && p.rec.named.to > 0 || kept != nil && kept.turn == p.turn {
			return 0, twice(at, parent, name)
		}
		if end, err = strictly(text, i, parent, name); err != nil {
			return 0, err
		}
		if isID {
			p.rec.named = span{i, end}
		}
		if kept != nil {
			kept.turn = p.turn
			p.rec.kept = append(p.rec.kept, keptProperty{kept.name, span{i, end}})
			p.rec.keptSize += end - i
		}
		return end, nil
	})
}

// strictly skips a value and refuses duplicate names and text that is not UTF-8 in it.
func strictly(text []byte, i int, parent jsontext.Pointer, name []byte) (end int, err error) {
	if end, err = geotext.Skip(text, i, geotext.Strict); err == nil {
		return end, nil
	}
	var bad *geotext.Error
	var why *jsontext.SyntacticError
	if errors.As(err, &bad) && errors.As(bad.Err, &why) {
		err = &jsontext.SyntacticError{
			ByteOffset: int64(i) + why.ByteOffset, JSONPointer: parent.AppendToken(string(name)) + why.JSONPointer, Err: why.Err,
		}
	}
	return end, err
}

// twice returns the error for a name, at position at, that occurs in an object again.
func twice(at int, parent jsontext.Pointer, name []byte) error {
	return &jsontext.SyntacticError{ByteOffset: int64(at), JSONPointer: parent.AppendToken(string(name)), Err: jsontext.ErrDuplicateName}
}

// syntax returns the error for a text that the parser refused. The text begins at position at of the window.
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
