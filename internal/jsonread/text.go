package jsonread

import (
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// Text reads a string; null is "".
func (r *Reader) Text() string {
	// What stood here the last time stands here most often again.
	if last, ok := r.strings.expected(); ok {
		start := r.pos + 1
		end := start + len(last)
		if end < len(r.text) && r.text[end] == '"' && r.text[r.pos] == '"' && string(r.text[start:end]) == last {
			r.pos = end + 1
			r.strings.turn++
			return last
		}
	}
	s, plain := r.sharedString()
	if plain {
		r.strings.learn(s)
	} else {
		r.strings.learn(recentString{}) // not to be expected again: it is spelled in another way
	}
	return s.text
}

// sharedString reads a string; plain tells that it stands in the text letter by letter.
func (r *Reader) sharedString() (s recentString, plain bool) {
	switch r.peek() {
	case '"':
	case 'n':
		r.null()
		return s, false
	default:
		r.fail("wants a string")
		return s, false
	}
	text, plain := r.quoted()
	if r.stopped {
		return s, false
	}
	s.text, s.lasts = r.strings.share(text)
	return s, plain
}

// quoted reads the string that is due, and gives its content: a part of the text if that is plain, without escapes.
func (r *Reader) quoted() (content []byte, plain bool) {
	start := r.pos + 1
	end, ascii := words.PlainEnd(r.text, start)
	switch {
	case end >= len(r.text):
		r.cut()
		return nil, false
	case r.text[end] == '\\':
		return r.escaped(end), false
	case r.text[end] != '"':
		r.fail("a string holds a control character")
		return nil, false
	}
	content = r.text[start:end]
	if !ascii && !utf8.Valid(content) {
		r.fail("a string is not UTF-8")
		return nil, false
	}
	r.pos = end + 1
	return content, true
}

// escaped reads a string whose first escape is at pos.
func (r *Reader) escaped(pos int) []byte {
	for pos < len(r.text) && r.text[pos] != '"' {
		switch c := r.text[pos]; {
		case c == '\\':
			pos += 2
		case c < ' ':
			r.fail("a string holds a control character")
			return nil
		}
		if pos < len(r.text) {
			pos, _ = words.PlainEnd(r.text, pos)
		}
	}
	if pos >= len(r.text) {
		r.cut()
		return nil
	}
	content, err := jsontext.AppendUnquote(nil, r.text[r.pos:pos+1])
	if err != nil {
		r.fail("a string has an escape or bytes that are no text")
		return nil
	}
	r.pos = pos + 1
	return content
}
