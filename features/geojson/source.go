package geojson

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/community-attribute-service/cas-go/internal/geotext"
	"github.com/community-attribute-service/cas-go/internal/words"
)

// windowBytes is the size the window starts with; it grows only for a feature
// that does not fit.
const windowBytes = 128 << 10

// errGuard is met when the guard byte stands inside a value.
var errGuard = errors.New("separator inside a value")

// A source is a window on the text. Bytes from start on are kept, so that a value
// is contiguous when its end is found; slices of the window die at the next fill.
type source struct {
	in    io.Reader
	text  io.Reader
	buf   []byte
	start int   // first byte that is kept
	pos   int   // next byte to look at
	base  int64 // offset of buf[0] in the text
	lines int   // newlines before buf[0]
	limit int   // most bytes a value may take
	// guard is a byte that cannot stand inside a value: the separator of a
	// sequence. It bounds the damage of a value that is cut. 0 is none.
	guard byte
	err   error // what ended the text, io.EOF included
}

func newSource(r io.Reader, limit int) *source {
	return &source{in: r, limit: limit}
}

func (s *source) open() error {
	text, skipped, err := openText(s.in)
	if err != nil {
		return err
	}
	s.text, s.base = text, int64(skipped)
	s.buf = make([]byte, 0, min(windowBytes, s.limit))
	return nil
}

// place gives line (from 1) and byte offset of a position in the window.
func (s *source) place(at int) (line int, offset int64) {
	at = max(0, min(at, len(s.buf)))
	return s.lines + bytes.Count(s.buf[:at], []byte{'\n'}) + 1, s.base + int64(at)
}

// begin drops what lies before pos: a value starts here.
func (s *source) begin() { s.start = s.pos }

// value is the text from start to pos.
func (s *source) value() []byte { return s.buf[s.start:s.pos] }

// fill reads on. It returns io.EOF at the end of the text, errGuard, or
// ErrFeatureTooLarge for a value that does not fit. Positions in the window are
// relative to start, which moves to the front.
func (s *source) fill() error {
	if s.err != nil {
		return s.err
	}
	kept := s.buf[s.start:]
	if s.guard != 0 && bytes.IndexByte(kept, s.guard) >= 0 {
		return errGuard
	}
	if s.start > 0 {
		s.lines += bytes.Count(s.buf[:s.start], []byte{'\n'})
		s.base += int64(s.start)
		s.pos -= s.start
		s.buf = s.buf[:copy(s.buf, kept)]
		s.start = 0
	}
	if len(s.buf) == cap(s.buf) {
		if len(s.buf) == s.limit {
			return &kindError{ErrFeatureTooLarge, fmt.Sprintf("over %d bytes of text in one feature, the limit (MaxFeatureBytes)", s.limit)}
		}
		grown := make([]byte, len(s.buf), min(2*cap(s.buf), s.limit))
		copy(grown, s.buf)
		s.buf = grown
	}
	for range 100 {
		n, err := s.text.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if err != nil {
			s.err = err
			if err != io.EOF {
				_, offset := s.place(len(s.buf))
				s.err = fmt.Errorf("reading the input at byte %d: %w", offset, err)
			}
		}
		if n > 0 {
			return nil
		}
		if s.err != nil {
			return s.err
		}
	}
	return io.ErrNoProgress
}

// between drops white space, and record separators where they are allowed, and
// returns the next byte without taking it; io.EOF at the end of the text. passed
// is what it found on the way: a record separator, else '\n' for a new line, else 0.
func (s *source) between(separators bool) (c, passed byte, err error) {
	for {
		for ; s.pos < len(s.buf); s.pos++ {
			c := s.buf[s.pos]
			switch {
			case c == recordSeparator && separators:
				passed = c
			case !geotext.IsSpace(c):
				s.begin()
				return c, passed, nil
			case c == '\n' && passed == 0:
				passed = c
			}
		}
		s.begin()
		if err := s.fill(); err != nil {
			return 0, passed, err
		}
	}
}

// ahead is what comes next, up to n bytes, for a message.
func (s *source) ahead(n int) []byte {
	for len(s.buf)-s.pos < n && s.fill() == nil {
	}
	return s.buf[s.pos:min(s.pos+n, len(s.buf))]
}

// within skips white space inside a value that is kept.
func (s *source) within() (byte, error) {
	for {
		for ; s.pos < len(s.buf); s.pos++ {
			if c := s.buf[s.pos]; !geotext.IsSpace(c) {
				return c, nil
			}
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// next takes one value, which begins at pos, into the window. It returns io.EOF
// when the text, errGuard when its separator comes first.
func (s *source) next() error {
	f := words.NewFramer(s.buf[s.pos])
	for {
		n, done := f.Scan(s.buf[s.pos:])
		s.pos += n
		if done {
			return nil
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
}
