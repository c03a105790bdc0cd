// Package runs sorts records by their keys in bounded memory: in runs that are sorted in memory, wait in a temporary file and are merged in
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
)

// A Sorter takes records and gives them back in the order of their keys, those of one key in the order in which they came. The zero Sorter
// holds [Memory] bytes of records in memory and has its temporary file in the system's folder for such.
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

// Memory is how many bytes of records are held in memory.
const Memory = 32 << 20

const (
	pieceSize = 64 << 10
	keyBytes  = 64 // of memory for a key besides its record
)

// Add takes a record. Neither text nor record is kept.
func (s *Sorter) Add(text string, record []byte) error {
	begin := len(s.records)
	s.records = append(s.records, record...)
	s.keys = append(s.keys, key{string([]byte(text)), begin, len(s.records)})
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
		_ = os.Remove(file.Name()) // on Unix nothing is left whatever happens; elsewhere Close does it
		s.file = file
	}
	s.sort()
	s.runs = append(s.runs, s.size)
	out := bufio.NewWriterSize(s.file, pieceSize)
	for _, k := range s.keys {
		b := appendText(appendText(nil, k.text), s.records[k.begin:k.end])
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

// Sorted yields the records, once. A record is good until the next one.
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

// run is a run at one of its records.
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

// heads is a heap of runs by the records that they are at.
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

// add puts a run's next record on the heap; a run that has none is left out.
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
