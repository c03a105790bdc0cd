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

// Stream reads the JSON text of an object while it arrives, member by member, and an array in it item by item. It keeps only the text of the
// current value and a window behind it.
type Stream struct {
	from   io.Reader
	reader *Reader
	buffer []byte
	start  int    // of the text that was not read yet
	end    int    // of the text that has arrived
	gone   int64  // bytes before buffer
	last   error  // of from, or of the context; no more text arrives
	member string // JSON pointer to the current member
}

const (
	window     = 64 << 10 // the smallest size of buffer
	keepBuffer = 1 << 20  // the largest size of a buffer that is kept for the next stream
)

var streams = sync.Pool{New: func() any { return &Stream{buffer: make([]byte, window)} }}

// NewStream returns a Stream of the text of from, which stops when ctx ends. [Stream.Release] ends its use.
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

// Open reads the opening bracket, { or [, of an object or array. Anything else is an error.
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

// Name reads the name of the n-th member (from 0) of the object and its colon; ok is false at the end of the object.
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
	// A name may be long, so large reads it, and not small, which would start again with every piece.
	if err = s.large(func(r *Reader) { name = string(r.quotedName()) }); err == nil {
		err = s.small((*Reader).colon)
	}
	s.member = "/" + name
	return name, err == nil, err
}

// Item reads the n-th item (from 0) of the array; ok is false at the end of the array. It calls read again if the item had not arrived
// whole.
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

// Value reads the value of a member. It calls read again if the value had not arrived whole.
func (s *Stream) Value(read func(*Reader)) error {
	return within(s.member, s.large(func(r *Reader) {
		r.depth = 1
		read(r)
	}))
}

// Null reads null and returns true, or returns false if the next value is another.
func (s *Stream) Null() (null bool, err error) {
	err = s.small(func(r *Reader) {
		if null = r.peek() == 'n'; null {
			r.null()
		}
	})
	return null && err == nil, err
}

// End reads to the end of the text. It is an error if more JSON follows, or if reading fails.
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

// small calls read for a few bytes of text, again until they have arrived.
func (s *Stream) small(read func(*Reader)) error {
	for !s.try(read, s.last != nil) {
		s.fill()
	}
	return s.failure()
}

// large calls read for a value: at once, which usually suffices, and again when the value has arrived whole.
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

// try calls read for the text that has arrived. It reports whether read succeeded or failed; it fails if whole text is too short.
func (s *Stream) try(read func(*Reader), whole bool) bool {
	for s.start < s.end && isSpace(s.buffer[s.start]) { // so that no later try reads it again
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

// failure returns the error of the last try: that of from, or an *[Error] with the offset in the whole stream.
func (s *Stream) failure() error {
	if s.reader.wrong == nil {
		return nil
	}
	if s.last != nil && !errors.Is(s.last, io.EOF) {
		return s.last
	}
	err := s.reader.Err()
	if wrong, ok := errors.AsType[*Error](err); ok {
		wrong.Offset += s.gone + int64(s.start)
	}
	return err
}

// within puts place before the pointer of an *[Error].
func within(place string, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Pointer = place + e.Pointer
	}
	return err
}

// fill reads more text.
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
	const patience = 100 // reads without text or error
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
