package jsonread

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"sync"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// Stream reads the JSON text of an object while it arrives: its members one by one, and those of an array item by item. It keeps
// no more of the text than the value that is being read, and a window behind it.
type Stream struct {
	from   io.Reader
	reader *Reader
	buffer []byte
	start  int    // of what is not read yet
	end    int    // of what has arrived
	gone   int64  // bytes before buffer
	last   error  // why nothing more arrives
	member string // the JSON pointer to the member that is being read
}

const (
	window     = 64 << 10 // bytes asked for at once
	keepBuffer = 1 << 20  // the largest buffer that is kept for the next stream
)

var streams = sync.Pool{New: func() any { return &Stream{buffer: make([]byte, window)} }}

// NewStream gives a Stream of the text that from reads; it stops when ctx ends. [Stream.Release] gives it back.
func NewStream(ctx context.Context, from io.Reader) *Stream {
	s := streams.Get().(*Stream)
	*s = Stream{from: from, reader: NewReader(ctx, nil), buffer: s.buffer}
	return s
}

// Release ends the use of the Stream.
func (s *Stream) Release() {
	s.reader.Release()
	*s = Stream{buffer: s.buffer}
	if len(s.buffer) <= keepBuffer {
		streams.Put(s)
	}
}

// Open reads the beginning of an object or array, { or [; anything else is an error.
func (s *Stream) Open(bracket byte) error {
	return s.small(func(r *Reader) {
		c := r.peek()
		switch {
		case c == bracket:
			r.pos++
		case bracket == '{':
			r.fail("wants an object")
		default:
			r.fail("wants an array")
		}
	})
}

// Name reads the name of the n-th member (from 0) of the object and its colon; ok is false at the object's end. The name is what
// stands between its quotes, unescaped.
func (s *Stream) Name(n int) (name string, ok bool, err error) {
	s.member = ""
	err = s.small(func(r *Reader) {
		c := r.peek()
		ok = c != '}'
		switch {
		case !ok:
			r.pos++
		case n > 0 && c != ',':
			r.fail("a comma or } is missing")
		case n > 0:
			r.pos++
		}
	})
	if err != nil || !ok {
		return "", false, err
	}
	// A name may be long: it is waited for as a value is, and not read anew with every piece of it.
	if err = s.large(func(r *Reader) { name = string(r.quotedName()) }); err == nil {
		err = s.small((*Reader).colon)
	}
	s.member = "/" + name
	return name, err == nil, err
}

// Item reads the n-th item (from 0) of the array; ok is false at the array's end.
func (s *Stream) Item(n int, read func(*Reader)) (ok bool, err error) {
	err = s.large(func(r *Reader) {
		if ok = r.Item(n); ok {
			r.depth = 2 // the object and its array
			read(r)
		}
	})
	if err != nil {
		err = within(s.member+"/"+strconv.Itoa(n), err)
	}
	return ok && err == nil, err
}

// Value reads a member's value.
func (s *Stream) Value(read func(*Reader)) error {
	return within(s.member, s.large(func(r *Reader) {
		r.depth = 1
		read(r)
	}))
}

// Null tells whether null is due instead of a value, and reads it if so.
func (s *Stream) Null() (null bool, err error) {
	err = s.small(func(r *Reader) {
		if null = r.peek() == 'n'; null {
			r.null()
		}
	})
	return null && err == nil, err
}

// End reads to the end of the text, which must hold nothing more. Reading that breaks off behind the JSON broke off all the same.
func (s *Stream) End() error {
	err := s.small(func(r *Reader) {
		r.space()
		switch {
		case r.pos < len(r.text):
			r.fail("text follows the JSON value")
		case r.more:
			r.cut()
		}
	})
	if err == nil && !errors.Is(s.last, io.EOF) {
		return s.last
	}
	return err
}

// small has a few bytes of the text read, again and again until they have arrived.
func (s *Stream) small(read func(*Reader)) error {
	for !s.try(read, s.last != nil) {
		s.fill()
	}
	return s.failure()
}

// large has a value read. That is tried with what has arrived, which does as a rule, and again when the value has arrived whole.
func (s *Stream) large(read func(*Reader)) error {
	if s.try(read, s.last != nil) {
		return s.failure()
	}
	s.whole()
	s.try(read, true)
	return s.failure()
}

// whole waits until the next value has arrived whole, or the text has ended. A comma and blanks may precede the value.
func (s *Stream) whole() {
	var f words.Framer
	for at, begun := 0, false; ; {
		text := s.buffer[s.start:s.end]
		if !begun {
			at = len(text) - len(bytes.TrimLeft(text, ", \n\t\r"))
			if begun = at < len(text); begun {
				f = words.NewFramer(text[at])
			}
		}
		n, done := f.Scan(text[at:])
		if at += n; begun && done || s.last != nil {
			return
		}
		s.fill()
	}
}

// try has the text read that has arrived. It tells whether that was enough to succeed or to fail, as it is if it is the whole text.
func (s *Stream) try(read func(*Reader), whole bool) bool {
	for s.start < s.end && isSpace(s.buffer[s.start]) { // once, not with every try
		s.start++
	}
	r := s.reader
	r.read(s.buffer[s.start:s.end], !whole)
	read(r)
	if !r.stopped {
		s.start += r.pos
	}
	return !r.stopped || r.wrong != nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// failure is what the last try found wrong, if anything: that reading broke off, or an *[Error] counted from the stream's beginning.
func (s *Stream) failure() error {
	if s.reader.wrong == nil {
		return nil
	}
	if s.last != nil && !errors.Is(s.last, io.EOF) {
		return s.last
	}
	err := s.reader.Err()
	var wrong *Error
	if errors.As(err, &wrong) {
		wrong.Offset += s.gone + int64(s.start)
	}
	return err
}

// within names the place of an *[Error].
func within(place string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.Pointer = place + e.Pointer
	}
	return err
}

// fill waits for more text.
func (s *Stream) fill() {
	if s.end == len(s.buffer) {
		if s.start > 0 {
			s.gone += int64(s.start)
			s.end = copy(s.buffer, s.buffer[s.start:s.end])
			s.start = 0
		} else {
			larger := make([]byte, 2*len(s.buffer))
			copy(larger, s.buffer)
			s.buffer = larger
		}
	}
	if s.last = s.reader.ctx.Err(); s.last != nil {
		return
	}
	const patience = 100 // reads that give neither text nor an error
	for range patience {
		n, err := s.from.Read(s.buffer[s.end:])
		s.end += n
		s.last = err
		if n > 0 || err != nil {
			return
		}
	}
	s.last = io.ErrNoProgress
}
