package bulk

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

const (
	everyByte = 0x0101010101010101
	everyHigh = 0x8080808080808080
)

// beyondBlanks passes over white space.
func beyondBlanks(text []byte, pos int) (end int) {
	if pos < len(text) && text[pos] > ' ' {
		return pos
	}
	return beyondMoreBlanks(text, pos)
}

func beyondMoreBlanks(text []byte, pos int) (end int) {
	for pos < len(text) && isSpace(text[pos]) {
		pos++
	}
	return pos
}

// quickString takes a string.
func quickString(text []byte, pos int) (end int) {
	for from := pos + 1; ; {
		at, ascii := plainEnd(text, from)
		if at >= len(text) || !ascii && !utf8.Valid(text[from:at]) {
			return len(text)
		}
		switch text[at] {
		case '"':
			return at + 1
		case '\\':
			from = quickEscape(text, at)
		default: // a control character
			return len(text)
		}
	}
}

// quickEscape takes an escape, unless it is half of a surrogate pair.
func quickEscape(text []byte, pos int) (end int) {
	if pos+6 > len(text) {
		return len(text)
	}
	switch text[pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return pos + 2
	case 'u':
	default:
		return len(text)
	}
	for _, c := range text[pos+2 : pos+6] {
		if c-'0' > 9 && c|0x20-'a' > 5 {
			return len(text)
		}
	}
	if text[pos+2]|0x20 == 'd' && text[pos+3] > '7' {
		return len(text)
	}
	return pos + 6
}

// plainEnd finds the first byte from pos on that ends a run of plain text: a
// quote, a backslash or a control character.
func plainEnd(text []byte, pos int) (end int, ascii bool) {
	// Eight bytes at a time: in a byte, the high bit of (x-n)&^x tells x < n; the
	// lowest byte that is so is told right.
	var beyond uint64
	for end = pos; end+8 <= len(text); end += 8 {
		w := binary.LittleEndian.Uint64(text[end:])
		quote, backslash := w^(everyByte*'"'), w^(everyByte*'\\')
		found := ((w-everyByte*' ')&^w | (quote-everyByte)&^quote | (backslash-everyByte)&^backslash) & everyHigh
		if found != 0 {
			n := bits.TrailingZeros64(found)
			beyond |= w & (1<<(n&63) - 1)
			return end + n/8, beyond&everyHigh == 0
		}
		beyond |= w
	}
	for ; end < len(text); end++ {
		c := text[end]
		if c == '"' || c == '\\' || c < ' ' {
			break
		}
		beyond |= uint64(c)
	}
	return end, beyond&everyHigh == 0
}

// quickNumber takes any number.
func quickNumber(text []byte, pos int) (end int) {
	if text[pos] == '-' {
		pos++
	}
	end = beyondDigits(text, pos)
	if end == pos || text[pos] == '0' && end > pos+1 {
		return len(text)
	}
	if end < len(text) && text[end] == '.' {
		if pos, end = end+1, beyondDigits(text, end+1); end == pos {
			return len(text)
		}
	}
	if end < len(text) && text[end]|0x20 == 'e' {
		if pos = end + 1; pos < len(text) && (text[pos] == '+' || text[pos] == '-') {
			pos++
		}
		if end = beyondDigits(text, pos); end == pos {
			return len(text)
		}
	}
	return end
}

func beyondDigits(text []byte, pos int) (end int) {
	for pos+8 <= len(text) {
		n := digitsOf(text[pos:])
		if pos += n; n < 8 {
			return pos
		}
	}
	for pos < len(text) && text[pos]-'0' <= 9 {
		pos++
	}
	return pos
}

// distinct tells whether no two names are the same. It may put them in order.
func distinct(text []byte, names []span) bool {
	const few = 16
	if len(names) <= few {
		for i, a := range names {
			for _, b := range names[:i] {
				if a.to-a.from == b.to-b.from && string(text[a.from:a.to]) == string(text[b.from:b.to]) {
					return false
				}
			}
		}
		return true
	}
	compare := func(a, b span) int { return bytes.Compare(text[a.from:a.to], text[b.from:b.to]) }
	slices.SortFunc(names, compare)
	for i := range names[1:] {
		if compare(names[i], names[i+1]) == 0 {
			return false
		}
	}
	return true
}
