package geojson

import (
	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// Most features are spelled alike: plain names, no escape in them, no trouble.
// quick takes such a one apart in a single pass over its text, which need not be
// framed before. It is as strict as jsontext and knows no error: what it does not
// take, in doubt or for good, jsontext looks at from its start, and that alone says
// what is wrong. read_quick_value.go checks values, read_quick_text.go the strings
// and numbers in them, read_quick_run.go the positions of coordinates,
// read_quick_names.go the names of members.
//
// These functions get a text and a place in it and give the place behind what they
// took; len(text) if they took nothing. That is no place behind a member, as the
// bracket of the feature is still to come.

const (
	// quickBytes is how much of the window quick looks at to find the end of a
	// feature. Behind one that is larger, features are framed before, which costs
	// next to nothing beside their coordinates.
	quickBytes = 16 << 10
	// quickDepth is how deep in brackets it looks; a MultiPolygon has four.
	quickDepth = 32
	// quickNames is how many names it holds against each other.
	quickNames = 1024
)

// quick takes the Feature that begins at pos, if all of it lies in the window and it
// is a plain one; otherwise it returns nil and leaves pos where it is.
func (rd *reader) quick() *record {
	s, p := rd.src, rd.parser
	if len(p.rec.text) > quickBytes { // that of the one before
		return nil
	}
	n := p.quick(s.buf[s.pos:min(len(s.buf), s.pos+quickBytes)])
	if n == 0 {
		return nil
	}
	s.pos += n
	return &p.rec
}

// quick takes apart the Feature that text begins with and gives its length; 0 if
// that is not a plain one.
func (p *parser) quick(text []byte) (n int) {
	p.rec = record{kept: p.rec.kept[:0]}
	if p.careful || len(text) == 0 || text[0] != '{' {
		return 0
	}
	p.seen, p.order.turn = p.seen[:0], 0
	pos := beyondBlanks(text, 1)
	for more := true; more; {
		name, at := p.quickName(text, pos)
		if at >= len(text) {
			return 0
		}
		if pos = p.quickMember(text, name, at); pos >= len(text) {
			return 0
		}
		pos, more = behindMember(text, pos)
	}
	if p.rec.kind != geotext.KindFeature || !distinct(text, p.seen) {
		return 0
	}
	p.rec.text = text[:pos]
	return pos
}

// quickMember takes the value of a feature's member.
func (p *parser) quickMember(text []byte, name span, pos int) (end int) {
	switch string(text[name.from:name.to]) {
	case "properties":
		if text[pos] == '{' {
			return p.quickObject(text, pos, 0, true)
		}
	case "type":
		const feature = `"` + geotext.KindFeature + `"`
		if end = pos + len(feature); end > len(text) || string(text[pos:end]) != feature {
			return len(text)
		}
		p.rec.kind = geotext.KindFeature
		return end
	case "id":
		end = p.quickValue(text, pos, 0)
		p.rec.id = span{pos, end}
		return end
	case "geometry":
		end = p.quickValue(text, pos, 0)
		p.rec.geometry = span{pos, end}
		return end
	case "features", "crs", "attributes", "spatialReference", "geometryType", "rings", "paths":
		return len(text) // with these it may be something else
	}
	return p.quickValue(text, pos, 0)
}

// quickProperty remembers a property that is wanted.
func (p *parser) quickProperty(name []byte, value span) {
	if string(name) == p.idField && p.idField != "" {
		p.rec.named = value
	}
	if !p.keepAll && len(p.names) == 0 {
		return
	}
	if name, keep := p.keeps(name); keep {
		p.rec.kept = append(p.rec.kept, keptProperty{name, value})
		p.rec.keptSize += value.to - value.from
	}
}
