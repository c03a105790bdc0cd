package jsonread

import (
	"context"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/wire"
)

// Reader reads one JSON value after another from a text. Each method reads the next value. After the first error the methods read nothing
// and return zero values, so that a caller checks [Reader.Err] only at the end.
type Reader struct {
	text  []byte
	pos   int
	depth int  // open objects and arrays
	more  bool // more text may follow, so the end of text is no error

	stopped bool // by the end of the text or by an error
	wrong   *fault

	strings sharedStrings
	times   block[wire.Timestamp]
	ranges  block[wire.Range]
	floats  block[float64]
	classes block[wire.Class]
	scratch []wire.Class // of the distribution being read
	lengths [maxLists]int
	reuses  bool // the memory of results is used again

	ctx  context.Context // the end of ctx stops the Reader; nil for none
	look int             // offset of the next look at ctx

	library *jsontext.Decoder // for values that the contract does not know
	rest    pieces            // the input of library
}

// fault says why reading stopped early: the first error in a text, or the end of the context.
type fault struct {
	what string
	pos  int
	err  error // of the context
}

var readers = sync.Pool{New: func() any { return new(Reader) }}

// NewReader returns a Reader of a whole text, which stops when ctx ends. [Reader.Release] ends its use.
func NewReader(ctx context.Context, text []byte) *Reader {
	r := readers.Get().(*Reader)
	r.ctx = ctx
	r.read(text, false)
	return r
}

// read begins another text. Strings that repeat and lengths of lists stay.
func (r *Reader) read(text []byte, more bool) {
	r.text, r.pos, r.depth, r.more = text, 0, 0, more
	r.stopped, r.wrong, r.look = false, nil, stride
}

// Reuse tells the Reader that its results, except for strings, are no longer needed, and lets it use their memory again. After Reuse, a model
// that is read again keeps the memory of its lists.
func (r *Reader) Reuse() {
	r.reuses = true
	r.times.again()
	r.ranges.again()
	r.floats.again()
	r.classes.again()
}

// Release ends the use of the Reader. Its results stay valid.
func (r *Reader) Release() {
	r.read(nil, false)
	r.strings.forget()
	r.times, r.ranges, r.floats, r.classes = block[wire.Timestamp]{}, block[wire.Range]{}, block[float64]{}, block[wire.Class]{}
	clear(r.scratch)
	r.reuses, r.ctx, r.rest = false, nil, pieces{}
	readers.Put(r)
}

// End returns the first error, or an error if text follows what was read.
func (r *Reader) End() error {
	if r.space(); !r.stopped && r.pos < len(r.text) {
		r.fail("text follows the JSON value")
	}
	return r.Err()
}

// fail notes what is wrong with the next value, and stops.
func (r *Reader) fail(what string) {
	if !r.stopped {
		r.wrong = &fault{what: what, pos: r.pos}
		r.stop()
	}
}

// stride is the number of bytes between two looks at the context.
const stride = 64 << 10

// heed stops the Reader if the context has ended. Every loop over text of any length calls it.
func (r *Reader) heed() {
	if r.pos >= r.look {
		r.heedAt(r.pos)
	}
}

// heedAt is heed for an offset beyond r.pos. It reports whether reading goes on.
func (r *Reader) heedAt(pos int) bool {
	r.look = pos + stride
	if r.ctx == nil || r.ctx.Err() == nil {
		return true
	}
	if !r.stopped {
		r.wrong = &fault{err: r.ctx.Err()}
		r.stop()
	}
	return false
}

// open reads the bracket that opens an object or array.
func (r *Reader) open() {
	r.pos++
	if r.depth++; r.depth > maxDepth {
		r.fail("values are nested too deeply")
	}
}

// cut stops at the end of the text inside a value. It is an error unless more text may follow.
func (r *Reader) cut() {
	r.pos = len(r.text)
	if r.more {
		r.stop()
		return
	}
	r.fail("the text ends too early")
}

func (r *Reader) stop() {
	r.stopped = true
	r.pos = len(r.text)
}

// peek returns the first byte of the next value, 0 at the end. It skips blanks.
func (r *Reader) peek() byte {
	if r.pos < len(r.text) && r.text[r.pos] > ' ' {
		return r.text[r.pos]
	}
	return r.peekBehindSpace()
}

func (r *Reader) peekBehindSpace() byte {
	if r.space(); r.pos < len(r.text) {
		return r.text[r.pos]
	}
	r.cut()
	return 0
}

func (r *Reader) space() {
	for r.pos < len(r.text) && isSpace(r.text[r.pos]) {
		r.pos++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// null reads null, of which peek has seen the first letter.
func (r *Reader) null() { r.literal("null") }

func (r *Reader) literal(word string) {
	rest := r.text[r.pos:]
	switch {
	case len(rest) >= len(word) && string(rest[:len(word)]) == word:
		r.pos += len(word)
	case len(rest) < len(word) && word[:len(rest)] == string(rest):
		r.cut()
	default:
		r.fail("neither a value nor " + word)
	}
}
