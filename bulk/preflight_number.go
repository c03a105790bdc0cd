package bulk

import (
	"math"
	"strconv"
)

// powers are those of ten that a float64 holds exactly and that are needed here.
var powers = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// parseNumber reads the JSON number, NaN or infinity that b begins with and its
// length, 0 if it is none. The value is good to about 15 digits: it is compared
// with limits, never passed on. Too large for a float64 is an infinity.
func parseNumber(b []byte) (value float64, n int) {
	i, negative := 0, false
	if len(b) > 0 && b[0] == '-' {
		i, negative = 1, true
	}
	if i == len(b) {
		return 0, 0
	}
	if b[i] > '9' {
		return notFiniteNumber(b, i)
	}
	var mantissa uint64
	whole := i
	for ; i < len(b) && isDigit(b[i]); i++ {
		mantissa = mantissa*10 + uint64(b[i]-'0')
	}
	digits := i - whole
	if digits == 0 || digits > 1 && b[whole] == '0' {
		return 0, 0
	}
	decimals := 0
	if i < len(b) && b[i] == '.' {
		i++
		from := i
		for ; i < len(b) && isDigit(b[i]); i++ {
			mantissa = mantissa*10 + uint64(b[i]-'0')
		}
		if decimals = i - from; decimals == 0 {
			return 0, 0
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' || digits+decimals > 19 {
		return slowNumber(b, i)
	}
	value = float64(mantissa) / powers[decimals]
	if negative {
		value = -value
	}
	return value, i
}

// slowNumber finishes a number with an exponent or with many digits; i is behind
// its decimals.
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

// notFiniteNumber reads a NaN or infinity whose letters begin at i.
func notFiniteNumber(b []byte, i int) (float64, int) {
	if n := nonFiniteAt(b[i:]); n > 0 {
		return math.NaN(), i + n
	}
	return 0, 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
