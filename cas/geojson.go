package cas

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// geoJSON is what one pass over GeoJSON text finds: the geometry's own object and its coordinates, both as they stand in the text.
type geoJSON struct {
	text        []byte
	kind        GeometryType
	coordinates []byte
}

// depthOf is how many arrays deep the numbers of a geometry stand.
var depthOf = map[string]int{"Point": 1, "Polygon": 3, "MultiPolygon": 4}

// scanGeoJSON checks text in one pass: one JSON value, a geometry that the service takes or a Feature of one, arrays nested as its
// type wants, finite numbers. Coordinates, nearly all of the text, are read by coordinateScanner; the rest by the JSON library.
func scanGeoJSON(field string, text []byte) (geoJSON, error) {
	s := geoScanner{text: text}
	s.space()
	if s.pos == len(text) {
		return geoJSON{}, invalid(field, "is empty: give a GeoJSON Point, Polygon or MultiPolygon")
	}
	object, err := s.object(field, true)
	if err != nil {
		return geoJSON{}, err
	}
	s.space()
	if s.pos < len(text) {
		return geoJSON{}, invalid(field, "has text after the GeoJSON value, at byte %d", s.pos)
	}
	if object.kind == "Feature" && object.twice == "" {
		if object.geometry == nil {
			return geoJSON{}, invalid(field, "is a Feature without a geometry")
		}
		object, field = object.geometry, field+".geometry"
	}
	return object.check(field)
}

// geoObject is a GeoJSON object as scanned.
type geoObject struct {
	text        []byte
	members     int
	twice       string // a member that decides and occurs twice
	kindText    []byte // JSON of the type, nil where there is none
	kind        string
	coordinates []byte // nil where there are none
	shape       coordinateScanner
	shapeErr    error
	hasGeometry bool
	geometry    *geoObject // nil where there is none, or it is no object
}

// check tells whether the object is a geometry that the service takes.
func (o *geoObject) check(field string) (geoJSON, error) {
	const takes = "the service takes Point, Polygon and MultiPolygon"
	depth, known := depthOf[o.kind]
	switch {
	case o.members == 0:
		return geoJSON{}, invalid(field, "is {}: give a GeoJSON Point, Polygon or MultiPolygon (a go-geom geometry is encoded by geojson.Encode)")
	case o.twice != "":
		return geoJSON{}, invalid(field, "has the member %q twice", o.twice)
	case o.kindText == nil:
		return geoJSON{}, invalid(field, `has no "type": give a GeoJSON Point, Polygon or MultiPolygon`)
	case o.kindText[0] != '"':
		return geoJSON{}, invalid(field+".type", "is %s, not a text", abbreviate(o.kindText))
	case o.kind == "FeatureCollection":
		return geoJSON{}, invalid(field, "is a FeatureCollection: give one of its features, or read it with package bulk")
	case o.kind == "Feature":
		return geoJSON{}, invalid(field, "is a Feature inside a Feature")
	case !known:
		return geoJSON{}, invalid(field+".type", "is %s: %s", abbreviate(o.kindText), takes)
	case o.coordinates == nil:
		return geoJSON{}, invalid(field+".coordinates", "are missing")
	case o.shapeErr != nil:
		return geoJSON{}, invalid(field+".coordinates", "%v", o.shapeErr)
	}
	if err := o.shape.fits(o.kind, depth); err != nil {
		return geoJSON{}, invalid(field+".coordinates", "%v", err)
	}
	return geoJSON{text: o.text, kind: GeometryType(o.kind), coordinates: o.coordinates}, nil
}

// geoScanner reads the objects of GeoJSON text.
type geoScanner struct {
	text []byte
	pos  int
}

func (s *geoScanner) space() { s.pos = skipSpace(s.text, s.pos) }

func (s *geoScanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// object reads the object at pos. Only the outermost one can be a Feature, whose geometry is an object to read as well.
func (s *geoScanner) object(field string, outermost bool) (*geoObject, error) {
	start := s.pos
	switch s.peek() {
	case '{':
	case '[':
		return nil, invalid(field, "is an array, not a GeoJSON geometry: coordinates alone do not do (an orb geometry is wrapped by geojson.NewGeometry)")
	default:
		if _, err := s.skip(field); err != nil {
			return nil, err
		}
		return nil, invalid(field, "is %s, not a GeoJSON object", abbreviate(s.text[start:s.pos]))
	}
	s.pos++
	o := &geoObject{}
	for s.space(); s.peek() != '}'; s.space() {
		if o.members > 0 {
			if s.peek() != ',' {
				return nil, s.syntax(field, "a comma or } is missing")
			}
			s.pos++
			s.space()
		}
		if err := s.member(field, o, outermost); err != nil {
			return nil, err
		}
		o.members++
	}
	s.pos++
	o.text = s.text[start:s.pos]
	return o, nil
}

// member reads one member of o.
func (s *geoScanner) member(field string, o *geoObject, outermost bool) error {
	if s.peek() != '"' {
		return s.syntax(field, "a member name is missing")
	}
	quoted, err := s.skip(field)
	if err != nil {
		return err
	}
	name, err := unquote(quoted)
	if err != nil {
		return s.syntax(field, err.Error())
	}
	s.space()
	if s.peek() != ':' {
		return s.syntax(field, "a colon is missing")
	}
	s.pos++
	s.space()
	switch {
	case name == "type":
		o.once(name, o.kindText == nil)
		if o.kindText, err = s.skip(field); err == nil && o.kindText[0] == '"' {
			o.kind, err = unquote(o.kindText)
		}
		return err
	case name == "coordinates":
		o.once(name, o.coordinates == nil)
		return s.coordinates(field, o)
	case name == "geometry" && outermost:
		o.once(name, !o.hasGeometry)
		o.hasGeometry = true
		if s.peek() == '{' {
			o.geometry, err = s.object(field+".geometry", false)
			return err
		}
	}
	_, err = s.skip(field)
	return err
}

// once notes a member that occurs again. Which of two is meant nobody knows; what stands in other members is not looked at.
func (o *geoObject) once(name string, first bool) {
	if !first {
		o.twice = name
	}
}

// coordinates reads the coordinates of o. What is wrong with them matters only if o turns out to be a geometry.
func (s *geoScanner) coordinates(field string, o *geoObject) error {
	end, err := o.shape.scan(s.text, s.pos)
	if err == nil {
		o.coordinates = s.text[s.pos:end]
		s.pos = end
		return nil
	}
	o.shapeErr = err
	value, skipErr := s.skip(field)
	if skipErr != nil { // not even JSON: the scanner's own words say more
		return invalid(field+".coordinates", "%v", err)
	}
	o.coordinates = value
	return nil
}

// skip reads any JSON value.
func (s *geoScanner) skip(field string) ([]byte, error) {
	if end := simpleString(s.text, s.pos); end > 0 {
		value := s.text[s.pos:end]
		s.pos = end
		return value, nil
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(s.text[s.pos:]), jsontext.AllowDuplicateNames(true))
	value, err := d.ReadValue()
	if err != nil {
		return nil, invalid(field, "is not JSON, near byte %d: %v", s.pos+int(d.InputOffset()), err)
	}
	start := s.pos + int(d.InputOffset()) - len(value)
	s.pos += int(d.InputOffset())
	return s.text[start:s.pos], nil
}

func (s *geoScanner) syntax(field, what string) error {
	if s.pos >= len(s.text) {
		return invalid(field, "is cut off: the JSON ends at byte %d", s.pos)
	}
	return invalid(field, "is not JSON: %s at byte %d", what, s.pos)
}

// simpleString gives the end of the string at pos if it is one of printable ASCII without escapes, as names are; otherwise 0.
func simpleString(text []byte, pos int) (end int) {
	if pos >= len(text) || text[pos] != '"' {
		return 0
	}
	for pos++; pos < len(text) && text[pos] >= ' ' && text[pos] < utf8.RuneSelf && text[pos] != '\\'; pos++ {
		if text[pos] == '"' {
			return pos + 1
		}
	}
	return 0
}

func unquote(quoted []byte) (string, error) {
	if len(quoted) > 2 && quoted[0] == '"' && bytes.IndexByte(quoted, '\\') < 0 {
		return word(quoted[1 : len(quoted)-1]), nil
	}
	b, err := jsontext.AppendUnquote(nil, quoted)
	return string(b), err
}

// word is a string, made without an allocation where it is one that nearly every geometry holds.
func word(b []byte) string {
	for _, known := range [...]string{"type", "coordinates", "Polygon", "Point", "MultiPolygon"} {
		if string(b) == known {
			return known
		}
	}
	return string(b)
}

func abbreviate(text []byte) string {
	const most = 40
	if len(text) > most {
		return strconv.QuoteToGraphic(string(text[:most])) + "…"
	}
	return string(text)
}
