package jsonread

import (
	"hash/maphash"
	"strings"
)

// sharedStrings makes the strings of what is read. Datasets, variables, units and the like repeat in every response, and from one
// answer to the next: what was made once is given again.
//
// A string that is new is cut from a block. One that comes a second time gets bytes of its own and is remembered, so that what
// outlives a decode holds no block: short strings alone, a bounded number of them.
type sharedStrings struct {
	recent []recentString // by turn: those read since the last repeat, and those of the time before
	turn   int
	table  [tableSize]entry // by hash
	long   bool             // the table has strings that end with the decode
	decode uint32           // its number
	block  strings.Builder  // where new strings are cut from
	size   int              // of the last block
}

// recentString is a string, and whether it may outlive the decode.
type recentString struct {
	text  string
	lasts bool
}

// entry is a string that came twice.
type entry struct {
	text string
	tag  uint32 // of the last string that came once, by the same hash
}

const (
	tableSize  = 256
	maxRecent  = 1024
	short      = 128  // bytes; longer ones end with the decode
	firstBlock = 512  // bytes
	maxBlock   = 4096 // bytes; one string that is kept keeps no more than this
)

var seed = maphash.MakeSeed()

// Repeat tells the Reader that what follows resembles what followed the last Repeat.
func (r *Reader) Repeat() { r.strings.turn = 0 }

// expected is the string read at this turn the last time, "" if it was not plain.
func (s *sharedStrings) expected() (string, bool) {
	if s.turn < len(s.recent) {
		return s.recent[s.turn].text, true
	}
	return "", false
}

// learn notes what was read at this turn.
func (s *sharedStrings) learn(read recentString) {
	switch {
	case s.turn < len(s.recent):
		s.recent[s.turn] = read
	case s.turn < maxRecent:
		s.recent = append(s.recent, read)
	}
	s.turn++
}

// share gives the string of these bytes, and whether it may outlive the decode.
func (s *sharedStrings) share(text []byte) (shared string, lasts bool) {
	switch {
	case len(text) == 0:
		return "", true
	case len(text) > maxBlock: // which hardly comes twice
		return string(text), false
	}
	hash := maphash.Bytes(seed, text)
	at := &s.table[hash%tableSize]
	if at.text == string(text) {
		return at.text, len(text) <= short
	}
	tag := uint32(hash >> 32)
	if len(text) > short {
		tag += s.decode // of an earlier decode it is not known
	}
	if at.tag != tag {
		at.tag = tag
		return s.cut(text), false
	}
	at.text = string(text)
	if len(text) > short {
		s.long = true
		return at.text, false
	}
	return at.text, true
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

// forget ends a decode.
func (s *sharedStrings) forget() {
	for i := range s.recent {
		if !s.recent[i].lasts {
			s.recent[i] = recentString{}
		}
	}
	if s.long {
		for i := range s.table {
			if len(s.table[i].text) > short {
				s.table[i] = entry{}
			}
		}
		s.long = false
	}
	s.decode++
	s.turn, s.size = 0, 0
	s.block.Reset()
}
