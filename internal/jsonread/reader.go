package jsonread

import (
	"context"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/wire"
)

// Reader reads one JSON value after another from a text. Its methods read the value that is due and go behind it. After the first
// thing that is wrong they read nothing more and give zero values, so that only the end needs a look at [Reader.Err].
type Reader struct {
	text  []byte
	pos   int
	depth int  // open objects and arrays
	more  bool // text may go on: where it ends is no error yet

	stopped bool // by the end of the text, or by what is wrong
	wrong   *fault

	strings sharedStrings
	times   block[wire.Timestamp]
	ranges  block[wire.Range]
	floats  block[float64]
	classes block[wire.Class]
	scratch []wire.Class // of the distribution being read
	lengths [maxLists]int
	reuses  bool // what was given out is given out again

	ctx  context.Context // whose end ends the reading; nil for none
	look int             // the place at which it is looked at next

	library *jsontext.Decoder // for what no member of the contract holds
	rest    pieces            // what library reads from
}

// fault is why reading stopped before the end: the first thing wrong in a text, or the end of the context.
type fault struct {
	what string
	pos  int
	err  error // of the context
}

var readers = sync.Pool{New: func() any { return new(Reader) }}

// NewReader gives a Reader of a whole text, which stops when ctx ends. [Reader.Release] gives it back.
func NewReader(ctx context.Context, text []byte) *Reader {
	r := readers.Get().(*Reader)
	r.ctx = ctx
	r.read(text, false)
	return r
}

// read begins another text. What earlier ones taught (strings that repeat, lengths of lists) stays.
func (r *Reader) read(text []byte, more bool) {
	r.text, r.pos, r.depth, r.more = text, 0, 0, more
	r.stopped, r.wrong, r.look = false, nil, stride
}

// Reuse tells the Reader that nobody needs any more what it has given out, but for strings, and lets it use that memory again, now and
// with every later Reuse: what is read into a model that was read before lies in the lists that the model has.
func (r *Reader) Reuse() {
	r.reuses = true
	r.times.again()
	r.ranges.again()
	r.floats.again()
	r.classes.again()
}

// Release ends the use of the Reader. Nothing that it gave out is touched.
func (r *Reader) Release() {
	r.read(nil, false)
	r.strings.forget()
	r.times, r.ranges, r.floats, r.classes = block[wire.Timestamp]{}, block[wire.Range]{}, block[float64]{}, block[wire.Class]{}
	clear(r.scratch)
	r.reuses, r.ctx, r.rest = false, nil, pieces{}
	readers.Put(r)
}

// End is the error of everything read, or that text follows it.
func (r *Reader) End() error {
	if r.space(); !r.stopped && r.pos < len(r.text) {
		r.fail("text follows the JSON value")
	}
	return r.Err()
}

// fail notes what is wrong with the value that is due, and stops.
func (r *Reader) fail(what string) {
	if !r.stopped {
		r.wrong = &fault{what: what, pos: r.pos}
		r.stop()
	}
}

// stride is how many bytes are read between two looks at the context.
const stride = 64 << 10

// heed stops the reading if the context has ended. It is called where a text of any length may be read.
func (r *Reader) heed() {
	if r.pos >= r.look {
		r.heedAt(r.pos)
	}
}

// heedAt is heed for a place ahead of what is read; it tells whether reading goes on.
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

// open goes behind the bracket that is due, and into what it opens.
func (r *Reader) open() {
	r.pos++
	if r.depth++; r.depth > maxDepth {
		r.fail("values are nested too deeply")
	}
}

// cut notes that the text has ended inside a value: an error unless more of it may come.
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

// peek gives the first byte of the value that is due, 0 at the end.
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
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case ' ', '\n', '\t', '\r':
			r.pos++
		default:
			return
		}
	}
}

// null reads null, which is due as its first letter tells.
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
