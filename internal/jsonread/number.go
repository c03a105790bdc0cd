package jsonread

import (
	"math"
	"strconv"

	"github.com/community-attribute-service/cas-go/internal/words"
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

// number reads a number. If there is none, what is the error.
func (r *Reader) number(what string) float64 {
	text := r.text[r.pos:min(len(r.text), r.pos+maxNumber+1)]
	f, n := words.ParseNumber(text)
	length := n
	if n == 0 {
		length = numberLength(text)
	}
	switch {
	case length > maxNumber:
		r.fail(longNumber)
	case r.pos+length == len(r.text) && (r.more || n == 0):
		r.cut()
	case n == 0:
		r.fail(what)
	case math.IsInf(f, 0):
		r.fail("the number is too large")
	default:
		r.pos += n
		return f
	}
	return 0
}
