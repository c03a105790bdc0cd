package words

import (
	"encoding/binary"
	"strconv"
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

// ParseNumber reads the JSON number that b begins with. n is its length, 0 if b begins with none. The value is the float64 nearest to the
// text, as in strconv: the digits and the power of ten of a usual number are exact as float64, so their quotient is rounded once (Clinger's
// fast path). A number too large for a float64 is an infinity.
func ParseNumber(b []byte) (value float64, n int) {
	i, negative := 0, false
	if len(b) > 0 && b[0] == '-' {
		i, negative = 1, true
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

// ShortNumber is ParseNumber for most coordinates: up to three digits, a point and up to eight decimals, which is enough for a millimetre.
// end is behind the number and inside b; it is 0 for any other number.
func ShortNumber(b []byte, i int) (value float64, end int) {
	if len(b)-i < len("-180.")+8 {
		return 0, 0
	}
	sign := 1.0
	if b[i] == '-' {
		sign = -1
		i++
	}
	mantissa := uint64(b[i] - '0')
	if mantissa > 9 {
		return 0, 0
	}
	if i++; b[i] != '.' {
		if !isDigit(b[i]) || mantissa == 0 {
			return 0, 0
		}
		mantissa = mantissa*10 + uint64(b[i]-'0')
		if i++; b[i] != '.' {
			if !isDigit(b[i]) {
				return 0, 0
			}
			mantissa = mantissa*10 + uint64(b[i]-'0')
			if i++; b[i] != '.' {
				return 0, 0
			}
		}
	}
	i++
	if len(b)-i <= 8 {
		return 0, 0
	}
	decimals, n := leadingDigits(binary.LittleEndian.Uint64(b[i:]))
	if i += n; n == 0 || isDigit(b[i]) || b[i]|0x20 == 'e' {
		return 0, 0
	}
	return sign * float64(int64(mantissa*whole[n]+decimals)) / powers[n], i
}

// leadingDigits reads the digits that eight bytes of text begin with, all at once. n is their number.
func leadingDigits(text uint64) (value uint64, n int) {
	n = DigitsIn(text)
	text = (text ^ 0x3030303030303030) << (64 - 8*n) // the values of the digits, behind zeros if there are fewer than eight
	text = text*10 + text>>8
	const pairs = 0x000000FF_000000FF
	return ((text&pairs)*(1_000_000<<32+100) + (text>>16&pairs)*(10_000<<32+1)) >> 32, n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
