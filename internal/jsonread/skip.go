package jsonread

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how many objects and arrays json v2 lets lie inside each other.
const maxDepth = 10000

// Skip reads any value, and gives the part of the text where it stands.
func (r *Reader) Skip() []byte {
	c := r.peek()
	start := r.pos
	switch c {
	case '"':
		r.quoted()
	case 'n':
		r.null()
	case 't':
		r.literal("true")
	case 'f':
		r.literal("false")
	case '{', '[':
		r.skipNested()
	default:
		r.skipNumber()
	}
	if r.stopped {
		return nil
	}
	return r.text[start:r.pos]
}

// skipNested leaves what the contract does not know to the library, which also sees names that stand twice.
func (r *Reader) skipNested() {
	r.rest = *bytes.NewBuffer(r.text[r.pos:len(r.text):len(r.text)])
	if r.library == nil {
		r.library = jsontext.NewDecoder(&r.rest)
	} else {
		r.library.Reset(&r.rest)
	}
	value, err := r.library.ReadValue()
	var wrong *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF:
		r.cut()
	case errors.As(err, &wrong):
		r.pos += int(wrong.ByteOffset)
		r.fail(wrong.Err.Error())
	case err != nil:
		r.fail(err.Error())
	case len(value) > maxDepth-r.depth && nesting(value)+r.depth > maxDepth:
		r.fail("values are nested too deeply")
	default:
		r.pos += len(value)
	}
}

// nesting is how deep the value's objects and arrays lie inside each other.
func nesting(value []byte) int {
	depth, deepest := 0, 0
	for pos := 0; pos < len(value); pos++ {
		switch value[pos] {
		case '"':
			for pos++; value[pos] != '"'; pos++ {
				if value[pos] == '\\' {
					pos++
				}
			}
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	return deepest
}

// skipNumber reads a number that may be out of a float64's range, for nobody asks for its value.
func (r *Reader) skipNumber() {
	value := jsontext.Value(r.text[r.pos : r.pos+numberLength(r.text[r.pos:])])
	switch {
	case r.stopped:
	case r.pos+len(value) == len(r.text) && r.more:
		r.cut()
	case len(value) == 0 || !value.IsValid():
		r.fail("wants a value")
	default:
		r.pos += len(value)
	}
}

func numberLength(text []byte) int {
	n := 0
	for n < len(text) && (text[n]-'0' <= 9 || text[n] == '-' || text[n] == '+' || isFraction(text[n])) {
		n++
	}
	return n
}
