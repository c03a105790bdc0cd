package wire

import (
	"math"
	"slices"
)

const (
	fewDecimals  = 7  // of a coordinate, a centimetre; tried first
	mostDecimals = 12 // what else is tried before strconv
	exactly      = 1 << 50
)

// powers are of ten, exact as float64 and as uint64.
var powers = [mostDecimals + 1]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12}

// appendDecimal appends f, finite, if it is a number of few decimals, spelt without an exponent; otherwise ok is false.
//
// If n/10^d, a division of two numbers that are exact as float64, gives f, then reading n at d decimals gives f too, for that is how
// it is read. While n stays far below 2^53, numbers of d decimals lie further apart than float64s, so that no other one reads as f:
// without its trailing zeros it is the shortest, which is what strconv finds on longer ways.
func appendDecimal(b []byte, f float64) (text []byte, ok bool) {
	abs := math.Abs(f)
	if abs != 0 && abs < smallestPlain {
		return b, false
	}
	decimals := fewDecimals
	n, ok := scaled(abs, decimals)
	if !ok {
		decimals = mostDecimals
		if n, ok = scaled(abs, decimals); !ok {
			return b, false
		}
	}
	unit := powers[decimals]
	whole := n / unit
	if fraction := n - whole*unit; fraction == 0 {
		n, decimals = whole, 0
	} else {
		for n%10 == 0 {
			n, decimals = n/10, decimals-1
		}
	}
	return appendScaled(b, math.Signbit(f), n, decimals), true
}

// scaled gives n with n/10^decimals exactly f, if there is one small enough to be told apart from its neighbours.
func scaled(f float64, decimals int) (n uint64, ok bool) {
	unit := float64(powers[decimals])
	product := f*unit + 0.5
	if !(product < exactly) {
		return 0, false
	}
	n = uint64(product)
	return n, float64(n)/unit == f
}

// appendScaled appends n/10^decimals, all decimals written out.
func appendScaled(b []byte, negative bool, n uint64, decimals int) []byte {
	const room = 24 // a sign, 16 digits, a point
	b = slices.Grow(b, room)
	start := len(b)
	if negative {
		b = append(b, '-')
		start++
	}
	digits := 1
	for digits < len(powers) && powers[digits] <= n {
		digits++
	}
	for m := n / powers[digits-1]; m >= 10; m /= 10 {
		digits++
	}
	if digits = max(digits, decimals+1); decimals == 0 {
		b = b[:start+digits]
		putDigits(b[start:], n)
		return b
	}
	b = b[:start+digits+1]
	whole := n / powers[decimals]
	point := start + digits - decimals
	putDigits(b[start:point], whole)
	b[point] = '.'
	putDigits(b[point+1:], n-whole*powers[decimals])
	return b
}

// putDigits fills all of b with the decimal digits of n.
func putDigits(b []byte, n uint64) {
	const pairs = "00010203040506070809" +
		"10111213141516171819" +
		"20212223242526272829" +
		"30313233343536373839" +
		"40414243444546474849" +
		"50515253545556575859" +
		"60616263646566676869" +
		"70717273747576777879" +
		"80818283848586878889" +
		"90919293949596979899"
	at := len(b)
	for at >= 2 {
		pair := n % 100 * 2
		n /= 100
		at -= 2
		b[at], b[at+1] = pairs[pair], pairs[pair+1]
	}
	if at == 1 {
		b[0] = byte('0' + n)
	}
}
