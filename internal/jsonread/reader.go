package jsonread

import (
	"bytes"
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
	reuses  bool          // what was given out is given out again
	rooms   [maxLists]any // of the last list of each number, if so

	library *jsontext.Decoder // for what no member of the contract holds
	rest    bytes.Buffer      // what library reads from
}

// fault is the first thing wrong in a text.
type fault struct {
	what string
	pos  int
}

var readers = sync.Pool{New: func() any { return new(Reader) }}

// NewReader gives a Reader of a whole text. [Reader.Release] gives it back.
func NewReader(text []byte) *Reader {
	r := readers.Get().(*Reader)
	r.read(text, false)
	return r
}

// read begins another text. What earlier ones taught (strings that repeat, lengths of lists) stays.
func (r *Reader) read(text []byte, more bool) {
	r.text, r.pos, r.depth, r.more = text, 0, 0, more
	r.stopped, r.wrong = false, nil
}

// Reuse tells the Reader that nobody needs any more what it has given out, but for strings, and lets it use that memory again, now and
// with every later Reuse. Lists of one number must not be needed at the same time.
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
	r.reuses, r.rooms = false, [maxLists]any{}
	r.rest = bytes.Buffer{}
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
