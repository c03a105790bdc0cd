package pyjson

import "fmt"

// maxDepth is how deep values nest before Python's stack ends: measured with the
// service, whose own frames lie below.
const maxDepth = 970

// maxDigits is Python's limit for reading an integer.
const maxDigits = 4300

// SyntaxError is a json.JSONDecodeError.
type SyntaxError struct {
	Msg string // as Python words it
	Pos int    // in characters, not bytes
}

// Error gives the message with its position.
func (e *SyntaxError) Error() string { return fmt.Sprintf("pyjson: %s: char %d", e.Msg, e.Pos) }

// Doc is a JSON text as read. The zero Doc is ready to Parse, again and again:
// it keeps its memory. A Value of it is good until then.
type Doc struct {
	text   []byte
	broken bool // the text holds lone surrogates
	nodes  []node
	depth  int
}

// node is one value. Values stand in the order of the text, each before what it
// holds; names are values of their own before the values that they name.
type node struct {
	kind       Kind
	start, end int32 // in text
	next       int32 // the node behind all that it holds
}

// Parse reads body, which the Doc refers to from then on. The error is a
// *SyntaxError or ErrUndecodable.
func (d *Doc) Parse(body []byte) (Value, error) {
	text, broken, err := decode(body)
	if err != nil {
		return Value{}, err
	}
	d.text, d.broken, d.nodes, d.depth = text, broken, d.nodes[:0], 0
	pos, err := d.value(d.space(0))
	if err != nil {
		return Value{}, err
	}
	if pos = d.space(pos); pos < len(text) {
		return Value{}, d.fail("Extra data", pos)
	}
	return Value{doc: d}, nil
}

func (d *Doc) fail(msg string, pos int) error {
	return &SyntaxError{Msg: msg, Pos: characters(d.text[:min(pos, len(d.text))])}
}

// characters counts code points, lone surrogates included.
func characters(text []byte) int {
	n := 0
	for _, c := range text {
		if c&0xc0 != 0x80 {
			n++
		}
	}
	return n
}

func (d *Doc) space(pos int) int {
	for pos < len(d.text) {
		switch d.text[pos] {
		case ' ', '\t', '\n', '\r':
			pos++
		default:
			return pos
		}
	}
	return pos
}

// is reports whether c stands at pos.
func (d *Doc) is(c byte, pos int) bool { return pos < len(d.text) && d.text[pos] == c }

func (d *Doc) add(kind Kind, start, end int) {
	d.nodes = append(d.nodes, node{kind, int32(start), int32(end), int32(len(d.nodes) + 1)})
}

// value reads the value at pos and returns the position behind it.
func (d *Doc) value(pos int) (int, error) {
	if pos < len(d.text) {
		switch d.text[pos] {
		case '"':
			return d.string(pos)
		case '[':
			return d.nest(Array, pos, d.items)
		case '{':
			return d.nest(Object, pos, d.members)
		}
		if end, err := d.number(pos); end > pos || err != nil {
			return end, err
		}
		for _, w := range words {
			if end := pos + len(w.text); end <= len(d.text) && string(d.text[pos:end]) == w.text {
				d.add(w.kind, pos, end)
				return end, nil
			}
		}
	}
	return 0, d.fail("Expecting value", pos)
}

var words = []struct {
	text string
	kind Kind
}{{"null", Null}, {"true", True}, {"false", False}, {"NaN", Float}, {"Infinity", Float}, {"-Infinity", Float}}

// nest reads an array or object, whose bracket is at pos.
func (d *Doc) nest(kind Kind, pos int, content func(pos int) (int, error)) (int, error) {
	if d.depth++; d.depth > maxDepth {
		return 0, ErrUndecodable
	}
	at := len(d.nodes)
	d.add(kind, pos, pos)
	end, err := content(d.space(pos + 1))
	if err != nil {
		return 0, err
	}
	d.depth--
	d.nodes[at].end, d.nodes[at].next = int32(end), int32(len(d.nodes))
	return end, nil
}

func (d *Doc) items(pos int) (int, error) {
	if d.is(']', pos) {
		return pos + 1, nil
	}
	for {
		end, err := d.value(pos)
		if err != nil {
			return 0, err
		}
		pos = d.space(end)
		if d.is(']', pos) {
			return pos + 1, nil
		}
		if !d.is(',', pos) {
			return 0, d.fail("Expecting ',' delimiter", pos)
		}
		pos = d.space(pos + 1)
	}
}

func (d *Doc) members(pos int) (int, error) {
	if d.is('}', pos) {
		return pos + 1, nil
	}
	for {
		if !d.is('"', pos) {
			return 0, d.fail("Expecting property name enclosed in double quotes", pos)
		}
		end, err := d.string(pos)
		if err != nil {
			return 0, err
		}
		if pos = d.space(end); !d.is(':', pos) {
			return 0, d.fail("Expecting ':' delimiter", pos)
		}
		if end, err = d.value(d.space(pos + 1)); err != nil {
			return 0, err
		}
		pos = d.space(end)
		if d.is('}', pos) {
			return pos + 1, nil
		}
		if !d.is(',', pos) {
			return 0, d.fail("Expecting ',' delimiter", pos)
		}
		pos = d.space(pos + 1)
	}
}

// string reads the string whose quote is at start.
func (d *Doc) string(start int) (int, error) {
	for pos := start + 1; pos < len(d.text); pos++ {
		switch c := d.text[pos]; {
		case c == '"':
			d.add(String, start, pos+1)
			return pos + 1, nil
		case c < 0x20:
			return 0, d.fail("Invalid control character at", pos)
		case c == '\\':
			length, err := d.escape(start, pos)
			if err != nil {
				return 0, err
			}
			pos += length - 1
		}
	}
	return 0, d.fail("Unterminated string starting at", start)
}

// escape checks the escape at pos and returns its length.
func (d *Doc) escape(start, pos int) (int, error) {
	if pos+1 >= len(d.text) {
		return 0, d.fail("Unterminated string starting at", start)
	}
	switch d.text[pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, nil
	case 'u':
		if pos+6 < len(d.text) && hex4(d.text[pos+2:pos+6]) >= 0 {
			return 6, nil
		}
		return 0, d.fail(`Invalid \uXXXX escape`, pos+1)
	}
	return 0, d.fail(`Invalid \escape`, pos)
}

// hex4 is the number that four hexadecimal digits spell, or -1.
func hex4(digits []byte) rune {
	var r rune
	for _, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return -1
		}
	}
	return r
}

// number reads the number at pos, if there is one; else it returns pos.
func (d *Doc) number(start int) (int, error) {
	pos := start
	if d.is('-', pos) {
		pos++
	}
	first := pos
	if pos = d.digits(pos); pos == first {
		return start, nil
	}
	if d.text[first] == '0' {
		pos = first + 1 // what follows a leading zero is not its number any more
	}
	kind, digits := Int, pos-first
	if fraction := d.digits(pos + 1); d.is('.', pos) && fraction > pos+1 {
		kind, pos = Float, fraction
	}
	if d.is('e', pos) || d.is('E', pos) {
		exponent := pos + 1
		if d.is('+', exponent) || d.is('-', exponent) {
			exponent++
		}
		if end := d.digits(exponent); end > exponent {
			kind, pos = Float, end
		}
	}
	if kind == Int && digits > maxDigits {
		return 0, ErrUndecodable
	}
	d.add(kind, start, pos)
	return pos, nil
}

func (d *Doc) digits(pos int) int {
	for pos < len(d.text) && d.text[pos] >= '0' && d.text[pos] <= '9' {
		pos++
	}
	return pos
}
