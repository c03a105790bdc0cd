package wire

import "strings"

// timeParser reads the parts of a date-time from the front of rest. A part that does not fit sets failed.
type timeParser struct {
	rest   string
	failed bool
}

// digits reads exactly n decimal digits.
func (p *timeParser) digits(n int) int {
	if p.failed || len(p.rest) < n {
		p.failed = true
		return 0
	}
	v := 0
	for _, c := range []byte(p.rest[:n]) {
		if c < '0' || c > '9' {
			p.failed = true
			return 0
		}
		v = v*10 + int(c-'0')
	}
	p.rest = p.rest[n:]
	return v
}

// after reads the byte c and then n digits.
func (p *timeParser) after(c byte, n int) int {
	if p.failed || p.rest == "" || p.rest[0] != c {
		p.failed = true
		return 0
	}
	p.rest = p.rest[1:]
	return p.digits(n)
}

func (p *timeParser) peek(set string) bool {
	return !p.failed && p.rest != "" && strings.IndexByte(set, p.rest[0]) >= 0
}

func (p *timeParser) oneOf(set string) byte {
	if !p.peek(set) {
		p.failed = true
		return 0
	}
	c := p.rest[0]
	p.rest = p.rest[1:]
	return c
}

// fraction reads a separator and one or more digits as nanoseconds; digits past the ninth are dropped.
func (p *timeParser) fraction() int {
	p.oneOf(".,")
	nano, n := 0, 0
	for ; n < len(p.rest) && p.rest[n] >= '0' && p.rest[n] <= '9'; n++ {
		if n < 9 {
			nano = nano*10 + int(p.rest[n]-'0')
		}
	}
	if n == 0 {
		p.failed = true
		return 0
	}
	p.rest = p.rest[n:]
	for ; n < 9; n++ {
		nano *= 10
	}
	return nano
}

// zone reads Z, ±hh:mm, ±hhmm or ±hh:mm:ss as seconds east of UTC; no text is no zone.
func (p *timeParser) zone() (offset int, named bool) {
	if p.failed || p.rest == "" {
		return 0, false
	}
	switch sign := p.oneOf("Zz+-"); sign {
	case 'Z', 'z':
		return 0, true
	default:
		hours := p.digits(2)
		if p.peek(":") {
			p.oneOf(":")
		}
		minutes, seconds := p.digits(2), 0
		if p.peek(":") {
			seconds = p.after(':', 2)
		}
		if hours > 23 || minutes > 59 || seconds > 59 {
			p.failed = true
		}
		offset = hours*3600 + minutes*60 + seconds
		if sign == '-' {
			offset = -offset
		}
		return offset, true
	}
}
