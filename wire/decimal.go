package wire

import "math"

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
	if math.Signbit(f) {
		b = append(b, '-')
	}
	unit := powers[decimals]
	whole := n / unit
	b = appendDigits(b, whole, 1)
	fraction := n - whole*unit
	if fraction == 0 {
		return b, true
	}
	if fraction%10000 == 0 {
		fraction, decimals = fraction/10000, decimals-4
	}
	for fraction%10 == 0 {
		fraction, decimals = fraction/10, decimals-1
	}
	return appendDigits(append(b, '.'), fraction, decimals), true
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

// appendDigits appends n with at least so many digits.
func appendDigits(b []byte, n uint64, width int) []byte {
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
	var digits [20]byte
	at := len(digits)
	for n >= 10 {
		pair := n % 100 * 2
		n /= 100
		at -= 2
		digits[at], digits[at+1] = pairs[pair], pairs[pair+1]
	}
	if n > 0 || at == len(digits) {
		at--
		digits[at] = byte('0' + n)
	}
	for len(digits)-at < width {
		at--
		digits[at] = '0'
	}
	return append(b, digits[at:]...)
}
