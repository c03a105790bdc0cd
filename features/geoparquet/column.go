package geoparquet

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	pq "github.com/parquet-go/parquet-go/format"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// A cursor reads the values of one column of one row group, one a row.
type cursor struct {
	column *parquet.Column
	pages  parquet.Pages
	page   parquet.Page
	reader parquet.ValueReader
	buffer [128]parquet.Value
	values []parquet.Value // the part of the buffer that is still to be read
}

func newCursor(column *parquet.Column, group parquet.RowGroup) *cursor {
	return &cursor{column: column, pages: group.ColumnChunks()[column.Index()].Pages()}
}

// next returns the value of the next row, or io.EOF at the end of the row group. A value is valid until the next one.
func (c *cursor) next() (parquet.Value, error) {
	if len(c.values) == 0 {
		if err := guard(c.fill); err != nil {
			return parquet.Value{}, err
		}
	}
	v := c.values[0]
	c.values = c.values[1:]
	return v, nil
}

// fill reads at least one value into the buffer.
func (c *cursor) fill() error {
	for {
		if c.reader == nil {
			c.release()
			page, err := c.pages.ReadPage()
			if err != nil {
				return err
			}
			c.page, c.reader = page, page.Values()
		}
		n, err := c.reader.ReadValues(c.buffer[:])
		if err != nil || n == 0 {
			c.reader = nil
		}
		if err != nil && err != io.EOF {
			return err
		}
		if n > 0 {
			c.values = c.buffer[:n]
			return nil
		}
	}
}

func (c *cursor) release() {
	if c.page != nil {
		parquet.Release(c.page)
		c.page = nil
	}
}

func (c *cursor) close() {
	c.release()
	c.pages.Close()
}

// guard turns a panic into an error: parquet-go panics on some damaged files. An error other than io.EOF becomes an
// [format.ErrBroken].
func guard(do func() error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%w: %v", format.ErrBroken, reason)
		}
	}()
	switch err := do(); {
	case err == nil, err == io.EOF, errors.Is(err, format.ErrBroken):
		return err
	default:
		return fmt.Errorf("%w: %w; was it copied whole?", format.ErrBroken, err)
	}
}

// The functions below refuse what parquet-go 0.32 reads wrongly without an error. Tests compare every other compression and encoding
// with pyarrow.

// refuseLZ4 refuses the compression whose pages parquet-go decodes to the earlier content of the buffer
// (https://github.com/parquet-go/parquet-go/issues/608).
func refuseLZ4(column *parquet.Column) error {
	if column.Leaf() && column.Compression().CompressionCodec() == pq.Lz4Raw {
		return errors.New("the file is compressed with LZ4, which is not read: write it anew with zstd or snappy")
	}
	for _, c := range column.Columns() {
		if err := refuseLZ4(c); err != nil {
			return err
		}
	}
	return nil
}

// isRunLengths reports whether a column holds booleans as run lengths, which writers of data pages of version 2 use: parquet-go reads
// only every eighth value of a run right. The list of encodings also has run lengths for the levels. The statistics of the pages tell
// the two apart; without statistics, an encoding other than run lengths must be the one of the values.
func isRunLengths(file *parquet.File, column *parquet.Column) bool {
	if column.Type().Kind() != parquet.Boolean {
		return false
	}
	for _, group := range file.Metadata().RowGroups {
		about := group.Columns[column.Index()].MetaData
		ofValues := func(s pq.PageEncodingStats) bool {
			return s.Encoding == pq.RLE && (s.PageType == pq.DataPage || s.PageType == pq.DataPageV2)
		}
		if slices.ContainsFunc(about.EncodingStats, ofValues) || !slices.Contains(about.Encoding, pq.Plain) && slices.Contains(about.Encoding, pq.RLE) {
			return true
		}
	}
	return false
}
