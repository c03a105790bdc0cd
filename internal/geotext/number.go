package geotext

import (
	"bytes"
	"math"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// parseNumber reads the JSON number, NaN or infinity that b begins with. n is its length, 0 if b begins with none.
func parseNumber(b []byte) (value float64, n int) {
	if value, n = words.ParseNumber(b); n > 0 {
		return value, n
	}
	letters := bytes.TrimPrefix(b, []byte("-"))
	if n = nonFiniteAt(letters); n > 0 {
		return math.NaN(), len(b) - len(letters) + n
	}
	return 0, 0
}

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
