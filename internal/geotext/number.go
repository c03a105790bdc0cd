package geotext

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// powers holds the powers of ten by which the decimals of a number divide it. A float64 holds each exactly.
var powers = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// whole holds the powers of ten that make room for up to eight decimals.
var whole = [...]uint64{1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000}

// exactWhole is the largest number up to which a float64 holds every whole number.
const exactWhole = 1 << 53

// parseNumber reads the JSON number, NaN or infinity that b begins with. n is its length, 0 if b begins with none. The value is the float64
// nearest to the text, as in strconv: the digits and the power of ten of a usual number are exact as float64, so their quotient is rounded
// once. A number too large for a float64 is an infinity.
func parseNumber(b []byte) (value float64, n int) {
	i, negative := 0, false
	if len(b) > 0 && b[0] == '-' {
		i, negative = 1, true
	}
	if i == len(b) {
		return 0, 0
	}
	if b[i] > '9' {
		if n := nonFiniteAt(b[i:]); n > 0 {
			return math.NaN(), i + n
		}
		return 0, 0
	}
	var mantissa uint64
	first := i
	for ; i < len(b) && isDigit(b[i]); i++ {
		mantissa = mantissa*10 + uint64(b[i]-'0')
	}
	digits := i - first
	if digits == 0 || digits > 1 && b[first] == '0' {
		return 0, 0
	}
	decimals := 0
	if i < len(b) && b[i] == '.' {
		i++
		from := i
		for len(b)-i >= 8 {
			eight, k := leadingDigits(binary.LittleEndian.Uint64(b[i:]))
			mantissa = mantissa*whole[k] + eight
			if i += k; k < 8 {
				break
			}
		}
		for ; i < len(b) && isDigit(b[i]); i++ {
			mantissa = mantissa*10 + uint64(b[i]-'0')
		}
		if decimals = i - from; decimals == 0 {
			return 0, 0
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' || digits+decimals > 19 || mantissa > exactWhole {
		return slowNumber(b, i)
	}
	value = float64(int64(mantissa)) / powers[decimals]
	if negative {
		value = -value
	}
	return value, i
}

// slowNumber finishes a number with an exponent or with more digits than a float64 has; i is behind its decimals.
func slowNumber(b []byte, i int) (float64, int) {
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		from := i
		for i < len(b) && isDigit(b[i]) {
			i++
		}
		if i == from {
			return 0, 0
		}
	}
	value, _ := strconv.ParseFloat(string(b[:i]), 64) // out of range gives an infinity
	return value, i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// nonFinite holds the spellings of NaN and the infinities that some writers use, though JSON has none. A minus may precede them.
var nonFinite = [][]byte{[]byte("NaN"), []byte("nan"), []byte("Infinity"), []byte("infinity"), []byte("Inf"), []byte("inf")}

// nonFiniteAt returns the length of such a token at the start of b, 0 if there is none.
func nonFiniteAt(b []byte) int {
	for _, token := range nonFinite {
		if bytes.HasPrefix(b, token) {
			return len(token)
		}
	}
	return 0
}

// eachNonFinite calls found for each such token in b outside of strings.
func eachNonFinite(b []byte, found func(from, to int)) {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			n, done := words.StringEnd(b[i+1:])
			if !done {
				return
			}
			i += n
		case 'N', 'n', 'I', 'i':
			if n := nonFiniteAt(b[i:]); n > 0 {
				found(i, i+n)
				i += n - 1
			}
		}
	}
}

// MaskNonFinite returns a copy of b with each NaN and infinity replaced by a JSON number of the same length, so that offsets stay the same.
// It returns nil if there is none.
func MaskNonFinite(b []byte) []byte {
	var masked []byte
	eachNonFinite(b, func(from, to int) {
		if masked == nil {
			masked = bytes.Clone(b)
		}
		copy(masked[from:to], "0e000000")
	})
	return masked
}

// AppendFinite appends b with null in place of each NaN and infinity and its sign.
func AppendFinite(dst, b []byte) []byte {
	last := 0
	eachNonFinite(b, func(from, to int) {
		if from > 0 && b[from-1] == '-' {
			from--
		}
		dst = append(append(dst, b[last:from]...), "null"...)
		last = to
	})
	return append(dst, b[last:]...)
}
