package geojson

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// nameOrder remembers the names of a feature's members, its properties and all
// the rest, in the order they came. The next feature has most often the same:
// these are known by two words each, without a search for their end.
type nameOrder struct {
	known [32]knownName
	turn  int // of the name that comes next
}

// knownName is a name with its quotes and the colon, if that is no longer than
// the two words.
type knownName struct {
	length      int // 0 if there is none
	bytes, mask [2]uint64
}

// take takes a member's name, if that is without escapes, and its colon; at is
// where the value begins.
func (o *nameOrder) take(text []byte, pos int) (name span, at int) {
	if o.turn >= len(o.known) || pos+16 > len(text) {
		return takeName(text, pos)
	}
	known := &o.known[o.turn]
	o.turn++
	if known.length > 0 && known.begins(text[pos:pos+16]) {
		at = pos + known.length
		return span{pos + 1, at - 2}, beyondBlanks(text, at)
	}
	name, at = takeName(text, pos)
	if at < len(text) && text[name.to+1] == ':' {
		known.learn(text[pos : name.to+2])
	}
	return name, at
}

// begins tells whether text, 16 bytes long, begins with the name.
func (k *knownName) begins(text []byte) bool {
	return (binary.LittleEndian.Uint64(text)^k.bytes[0])&k.mask[0]|(binary.LittleEndian.Uint64(text[8:])^k.bytes[1])&k.mask[1] == 0
}

func (k *knownName) learn(text []byte) {
	k.length = 0
	var bytes, mask [16]byte
	if len(text) > len(bytes) {
		return
	}
	k.length = copy(bytes[:], text)
	for i := range text {
		mask[i] = 0xff
	}
	for i := range k.bytes {
		k.bytes[i], k.mask[i] = binary.LittleEndian.Uint64(bytes[8*i:]), binary.LittleEndian.Uint64(mask[8*i:])
	}
}

func takeName(text []byte, pos int) (name span, at int) {
	if pos >= len(text) || text[pos] != '"' {
		return name, len(text)
	}
	end, ascii := words.PlainEnd(text, pos+1)
	if end >= len(text) || text[end] != '"' || !ascii && !utf8.Valid(text[pos+1:end]) {
		return name, len(text)
	}
	if at = beyondBlanks(text, end+1); at >= len(text) || text[at] != ':' {
		return name, len(text)
	}
	return span{pos + 1, end}, beyondBlanks(text, at+1)
}
