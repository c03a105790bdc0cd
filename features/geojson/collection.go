package geojson

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// noFeatures replaces the array when the members around it are parsed.
const noFeatures = `"features":[]`

// collection reads a FeatureCollection from its array on. head is the text before the name "features".
func (rd *reader) collection(head []byte) error {
	s := rd.src
	about, err := rd.parser.object([]byte(string(head) + noFeatures + "}"))
	if err != nil {
		return rd.aroundFeatures(s.start, err)
	}
	if about.esri {
		return rd.failText(s.start, foreignObject(about))
	}
	outer, early := rd.crs, about.crs
	if early != "" {
		rd.declare(early)
		rd.crs = early
	}
	defer func() { rd.crs = outer }()

	s.pos++ // [
	before := rd.n
	if err := rd.features(); err != nil {
		return err
	}
	s.begin()
	if _, err := rd.members(false); err != nil {
		return rd.cutTail(err)
	}
	whole := string(head) + noFeatures + string(s.value())
	about, err = rd.parser.object([]byte(whole))
	if err != nil {
		return rd.aroundFeatures(s.start-len(head)-len(noFeatures), err)
	}
	if about.kind != geotext.KindCollection {
		return rd.failText(s.start, foreignObject(about))
	}
	if rd.o.Note != nil {
		if text := incomplete([]byte(whole), rd.n-before); text != "" {
			rd.o.Note(text)
		}
	}
	if about.crs == "" || about.crs == early {
		return nil
	}
	rd.declare(about.crs)
	if rd.lateCRS || about.crs == outer {
		return nil
	}
	return rd.failText(s.start, &kindError{ErrLateCRS, fmt.Sprintf(
		"%s; this stands behind the features, which were taken for WGS 84: put crs before features, or give the input as a file", geotext.CRSReason(about.crs))})
}

// aroundFeatures returns the error of syntax for the members of the collection.
func (rd *reader) aroundFeatures(at int, err error) error {
	bad := rd.syntax(at, err)
	bad.Feature = -1
	return bad
}

// declare remembers the first foreign reference system of a collection.
func (rd *reader) declare(crs string) {
	if rd.found == "" {
		rd.found = crs
	}
}

// features reads the elements of the array and its closing bracket.
func (rd *reader) features() error {
	s := rd.src
	for count := 0; ; count++ {
		c, _, err := s.between(false)
		if err == nil && count > 0 && c == ',' {
			s.pos++
			if c, _, err = s.between(false); err == nil && c == ']' {
				return rd.failText(s.pos, notGeoJSON("not JSON: a comma before the end of the features"))
			}
		} else if err == nil && count > 0 && c != ']' {
			return rd.failText(s.pos, notGeoJSON("not JSON: %q between two features, where a comma belongs", c))
		}
		switch {
		case err == io.EOF:
			return rd.failText(s.pos, notGeoJSON("the input is cut: it ends inside the features array, with %d features read", rd.n))
		case err != nil:
			return err
		case c == ']':
			s.pos++
			return nil
		case c != '{':
			return rd.fail(s.pos, notGeoJSON("not GeoJSON: an element of features is %s, not a Feature", geotext.Describe(c)))
		}
		if err := rd.element(); err != nil {
			return err
		}
	}
}

// element reads one Feature of a collection.
func (rd *reader) element() error {
	s := rd.src
	if rec := rd.inWindow(); rec != nil {
		return rd.deliver(rec, s.start)
	}
	if err := s.next(); err != nil {
		return rd.cut(err)
	}
	rec, err := rd.parser.object(s.value())
	if err != nil {
		return rd.syntax(s.start, err)
	}
	if rec.kind != geotext.KindFeature {
		return rd.fail(s.start, foreignElement(rec))
	}
	return rd.deliver(rec, s.start)
}

// cutTail returns the error of cut for the text after the array.
func (rd *reader) cutTail(err error) error {
	s := rd.src
	switch {
	case err == io.EOF:
		return rd.failText(len(s.buf), notGeoJSON("the input is cut: it ends before the end of the FeatureCollection"))
	case err == errBroken:
		return rd.failText(s.pos-1, notGeoJSON("not JSON: %q behind the features, where a member or } belongs", s.buf[s.pos-1]))
	case err == errGuard:
		return rd.failText(s.start, notGeoJSON("the FeatureCollection is cut: the next separator comes before its end"))
	case errors.Is(err, ErrFeatureTooLarge):
		return rd.failText(s.start, err)
	}
	return err
}

// incomplete returns a note if a collection says that it has only a part of what a server has; else "". Esri's servers set
// exceededTransferLimit. Others give the number: OGC API Features (OGC 17-069r4, 7.16) and WFS in numberMatched, GeoServer in
// totalFeatures, STAC in context.matched. If they do not know it, they link to the next page (rel=next).
func incomplete(collection []byte, features int) string {
	const start, end = "The file says that it is not all: ", " Ask the server for the next pages."
	var all map[string]json.RawMessage
	if json.Unmarshal(collection, &all) != nil {
		return ""
	}
	member := func(in map[string]json.RawMessage, name string, into any) bool {
		return in[name] != nil && json.Unmarshal(in[name], into) == nil
	}
	var properties, context map[string]json.RawMessage
	member(all, "properties", &properties)
	member(all, "context", &context)
	for _, in := range []map[string]json.RawMessage{all, properties} {
		var exceeded bool
		if member(in, "exceededTransferLimit", &exceeded) && exceeded {
			return fmt.Sprintf(start+"the server's limit was exceeded (exceededTransferLimit) after %d features."+end, features)
		}
	}
	counted := false
	for _, count := range []struct {
		in   map[string]json.RawMessage
		name string
	}{{all, "numberMatched"}, {all, "totalFeatures"}, {context, "matched"}, {all, "numberReturned"}} {
		var n float64
		if !member(count.in, count.name, &n) {
			continue
		}
		if n > float64(features) {
			return fmt.Sprintf(start+"it holds %d features of %.0f (%s)."+end, features, n, count.name)
		}
		counted = counted || count.name != "numberReturned"
	}
	var links []struct{ Rel string }
	if !counted && member(all, "links", &links) {
		for _, link := range links {
			if strings.EqualFold(link.Rel, "next") {
				return fmt.Sprintf(start+"behind its %d features it links to a next page (rel=next)."+end, features)
			}
		}
	}
	return ""
}
