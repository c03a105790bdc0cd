package jsonread

import (
	"strconv"

	"github.com/community-attribute-service/cas-go/wire"
)

// Float reads a number as the nearest float64; null is 0.
func (r *Reader) Float() float64 {
	if r.peek() == 'n' {
		r.null()
		return 0
	}
	return r.number("wants a number")
}

// Bool reads true or false; null is false.
func (r *Reader) Bool() bool {
	switch r.peek() {
	case 'n':
		r.null()
	case 't':
		r.literal("true")
		return !r.stopped
	case 'f':
		r.literal("false")
	default:
		r.fail("wants true or false")
	}
	return false
}

// Int reads an integer of so many bits; null is 0. A fraction or an exponent is an error, even if the number is whole.
func (r *Reader) Int(bits int) int64 {
	const most = 18 // digits that always fit
	c := r.peek()   // before start, because peek skips blanks
	start := r.pos
	switch c {
	case 'n':
		r.null()
		return 0
	case '-':
		r.pos++
	}
	digits := r.pos
	var n int64
	for r.pos < len(r.text) && r.text[r.pos]-'0' <= 9 && r.pos-digits <= maxNumber {
		if r.pos-digits < most {
			n = n*10 + int64(r.text[r.pos]-'0')
		}
		r.pos++
	}
	count := r.pos - digits
	switch {
	case r.stopped:
		return 0
	case count > maxNumber:
		r.pos = start
		r.fail(longNumber)
		return 0
	case r.pos == len(r.text) && r.more:
		r.cut()
		return 0
	case count == 0, count > 1 && r.text[digits] == '0', r.pos < len(r.text) && isFraction(r.text[r.pos]):
		r.pos = start
		r.fail("wants an integer")
		return 0
	case count > most || bits < 64:
		wide, err := strconv.ParseInt(string(r.text[start:r.pos]), 10, bits)
		if err != nil {
			r.pos = start
			r.fail("the integer is too large")
			return 0
		}
		return wide
	case digits > start:
		return -n
	default:
		return n
	}
}

func isFraction(c byte) bool { return c == '.' || c == 'e' || c == 'E' }

// powersOfTen holds the powers of ten that are exact as float64.
var powersOfTen = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
	1e20, 1e21, 1e22,
}

// number reads a number. If there is none, what is the error.
func (r *Reader) number(what string) float64 {
	start := r.pos
	text, pos := r.text[:min(len(r.text), start+maxNumber)], start
	negative := pos < len(text) && text[pos] == '-'
	if negative {
		pos++
	}
	digits := pos
	var mantissa uint64
	for pos < len(text) && text[pos]-'0' <= 9 {
		mantissa = mantissa*10 + uint64(text[pos]-'0')
		pos++
	}
	count, decimals := pos-digits, 0
	if count == 0 || count > 1 && text[digits] == '0' {
		return r.noNumber(pos, what)
	}
	if pos < len(text) && text[pos] == '.' {
		pos++
		fraction := pos
		for pos < len(text) && text[pos]-'0' <= 9 {
			mantissa = mantissa*10 + uint64(text[pos]-'0')
			pos++
		}
		if decimals = pos - fraction; decimals == 0 {
			return r.noNumber(pos, what)
		}
	}
	exponent := pos < len(text) && (text[pos] == 'e' || text[pos] == 'E')
	if exponent {
		pos++
		if pos < len(text) && (text[pos] == '+' || text[pos] == '-') {
			pos++
		}
		power := pos
		for pos < len(text) && text[pos]-'0' <= 9 {
			pos++
		}
		if pos == power {
			return r.noNumber(pos, what)
		}
	}
	if pos == len(text) && (r.more || pos < len(r.text)) {
		return r.noNumber(pos, what)
	}
	r.pos = pos
	// Up to 19 digits do not overflow the mantissa. A mantissa and a power of ten that are both exact give the nearest float64 by
	// one division, which IEEE 754 rounds correctly (Clinger's fast path).
	if !exponent && count+decimals <= 19 && mantissa <= 1<<53 && decimals < len(powersOfTen) {
		f := float64(mantissa) / powersOfTen[decimals]
		if negative {
			f = -f
		}
		return f
	}
	f, err := wire.ParseFloat(text[start:pos])
	if err != nil {
		r.pos = start
		r.fail("the number is too large")
		return 0
	}
	return f
}

// noNumber notes the error of a number that is wrong at pos.
func (r *Reader) noNumber(pos int, what string) float64 {
	switch {
	case pos >= len(r.text):
		r.cut()
	case pos-r.pos >= maxNumber:
		r.fail(longNumber)
	default:
		r.fail(what)
	}
	return 0
}
