package jsonread

import (
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// Text reads a string; null is "".
func (r *Reader) Text() string {
	// Most often the text is the same as at this turn the last time.
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
		r.strings.learn(recentString{}) // the text spells it in another way, so it cannot be expected
	}
	return s.text
}

// sharedString reads a string; plain reports that the text has it without escapes.
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

// quoted reads the next string and returns its content, a part of the text if it is plain, without escapes.
func (r *Reader) quoted() (content []byte, plain bool) {
	start := r.pos + 1
	end, ascii := r.plainEnd(start)
	switch {
	case r.stopped:
		return nil, false
	case end >= len(r.text):
		r.cut()
		return nil, false
	case r.text[end] == '\\':
		return r.escaped(start, end), false
	case r.text[end] != '"':
		r.fail("a string holds a control character")
		return nil, false
	}
	content = r.text[start:end]
	if !ascii && !r.isText(content) {
		return nil, false
	}
	r.pos = end + 1
	return content, true
}

// plainEnd is words.PlainEnd with a look at the context now and then.
func (r *Reader) plainEnd(pos int) (end int, ascii bool) {
	for ascii = true; ; pos = end {
		window := r.text[:min(len(r.text), pos+longRun)]
		var only bool
		end, only = words.PlainEnd(window, pos)
		ascii = ascii && only
		if end < len(window) || end >= len(r.text) || !r.heedAt(end) {
			return end, ascii
		}
	}
}

// longRun is the number of bytes of a string between two looks at the context, about a millisecond's worth.
const longRun = 1 << 20

// isText reports whether the content of a string is UTF-8.
func (r *Reader) isText(content []byte) bool {
	for len(content) > 0 {
		n := min(len(content), longRun)
		for back := 1; n < len(content) && back < utf8.UTFMax && !utf8.RuneStart(content[n]); back++ {
			n--
		}
		if !utf8.Valid(content[:n]) {
			r.fail("a string is not UTF-8")
			return false
		}
		content = content[n:]
		r.heed()
	}
	return !r.stopped
}

// escaped reads a string that begins at start and whose first escape is at pos.
func (r *Reader) escaped(start, pos int) (content []byte) {
	for {
		run := r.text[start:pos]
		if !r.isText(run) {
			return nil
		}
		content = append(content, run...)
		var escape [len(`"\ud83d\ude00"`)]byte
		switch {
		case pos >= len(r.text):
			r.cut()
			return nil
		case r.text[pos] == '"':
			r.pos = pos + 1
			return content
		case r.text[pos] < ' ':
			r.fail("a string holds a control character")
			return nil
		}
		quoted := append(escape[:0], '"')
		quoted = append(quoted, r.text[pos:min(len(r.text), pos+escapeLength(r.text[pos:]))]...)
		pos += len(quoted) - 1
		var err error
		if content, err = jsontext.AppendUnquote(content, append(quoted, '"')); err != nil && pos < len(r.text) {
			r.fail("a string has an escape or bytes that are no text")
			return nil
		}
		start = pos
		if pos, _ = r.plainEnd(pos); r.stopped {
			return nil
		}
		if pos >= r.look && !r.heedAt(pos) {
			return nil
		}
	}
}

// escapeLength returns the length of the escape that the text begins with: two letters, a code, or two codes for one character.
func escapeLength(text []byte) int {
	n := codeLength(text)
	if n < len(`\ud83d`) || text[2]|0x20 != 'd' || !isHigh(text[3]) {
		return n
	}
	if rest := text[n:]; len(rest) > 0 && rest[0] != '\\' || len(rest) > 1 && rest[1] != 'u' {
		return n
	}
	return n + codeLength(text[n:])
}

// codeLength returns the length of a code or of two letters. It does not count behind the first byte that is no hexadecimal digit, which
// may be the end of the string.
func codeLength(text []byte) int {
	n := 2
	for len(text) > 1 && text[1] == 'u' && n < min(len(text), len(`\ud83d`)) && isHex(text[n]) {
		n++
	}
	return n
}

func isHex(c byte) bool { return c-'0' <= 9 || c|0x20-'a' <= 5 }

// isHigh reports whether c is the second digit of a high surrogate, a code that begins with d.
func isHigh(c byte) bool { return c == '8' || c == '9' || c|0x20 == 'a' || c|0x20 == 'b' }
