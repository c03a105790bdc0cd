package jsonread

import (
	"hash/maphash"
	"strings"
)

// sharedStrings makes strings of text. Datasets, variables, units and the like repeat in every response and in every answer, so a string that
// was made once is returned again.
//
// A new string is cut from a block. If it comes again, it gets its own memory and is remembered: no block outlives a decode, only a bounded
// number of short strings does.
type sharedStrings struct {
	recent []recentString // by turn: since the last Repeat, and behind them those before it
	turn   int
	table  [tableSize]entry // by hash
	long   bool             // the table has strings that end with the decode
	decode uint32           // number of decodes
	block  strings.Builder  // memory of new strings
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
	tag  uint32 // of the last string with this hash that came once
}

const (
	tableSize  = 256
	maxRecent  = 1024
	short      = 128  // bytes; longer strings end with the decode
	firstBlock = 512  // bytes
	maxBlock   = 4096 // bytes; a caller who keeps one string keeps no more than this
)

var seed = maphash.MakeSeed()

// Repeat tells the Reader that the next strings are likely the same as after the last Repeat.
func (r *Reader) Repeat() { r.strings.turn = 0 }

// expected returns the string that was read at this turn the last time, "" if it was not plain.
func (s *sharedStrings) expected() (string, bool) {
	if s.turn < len(s.recent) {
		return s.recent[s.turn].text, true
	}
	return "", false
}

// learn remembers the string of this turn.
func (s *sharedStrings) learn(read recentString) {
	switch {
	case s.turn < len(s.recent):
		s.recent[s.turn] = read
	case s.turn < maxRecent:
		s.recent = append(s.recent, read)
	}
	s.turn++
}

// share returns the string of these bytes, and whether it may outlive the decode.
func (s *sharedStrings) share(text []byte) (shared string, lasts bool) {
	switch {
	case len(text) == 0:
		return "", true
	case len(text) > maxBlock: // it hardly comes twice
		return string(text), false
	}
	hash := maphash.Bytes(seed, text)
	at := &s.table[hash%tableSize]
	if at.text == string(text) {
		return at.text, len(text) <= short
	}
	tag := uint32(hash >> 32)
	if len(text) > short {
		tag += s.decode // so that an earlier decode does not count
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

// cut makes a string in the block, or outside of it if it is long.
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
