package jsonread

import (
	"hash/maphash"
	"strings"
)

// sharedStrings makes the strings of a decode. Datasets, variables, units and the like repeat in every response: what was made once
// is given again. It holds strings until forget, which ends the decode.
type sharedStrings struct {
	recent []string // by turn: the strings read since the last repeat, and those of the time before
	turn   int
	table  [tableSize]string // by hash, the last one of each
	dirty  bool
	block  strings.Builder // where new strings are cut from
	size   int             // of the last block
}

const (
	tableSize  = 256
	maxRecent  = 1024
	firstBlock = 512  // bytes
	maxBlock   = 4096 // bytes; one string that is kept keeps no more than this
)

var seed = maphash.MakeSeed()

// Repeat tells the Reader that what follows resembles what followed the last Repeat.
func (r *Reader) Repeat() { r.strings.turn = 0 }

// expected is the string read at this turn the last time, if it was plain.
func (s *sharedStrings) expected() (string, bool) {
	if s.turn < len(s.recent) {
		return s.recent[s.turn], true
	}
	return "", false
}

// learn notes what was read at this turn. One that is not plain is not expected again, for its text differs.
func (s *sharedStrings) learn(read string, plain bool) {
	if !plain {
		read = ""
	}
	switch {
	case s.turn < len(s.recent):
		s.recent[s.turn] = read
	case s.turn < maxRecent:
		s.recent = append(s.recent, read)
	}
	s.turn++
}

// share gives the string of these bytes, one made before if the table still has it.
func (s *sharedStrings) share(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	at := &s.table[maphash.Bytes(seed, text)%tableSize]
	if *at != string(text) {
		*at = s.cut(text)
		s.dirty = true
	}
	return *at
}

// cut makes a string in the block, or in one of its own if it is long.
func (s *sharedStrings) cut(text []byte) string {
	if len(text) > maxBlock/4 {
		return string(text)
	}
	if s.block.Cap()-s.block.Len() < len(text) {
		s.size = min(max(2*s.size, firstBlock), maxBlock)
		s.block.Reset()
		s.block.Grow(max(s.size, len(text)))
	}
	start := s.block.Len()
	s.block.Write(text)
	return s.block.String()[start:]
}

func (s *sharedStrings) forget() {
	clear(s.recent)
	s.recent, s.turn = s.recent[:0], 0
	if s.dirty {
		clear(s.table[:])
		s.dirty = false
	}
	s.block.Reset()
	s.size = 0
}
