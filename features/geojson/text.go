package geojson

import (
	"bytes"
	"errors"
	"io"

	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// recordSeparator comes before each object of a text sequence (RFC 8142).
const recordSeparator = 0x1e

// errBroken means that there is something else in place of a member name.
var errBroken = errors.New("broken object")

// texts reads the object of the input, or the sequence of objects.
func (rd *reader) texts() error {
	s := rd.src
	oneLine := false // whether the first object was
	for count := 0; ; count++ {
		c, passed, err := s.between(true)
		switch {
		case err == io.EOF && count > 0:
			return nil
		case err == io.EOF:
			return rd.failText(s.pos, notGeoJSON("not GeoJSON: the input is empty"))
		case err != nil:
			return err
		case c != '{' && count > 0:
			return rd.failText(s.pos, notGeoJSON("unexpected %q after the end of the GeoJSON", c))
		case c != '{':
			return rd.failText(s.pos, notAnObject(s.ahead(16)))
		}
		// After a record separator, only record separators divide objects. A new line divides them if the first object was on one line,
		// so that an object on several lines is read, too.
		switch {
		case passed == recordSeparator:
			s.guard = recordSeparator
		case passed == '\n' && count == 1 && oneLine:
			s.guard = '\n'
		}
		single, err := rd.text()
		if err != nil {
			return err
		}
		oneLine = single
	}
}

// text reads one object of the input and reports whether it was a feature or geometry on one line.
func (rd *reader) text() (oneLine bool, err error) {
	s := rd.src
	s.begin()
	rec := rd.inWindow()
	if rec == nil {
		s.pos++ // {
		switch head, err := rd.members(true); {
		case err != nil:
			return false, rd.cut(err)
		case head != nil:
			return false, rd.collection(head)
		}
	}
	text := s.value()
	if s.guard != 0 && bytes.IndexByte(text, s.guard) >= 0 {
		return false, rd.cut(errGuard)
	}
	if rec == nil {
		if rec, err = rd.parser.object(text); err != nil {
			return false, rd.syntax(s.start, err)
		}
	}
	switch {
	case rec.kind == geotext.KindFeature:
	case geotext.IsGeometryKind(rec.kind):
		rec.geometry = span{0, len(text)}
	case rec.kind == geotext.KindCollection:
		return false, rd.failText(s.start, notGeoJSON(`not GeoJSON: a FeatureCollection without an array "features"`))
	default:
		return false, rd.fail(s.start, foreignObject(rec))
	}
	oneLine = bytes.IndexByte(text, '\n') < 0
	return oneLine, rd.deliver(rec, s.start)
}

// members reads the members of an object to its end. With stop, it stops before the array of a FeatureCollection, which may be larger
// than memory, and returns a copy of the text before the name "features".
func (rd *reader) members(stop bool) (head []byte, err error) {
	s := rd.src
	for {
		c, err := s.within()
		if err != nil {
			return nil, err
		}
		switch c {
		case '}':
			s.pos++
			return nil, nil
		case ',':
			s.pos++ // the parser checks that it belongs there
			continue
		case '"':
		default:
			s.pos++
			return nil, errBroken
		}
		nameAt := s.pos - s.start
		if err := s.next(); err != nil {
			return nil, err
		}
		name := string(s.value()[nameAt:])
		if c, err = s.within(); err == nil && c == ':' {
			s.pos++
			c, err = s.within()
		}
		if err != nil {
			return nil, err
		}
		if stop && c == '[' && name == `"features"` {
			return bytes.Clone(s.value()[:nameAt]), nil
		}
		valueAt := s.pos - s.start
		if err := s.next(); err != nil {
			return nil, err
		}
		if name == `"type"` && stop && s.guard == 0 {
			// Refuse another format before its large members are read.
			if err := foreignType(s.value()[valueAt:]); err != nil {
				return nil, rd.failText(s.start+valueAt, err)
			}
		}
		if name == `"type"` && string(s.value()[valueAt:]) == `"Feature"` {
			stop = false // a Feature may have a member "features" of its own
		}
	}
}

// cut returns the error for an object that is not complete. The text that is there may show an earlier and better reason.
func (rd *reader) cut(err error) error {
	s := rd.src
	if err != io.EOF && err != errGuard && err != errBroken && !errors.Is(err, ErrFeatureTooLarge) {
		return err
	}
	text := s.buf[s.start:]
	if i := bytes.IndexByte(text, s.guard); s.guard != 0 && i >= 0 {
		err, text = errGuard, bytes.TrimRight(text[:i], "\r\n")
	}
	if _, bad := rd.parser.object(text); bad != nil && !errors.Is(bad, io.ErrUnexpectedEOF) {
		return rd.syntax(s.start, bad)
	}
	line, offset := s.place(s.start)
	switch {
	case err == errGuard && s.guard == '\n':
		return rd.fail(s.start, notGeoJSON("line %d does not hold a whole JSON object; newline-delimited GeoJSON has one on each line", line))
	case err == errGuard:
		return rd.fail(s.start, notGeoJSON("the object is cut: the next record separator comes before its end"))
	case err == io.EOF:
		return rd.fail(len(s.buf), notGeoJSON("the input is cut: it ends inside the object that begins at line %d, byte %d", line, offset))
	}
	return rd.fail(s.start, err)
}
