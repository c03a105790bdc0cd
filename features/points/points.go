package points

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"regexp"
	"slices"
	"strconv"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

const formatName = "CSV"

func init() {
	format.Register(format.Format{
		Name: formatName, Endings: []string{".csv", ".tsv", ".rdb"}, Detect: detect, Open: open, Stream: stream,
	})
}

// detect reports whether head starts a table with columns of positions. head may be compressed by gzip.
func detect(head []byte) bool {
	if isGzip(head) {
		in, err := gzip.NewReader(bytes.NewReader(head))
		if err != nil {
			return false
		}
		head = make([]byte, format.HeadBytes)
		n, _ := io.ReadFull(in, head) // an error is likely: head cuts the compressed data
		head = head[:n]
	}
	if len(head) >= format.HeadBytes && longComments.Match(head) {
		return true
	}
	t, err := newTable(bytes.NewReader(head))
	return err == nil && t.choose(format.Options{}) == nil
}

// longComments matches a head of comments alone: those of RDB say what each column means, and may be longer than a head.
var longComments = regexp.MustCompile(`^(?:#.*\n)+(?:#.*)?$`)

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b}) }

// A reader reads a file anew for each pass, or a stream once.
type reader struct {
	o     format.Options
	open  func() (io.ReadCloser, error)
	first *pass // begun when the file was opened; nil once it is used
	about format.Description
}

// open opens a file.
func open(path string, o format.Options) (format.Reader, error) {
	return newReader(o, func() (io.ReadCloser, error) { return os.Open(path) })
}

// stream reads a table from a stream, such as standard input. Records can be used once. Closing the reader does not close in.
func stream(in io.Reader, o format.Options) (format.Reader, error) {
	used := false
	return newReader(o, func() (io.ReadCloser, error) {
		if used {
			return nil, errors.New("the table is a stream and can be read only once: save it as a file")
		}
		used = true
		return io.NopCloser(in), nil
	})
}

func newReader(o format.Options, open func() (io.ReadCloser, error)) (format.Reader, error) {
	r := &reader{o: o, open: open}
	if o.Layer != "" {
		return nil, fmt.Errorf("the file is a table and has no layer %s", o.Layer)
	}
	p, err := r.begin()
	if err != nil {
		return nil, err
	}
	r.first = p
	r.about = format.Description{Format: formatName, Features: -1, Warnings: p.table.warnings}
	if p.table.isRDB {
		r.about.Format = "RDB"
	}
	for i, column := range p.table.names {
		if i != p.table.wkt {
			r.about.Fields = append(r.about.Fields, format.Field{Name: column})
		}
	}
	if r.about.CRS, err = p.firstSRID(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Describe implements format.Reader.
func (r *reader) Describe() format.Description { return r.about }

// Close implements format.Reader.
func (r *reader) Close() error {
	if r.first == nil {
		return nil
	}
	p := r.first
	r.first = nil
	return p.file.Close()
}

// Records implements format.Reader.
func (r *reader) Records(want format.Want) iter.Seq2[*format.Record, error] {
	return func(yield func(*format.Record, error) bool) {
		p := r.first
		r.first = nil
		if p == nil {
			var err error
			if p, err = r.begin(); err != nil {
				yield(nil, err)
				return
			}
		}
		defer p.file.Close()
		var rec format.Record
		for {
			row, err := p.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			rec = format.Record{Place: "line " + strconv.Itoa(row.line), Properties: p.table.properties(row.values, want), Err: row.err}
			if rec.Err == nil {
				rec.Geometry, rec.Err = p.table.geometry(row.values, r.about.CRS)
			}
			var comma *decimalComma
			if errors.As(rec.Err, &comma) {
				yield(nil, format.Brokenf("line %d: %w", row.line, comma))
				return
			}
			if !yield(&rec, nil) {
				return
			}
		}
	}
}

// A pass is one reading of a file.
type pass struct {
	file   io.ReadCloser
	table  *table
	peeked []row // the rows that firstSRID has read
}

// begin opens the file and reads the names of the columns.
func (r *reader) begin() (*pass, error) {
	file, err := r.open()
	if err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(file, 1<<16)
	var text io.Reader = in
	head, err := in.Peek(2)
	if err == nil && isGzip(head) {
		if text, err = gzip.NewReader(in); err != nil {
			return nil, errors.Join(format.Brokenf("the file begins as gzip but is none: %w", err), file.Close())
		}
	}
	t, err := newTable(text)
	if err == nil {
		err = t.choose(r.o)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &pass{file: file, table: t}, nil
}

func (p *pass) next() (row, error) {
	if len(p.peeked) > 0 {
		next := p.peeked[0]
		p.peeked = p.peeked[1:]
		return next, nil
	}
	return p.table.next()
}

// firstSRID returns the reference system that the first geometry names. It looks at a limited number of rows.
func (p *pass) firstSRID() (crs string, err error) {
	const farthest = 1000
	for p.table.wkt >= 0 && len(p.peeked) < farthest {
		next, err := p.table.next()
		if errors.Is(err, io.EOF) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		next.values = slices.Clone(next.values)
		p.peeked = append(p.peeked, next)
		if next.err != nil {
			continue
		}
		if g, crs, err := parseText(next.values[p.table.wkt]); err == nil && g.Type != "" {
			return crs, nil
		}
	}
	return "", nil
}
