package geotext

import "bytes"

// A framer finds the end of one JSON value in text that arrives in pieces. It
// follows strings and the brackets of the outermost kind, nothing else: whether
// the value is JSON is for jsontext, which gets it whole. In coordinates, where
// most of the bytes lie, it moves at the speed of bytes.IndexByte.
type Framer struct {
	open, close byte // brackets being counted; 0 for a scalar, '"' for a string
	depth       int
	inString    bool
}

// newFramer is a framer for the value that starts with the byte first.
func NewFramer(first byte) Framer {
	switch first {
	case '{':
		return Framer{open: '{', close: '}'}
	case '[':
		return Framer{open: '[', close: ']'}
	case '"':
		return Framer{open: '"'}
	}
	return Framer{}
}

// scan takes up to len(b) bytes and reports whether the value ended with them.
// The first call gets the value from its first byte, later ones what follows n.
// n may be less than len(b) without an end where a backslash waits for its pair.
func (f *Framer) Scan(b []byte) (n int, done bool) {
	switch f.open {
	case 0:
		if n := bytes.IndexAny(b, ",]}: \t\r\n\x1e"); n >= 0 {
			return n, true
		}
		return len(b), false
	case '"':
		if f.depth == 0 && len(b) > 0 { // the opening quote
			f.depth, n = 1, 1
		}
		k, done := stringEnd(b[n:])
		return n + k, done
	}
	for n < len(b) {
		if f.inString {
			k, done := stringEnd(b[n:])
			n += k
			if !done {
				return n, false
			}
			f.inString = false
			continue
		}
		plain := b[n:]
		quote := bytes.IndexByte(plain, '"')
		if quote >= 0 {
			plain = plain[:quote]
		}
		if k, done := f.count(plain); done {
			return n + k, true
		}
		n += len(plain)
		if quote >= 0 {
			n++
			f.inString = true
		}
	}
	return n, false
}

// count follows the brackets in b, which holds no strings, to the one that
// closes the value.
func (f *Framer) count(b []byte) (n int, done bool) {
	for {
		k := bytes.IndexByte(b[n:], f.close)
		if k < 0 {
			f.depth += bytes.Count(b[n:], []byte{f.open})
			return len(b), false
		}
		f.depth += bytes.Count(b[n:n+k], []byte{f.open}) - 1
		n += k + 1
		if f.depth <= 0 {
			return n, true
		}
	}
}

// stringEnd finds the end of a string behind its opening quote: n bytes with the
// closing quote, if done. Otherwise n stops before an unpaired backslash.
func stringEnd(b []byte) (n int, done bool) {
	for {
		k := bytes.IndexByte(b[n:], '"')
		if k < 0 {
			return len(b) - backslashes(b)%2, false
		}
		n += k + 1
		if backslashes(b[:n-1])%2 == 0 {
			return n, true
		}
	}
}

// backslashes counts those that b ends with.
func backslashes(b []byte) int {
	return len(b) - len(bytes.TrimRight(b, `\`))
}
