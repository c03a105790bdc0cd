package geotext

import "bytes"

// nonFinite are the spellings by which writers put NaN and the infinities where
// JSON has none (a minus may stand before).
var nonFinite = [][]byte{[]byte("NaN"), []byte("nan"), []byte("Infinity"), []byte("infinity"), []byte("Inf"), []byte("inf")}

// nonFiniteAt is the length of such a token at the start of b, 0 for none.
func nonFiniteAt(b []byte) int {
	for _, token := range nonFinite {
		if bytes.HasPrefix(b, token) {
			return len(token)
		}
	}
	return 0
}

// eachNonFinite finds the tokens in b outside of strings.
func eachNonFinite(b []byte, found func(from, to int)) {
	for i := 0; i < len(b); {
		switch b[i] {
		case '"':
			n, done := stringEnd(b[i+1:])
			if !done {
				return
			}
			i += 1 + n
		case 'N', 'n', 'I', 'i':
			if n := nonFiniteAt(b[i:]); n > 0 {
				found(i, i+n)
				i += n
				continue
			}
			i++
		default:
			i++
		}
	}
}

// maskNonFinite is a copy of b with each token replaced by a JSON number of the
// same length, so that positions agree; nil if there are none.
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

// appendFinite appends b with null in the place of each token and its sign.
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
