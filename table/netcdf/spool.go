package netcdf

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
)

// A spool stores rows in a temporary file, in blocks that hold one column after the other.
type spool struct {
	file    *os.File
	columns [][]byte // of the current block
	blocks  []block
	limit   int // bytes in columns, after which the block is written
	rows    int // in columns
	size    int64
}

// block is a part of the file: its columns lie one after the other, from offset.
type block struct {
	offset  int64
	rows    int
	lengths []int32 // bytes of each column
}

const (
	blockBytes       = 4 << 20
	blockColumnBytes = 16 << 10 // a column of a block is read at once, and should not be tiny
)

// newSpool makes a spool in a folder; "" is the folder for temporary files.
func newSpool(folder string, columns int) (*spool, error) {
	file, err := os.CreateTemp(folder, ".cas-netcdf-*.tmp")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // Unix allows that, so a killed run leaves no file; elsewhere close removes it
	return &spool{file: file, columns: make([][]byte, columns), limit: max(blockBytes, columns*blockColumnBytes)}, nil
}

// endRow counts a row whose bytes were appended to the columns.
func (s *spool) endRow() error {
	s.rows++
	held := 0
	for _, c := range s.columns {
		held += len(c)
	}
	if held < s.limit {
		return nil
	}
	return s.flush()
}

// flush writes the block.
func (s *spool) flush() error {
	if s.rows == 0 {
		return nil
	}
	b := block{offset: s.size, rows: s.rows}
	for i, c := range s.columns {
		if _, err := s.file.Write(c); err != nil {
			return fmt.Errorf("temporary file: %w", err)
		}
		b.lengths = append(b.lengths, int32(len(c)))
		s.size += int64(len(c))
		s.columns[i] = c[:0]
	}
	s.blocks, s.rows = append(s.blocks, b), 0
	return nil
}

// column reads one column of all rows, one block after the other.
func (s *spool) column(i int) io.Reader {
	var pieces []io.Reader
	for _, b := range s.blocks {
		offset := b.offset
		for _, n := range b.lengths[:i] {
			offset += int64(n)
		}
		pieces = append(pieces, io.NewSectionReader(s.file, offset, int64(b.lengths[i])))
	}
	return bufio.NewReaderSize(io.MultiReader(pieces...), blockColumnBytes)
}

func (s *spool) close() error {
	err := s.file.Close()
	if removing := os.Remove(s.file.Name()); !errors.Is(removing, os.ErrNotExist) {
		err = errors.Join(err, removing)
	}
	return err
}
