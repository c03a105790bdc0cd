package geoparquet

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// A cursor reads the values of one column of one row group, one a row.
type cursor struct {
	column *parquet.Column
	pages  parquet.Pages
	page   parquet.Page
	reader parquet.ValueReader
	buffer [128]parquet.Value
	values []parquet.Value // of the buffer, those to come
}

func newCursor(column *parquet.Column, group parquet.RowGroup) *cursor {
	return &cursor{column: column, pages: group.ColumnChunks()[column.Index()].Pages()}
}

// next is the value of the next row; io.EOF is the end of the row group. A value is valid until the next one.
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

// fill reads values until there is one.
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

// guard makes an error of a panic: parquet-go panics on some damaged files. Errors other than io.EOF are of a broken file,
// unless the operating system has another reason.
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
