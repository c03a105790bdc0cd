// Package words has the parts of reading JSON text that have to be fast: numbers, and the ends of digits, strings and values. Digits and
// strings are read eight bytes at a time.
package words

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Constants to work on all bytes of a word at once.
const (
	everyByte = 0x0101010101010101 // times a byte: that byte everywhere
	everyHigh = 0x8080808080808080 // the high bit of every byte
)

// DigitsIn counts the decimal digits that the eight bytes of a word, the lowest first, begin with.
func DigitsIn(word uint64) int {
	word ^= everyByte * '0' // a digit is now below 10; only a byte that is no digit causes a carry
	return bits.TrailingZeros64((word+everyByte*(0x80-10)|word)&everyHigh) / 8
}

// PlainEnd returns the offset of the first byte from pos on that ends plain text in a JSON string: a quote, a backslash or a control
// character. Without one, it returns len(text). ascii reports that the plain text is ASCII.
func PlainEnd(text []byte, pos int) (end int, ascii bool) {
	// In each byte, the high bit of (x-n)&^x is set if x < n. A borrow can set it wrongly, but only in later bytes.
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

// A Framer finds the end of one JSON value in text that arrives in pieces. It follows only strings and the brackets of the outermost kind;
// jsontext checks the value when it is whole. In coordinates, which are most of a text, it moves at the speed of bytes.IndexByte.
type Framer struct {
	open, close byte // brackets to count; open is 0 for a number or literal, '"' for a string
	depth       int
	inString    bool
}

// NewFramer returns a Framer for the value that begins with the byte first.
func NewFramer(first byte) Framer {
	switch first {
	case '{':
		return Framer{open: '{', close: '}'}
	case '[':
		return Framer{open: '[', close: ']'}
	case '"':
		return Framer{open: '"'}
	}
	return Framer{}
}

// Scan takes n bytes of b and reports whether the value ends with them. The first call gets the value from its first byte, later calls get
// what follows n. n is less than len(b) without an end if b ends in a backslash, which waits for the next byte.
func (f *Framer) Scan(b []byte) (n int, done bool) {
	switch f.open {
	case 0:
		if n := bytes.IndexAny(b, ",]}: \t\r\n\x1e"); n >= 0 {
			return n, true
		}
		return len(b), false
	case '"':
		if f.depth == 0 && len(b) > 0 { // the opening quote
			f.depth, n = 1, 1
		}
		k, done := StringEnd(b[n:])
		return n + k, done
	}
	for n < len(b) {
		if f.inString {
			k, done := StringEnd(b[n:])
			n += k
			if !done {
				return n, false
			}
			f.inString = false
			continue
		}
		plain := b[n:]
		quote := bytes.IndexByte(plain, '"')
		if quote >= 0 {
			plain = plain[:quote]
		}
		if k, done := f.count(plain); done {
			return n + k, true
		}
		n += len(plain)
		if quote >= 0 {
			n++
			f.inString = true
		}
	}
	return n, false
}

// count follows the brackets in b, which has no strings, to the one that closes the value.
func (f *Framer) count(b []byte) (n int, done bool) {
	for {
		k := bytes.IndexByte(b[n:], f.close)
		if k < 0 {
			f.depth += bytes.Count(b[n:], []byte{f.open})
			return len(b), false
		}
		f.depth += bytes.Count(b[n:n+k], []byte{f.open}) - 1
		n += k + 1
		if f.depth <= 0 {
			return n, true
		}
	}
}

// StringEnd finds the end of a string; b begins behind the opening quote. If done, n bytes end with the closing quote; else n stops before
// an unpaired backslash.
func StringEnd(b []byte) (n int, done bool) {
	for {
		k := bytes.IndexByte(b[n:], '"')
		if k < 0 {
			return len(b) - backslashes(b)%2, false
		}
		n += k + 1
		if backslashes(b[:n-1])%2 == 0 {
			return n, true
		}
	}
}

// backslashes counts the backslashes at the end of b.
func backslashes(b []byte) int {
	return len(b) - len(bytes.TrimRight(b, `\`))
}
