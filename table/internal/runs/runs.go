// Package runs sorts records by their keys in bounded memory. It sorts runs in memory, writes them to a temporary file and merges them at
// the end.
package runs

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
)

// A Sorter takes records and returns them in the order of their keys; records with the same key keep their order. The zero Sorter holds
// [Memory] bytes of records in memory and has its temporary file in the system's folder for temporary files.
type Sorter struct {
	Folder string // of the temporary file
	Limit  int    // bytes of records in memory; 0 is Memory

	keys    []key
	records []byte
	file    *os.File
	size    int64
	runs    []int64 // where each begins in the file
}

// key is a record in memory.
type key struct {
	text       string
	begin, end int
}

// Memory is the default number of bytes of records in memory.
const Memory = 32 << 20

const (
	pieceSize = 64 << 10
	keyBytes  = 64 // of memory for a key besides its record
)

// Add copies a record and its key.
func (s *Sorter) Add(text string, record []byte) error {
	begin := len(s.records)
	s.records = append(s.records, record...)
	s.keys = append(s.keys, key{strings.Clone(text), begin, len(s.records)})
	if len(s.records)+len(s.keys)*keyBytes < cmp.Or(s.Limit, Memory) {
		return nil
	}
	return s.spill()
}

func (s *Sorter) sort() {
	slices.SortStableFunc(s.keys, func(a, b key) int { return cmp.Compare(a.text, b.text) })
}

// spill writes a run.
func (s *Sorter) spill() error {
	if s.file == nil {
		file, err := os.CreateTemp(s.Folder, ".cas-sort-*.tmp")
		if err != nil {
			return err
		}
		_ = os.Remove(file.Name()) // Unix allows that, so a killed run leaves no file; elsewhere Close removes it
		s.file = file
	}
	s.sort()
	s.runs = append(s.runs, s.size)
	out := bufio.NewWriterSize(s.file, pieceSize)
	var b []byte
	for _, k := range s.keys {
		b = appendText(appendText(b[:0], k.text), s.records[k.begin:k.end])
		if _, err := out.Write(b); err != nil {
			return err
		}
		s.size += int64(len(b))
	}
	s.keys, s.records = s.keys[:0], s.records[:0]
	return out.Flush()
}

func appendText[T ~string | ~[]byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// Sorted yields the records, once. A record is valid until the next one.
func (s *Sorter) Sorted() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if s.file == nil {
			s.sort()
			for _, k := range s.keys {
				if !yield(s.records[k.begin:k.end], nil) {
					return
				}
			}
			return
		}
		if err := s.merge(yield); err != nil {
			yield(nil, err)
		}
	}
}

func (s *Sorter) merge(yield func([]byte, error) bool) error {
	if err := s.spill(); err != nil {
		return err
	}
	var heads heads
	for i, begin := range s.runs {
		end := s.size
		if i+1 < len(s.runs) {
			end = s.runs[i+1]
		}
		if err := heads.add(&run{order: i, in: bufio.NewReaderSize(io.NewSectionReader(s.file, begin, end-begin), pieceSize)}); err != nil {
			return err
		}
	}
	for heads.Len() > 0 {
		r := heap.Pop(&heads).(*run)
		if !yield(r.record, nil) {
			return nil
		}
		if err := heads.add(r); err != nil {
			return err
		}
	}
	return nil
}

// Close removes the temporary file.
func (s *Sorter) Close() error {
	if s.file == nil {
		return nil
	}
	_ = s.file.Close()
	if err := os.Remove(s.file.Name()); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// run is a reader of one run, at one of its records.
type run struct {
	order  int
	in     *bufio.Reader
	text   []byte // the key
	record []byte
}

// next moves to the next record; io.EOF is the end.
func (r *run) next() error {
	var err error
	if r.text, err = readText(r.in, r.text); err != nil {
		return err
	}
	if r.record, err = readText(r.in, r.record); err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func readText(in *bufio.Reader, into []byte) ([]byte, error) {
	n, err := binary.ReadUvarint(in)
	if err != nil {
		return into, err
	}
	into = slices.Grow(into[:0], int(n))[:n]
	if _, err = io.ReadFull(in, into); err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return into, err
}

// heads is a heap of runs, ordered by their current records.
type heads []*run

func (h heads) Len() int      { return len(h) }
func (h heads) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h heads) Less(i, j int) bool {
	return cmp.Or(slices.Compare(h[i].text, h[j].text), cmp.Compare(h[i].order, h[j].order)) < 0
}
func (h *heads) Push(r any) { *h = append(*h, r.(*run)) }
func (h *heads) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// add moves a run to its next record and puts it on the heap, unless it is at its end.
func (h *heads) add(r *run) error {
	switch err := r.next(); err {
	case nil:
		heap.Push(h, r)
		return nil
	case io.EOF:
		return nil
	default:
		return err
	}
}
