package geojson

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/community-attribute-service/cas-go/internal/geotext"
	"github.com/community-attribute-service/cas-go/internal/words"
)

// windowBytes is the initial size of the window. It grows only for a feature that does not fit.
const windowBytes = 128 << 10

// errGuard means that the guard byte is inside a value.
var errGuard = errors.New("separator inside a value")

// A source is a window on the text. It keeps the bytes from start on, so that a value is contiguous when its end is found. Slices of the
// window are valid until the next fill.
type source struct {
	in    io.Reader
	text  io.Reader
	buf   []byte
	start int   // first byte that is kept
	pos   int   // next byte to read
	base  int64 // offset of buf[0] in the text
	lines int   // newlines before buf[0]
	limit int   // largest size of a value in bytes
	// guard is a byte that cannot be inside a value: the separator of a sequence. A value that is cut ends there. 0 means none.
	guard byte
	err   error // the error that ended the text, such as io.EOF
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

// place returns the line (from 1) and the byte offset of a position in the window.
func (s *source) place(at int) (line int, offset int64) {
	at = max(0, min(at, len(s.buf)))
	return s.lines + bytes.Count(s.buf[:at], []byte{'\n'}) + 1, s.base + int64(at)
}

// begin starts a value at pos and drops the bytes before it.
func (s *source) begin() { s.start = s.pos }

// value is the text from start to pos.
func (s *source) value() []byte { return s.buf[s.start:s.pos] }

// fill reads more text. It returns io.EOF at the end of the text, errGuard, or ErrFeatureTooLarge for a value that does not fit. It moves
// start to the front of the window.
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

// between skips white space between values, and record separators if these are allowed. It returns the next byte without consuming it,
// or io.EOF at the end of the text. passed is a record separator if it skipped one, else '\n' if it skipped a new line, else 0.
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

// ahead returns up to n of the next bytes, for a message.
func (s *source) ahead(n int) []byte {
	for len(s.buf)-s.pos < n && s.fill() == nil {
	}
	return s.buf[s.pos:min(s.pos+n, len(s.buf))]
}

// within skips white space inside a value and returns the next byte.
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

// next reads the value that begins at pos into the window. It returns io.EOF or errGuard if the text or the separator ends first.
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

// convertHint says how to convert nearly any vector format to one that this package reads.
const convertHint = "convert it: ogr2ogr -t_srs EPSG:4326 -f GeoJSONSeq out.geojsonl INPUT"

// magics are the first bytes of files that users take for GeoJSON.
var magics = []struct{ prefix, what, do string }{
	{"PK\x03\x04", "a zip archive", "unpack it; for a shapefile, " + convertHint},
	{"SQLi", "an SQLite file (GeoPackage?)", convertHint},
	{"PAR1", "a Parquet file", convertHint},
	{"fgb\x03", "a FlatGeobuf file", convertHint},
	{"\x00\x00\x27\x0a", "a shapefile", convertHint},
	{"BZh", "bzip2", "unpack it first; gzip is read as it is"},
	{"\xfd7zX", "xz", "unpack it first; gzip is read as it is"},
	{"\x28\xb5\x2f\xfd", "zstd", "unpack it first; gzip is read as it is"},
	{"\xff\xfe", "UTF-16 text", "save it as UTF-8"},
	{"\xfe\xff", "UTF-16 text", "save it as UTF-8"},
	{"{\x00", "UTF-16 text", "save it as UTF-8"},
	{"\x00{", "UTF-16 text", "save it as UTF-8"},
}

const byteOrderMark = "\xef\xbb\xbf"

// openText returns the GeoJSON text in r. It unpacks gzip, skips a byte order mark (skipped is its length) and refuses other formats by
// name.
func openText(r io.Reader) (text io.Reader, skipped int, err error) {
	b := bufio.NewReader(r)
	head, _ := b.Peek(4) // the next read returns the error again
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, 0, fmt.Errorf("gzip input: %w", err)
		}
		b = bufio.NewReader(gzipText{z})
		head, _ = b.Peek(4)
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return nil, 0, &ReadError{Feature: -1, Line: 1, Err: notGeoJSON("not GeoJSON but %s; %s", m.what, m.do)}
		}
	}
	if bytes.HasPrefix(head, []byte(byteOrderMark)) {
		skipped, _ = b.Discard(len(byteOrderMark))
	}
	return b, skipped, nil
}

// gzipText marks errors as those of the compression, not of the JSON.
type gzipText struct{ r io.Reader }

func (g gzipText) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("gzip input is cut or damaged: %w", err)
	}
	return n, err
}
