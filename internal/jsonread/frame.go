package jsonread

import (
	"bytes"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// frame finds the end of a value in text that grows, each byte looked at once. It trusts the text: what is wrong with it is for the
// reader to say.
type frame struct {
	at      int // where looking goes on
	depth   int
	begun   bool // in a number or a word
	quoted  bool // in a string
	escaped bool // behind a backslash
	whole   bool
}

// advance tells whether the value, before which a comma, a colon or blanks may stand, is there whole.
func (f *frame) advance(text []byte) bool {
	for f.at < len(text) && !f.whole {
		c := text[f.at]
		switch {
		case f.escaped:
			f.escaped = false
		case f.quoted:
			f.inString(text)
			continue
		case f.begun && bytes.IndexByte([]byte(" \t\r\n,:]}"), c) >= 0:
			f.whole = true
			return true
		case c == '"':
			f.quoted = true
		case c == '{' || c == '[':
			f.depth++
		case c == '}' || c == ']':
			f.depth--
			f.whole = f.depth <= 0
		case f.depth == 0 && bytes.IndexByte([]byte(" \t\r\n,:"), c) < 0:
			f.begun = true
		}
		f.at++
	}
	return f.whole
}

// inString goes on to the end of the string, or of the text.
func (f *frame) inString(text []byte) {
	n, _ := words.PlainEnd(text, f.at)
	if f.at = n; n == len(text) {
		return
	}
	switch text[n] {
	case '\\':
		f.escaped = true
	case '"':
		f.quoted = false
		f.whole = f.depth == 0
	}
	f.at++
}
