package jsonread

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// Error says what is wrong with a text, and where.
type Error struct {
	What    string // such as "wants an integer"
	Pointer string // JSON pointer (RFC 6901) to the value, or to the last one before it; "" is the whole text
	Offset  int64  // bytes before it
}

func (e *Error) Error() string {
	where := e.Pointer
	if where == "" {
		where = "JSON"
	}
	return fmt.Sprintf("%s: %s, at byte %d", where, e.What, e.Offset)
}

// Err is what is wrong so far: nil, an *[Error], or the error of the context.
func (r *Reader) Err() error {
	switch {
	case r.wrong == nil:
		return nil
	case r.wrong.err != nil:
		return r.wrong.err
	}
	return &Error{What: r.wrong.what, Pointer: pointerAt(r.text, r.wrong.pos), Offset: int64(r.wrong.pos)}
}

// pointerAt finds the value at a place by reading the text up to there once more, so that readers need not keep track.
func pointerAt(text []byte, pos int) string {
	before := bytes.TrimLeft(text[:pos], ", \n\t\r") // a comma precedes what comes from the midst of an array
	d := jsontext.NewDecoder(bytes.NewReader(before))
	for d.InputOffset() < int64(len(before)) {
		if _, err := d.ReadToken(); err != nil {
			break
		}
	}
	return string(d.StackPointer())
}
