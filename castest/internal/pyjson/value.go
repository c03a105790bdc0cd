package pyjson

import (
	"bytes"
	"iter"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind is the kind of a Value. Python tells integers from other numbers, and so
// does this.
type Kind uint8

// The kinds. NaN, Infinity and -Infinity are floats.
const (
	Null Kind = iota
	False
	True
	Int
	Float
	String
	Array
	Object
)

// Value is one value of a Doc.
type Value struct {
	doc *Doc
	at  int32
}

func (v Value) node() node { return v.doc.nodes[v.at] }

// Kind is the value's kind.
func (v Value) Kind() Kind { return v.node().kind }

// Raw is the value's text, in UTF-8, quotes included. It is the Doc's own.
func (v Value) Raw() []byte { n := v.node(); return v.doc.text[n.start:n.end] }

// Nodes is the number of values that an array or object holds, all levels
// counted: a bound for what reading it takes.
func (v Value) Nodes() int { return int(v.node().next-v.at) - 1 }

// Items yields the items of an array; none for anything else.
func (v Value) Items() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		n := v.node()
		if n.kind != Array {
			return
		}
		for at := v.at + 1; at < n.next; at = v.doc.nodes[at].next {
			if !yield(Value{v.doc, at}) {
				return
			}
		}
	}
}

// Len is the number of items of an array.
func (v Value) Len() int {
	n := 0
	for range v.Items() {
		n++
	}
	return n
}

// pairs yields names and values of an object as they stand in the text.
func (v Value) pairs() iter.Seq2[Value, Value] {
	return func(yield func(name, value Value) bool) {
		n := v.node()
		if n.kind != Object {
			return
		}
		for at := v.at + 1; at < n.next; at = v.doc.nodes[at+1].next {
			if !yield(Value{v.doc, at}, Value{v.doc, at + 1}) {
				return
			}
		}
	}
}

// Get is the member of an object; the last one where a name occurs twice.
func (v Value) Get(name string) (member Value, found bool) {
	for n, value := range v.pairs() {
		if n.Is(name) {
			member, found = value, true
		}
	}
	return member, found
}

// Is reports whether the value is a string equal to text.
func (v Value) Is(text string) bool {
	if v.Kind() != String {
		return false
	}
	if raw := v.inner(); bytes.IndexByte(raw, '\\') < 0 {
		return string(raw) == text
	}
	return v.Text() == text
}

// inner is a string's text between its quotes.
func (v Value) inner() []byte { n := v.node(); return v.doc.text[n.start+1 : n.end-1] }

// Text is what a string says. A lone surrogate is three bytes that UTF-8 forbids.
func (v Value) Text() string {
	raw := v.inner()
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw)
	}
	text := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return string(append(text, raw...))
		}
		text = append(text, raw[:i]...)
		c := raw[i+1]
		raw = raw[i+2:]
		if c != 'u' {
			text = append(text, unescaped[c])
			continue
		}
		r := hex4(raw[:4])
		raw = raw[4:]
		if len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u' {
			if pair := utf16.DecodeRune(r, hex4(raw[2:6])); pair != utf8.RuneError {
				r, raw = pair, raw[6:]
			}
		}
		text = appendRune(text, r)
	}
	return string(text)
}

var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// Float is an Int or Float as a float64; beyond its range, and for the literals
// so called, an infinity.
func (v Value) Float() float64 {
	raw := v.Raw()
	switch raw[len(raw)-1] {
	case 'N':
		return math.NaN()
	case 'y':
		if raw[0] == '-' {
			return math.Inf(-1)
		}
		return math.Inf(1)
	}
	f, _ := strconv.ParseFloat(string(raw), 64) // its only error is the range, and then it is infinite
	return f
}

// Members yields the members of an object as they stand in the text; a name may
// occur again.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for name, value := range v.pairs() {
			if !yield(name.Text(), value) {
				return
			}
		}
	}
}
