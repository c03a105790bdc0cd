package jsonread

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// Error says what is wrong with a text, and where.
type Error struct {
	What    string // such as "wants an integer"
	Pointer string // JSON pointer (RFC 6901) to the value, or to the value before it; "" is the whole text
	Offset  int64  // bytes before the value
}

func (e *Error) Error() string {
	where := e.Pointer
	if where == "" {
		where = "JSON"
	}
	return fmt.Sprintf("%s: %s, at byte %d", where, e.What, e.Offset)
}

// Err returns the first error so far: nil, an *[Error], or the error of the context.
func (r *Reader) Err() error {
	switch {
	case r.wrong == nil:
		return nil
	case r.wrong.err != nil:
		return r.wrong.err
	}
	return &Error{What: r.wrong.what, Pointer: pointerAt(r.text, r.wrong.pos), Offset: int64(r.wrong.pos)}
}

// pointerAt returns the pointer to the value at pos. It reads the text up to there again, so that a Reader need not keep track.
func pointerAt(text []byte, pos int) string {
	before := bytes.TrimLeft(text[:pos], ", \n\t\r") // an item of a Stream follows its comma
	d := jsontext.NewDecoder(bytes.NewReader(before))
	for d.InputOffset() < int64(len(before)) {
		if _, err := d.ReadToken(); err != nil {
			break
		}
	}
	return string(d.StackPointer())
}
