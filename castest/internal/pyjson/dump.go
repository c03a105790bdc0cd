package pyjson

import (
	"bytes"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// ErrUnencodable is a value that the service's strict encoder refuses: a number
// that is not finite, or a lone surrogate.
var ErrUnencodable = errors.New("pyjson: unencodable")

// Append appends the value as the service writes JSON: no blanks, text in UTF-8.
func (v Value) Append(b []byte) ([]byte, error) {
	d := dumper{strict: true, comma: ",", colon: ":"}
	b = d.value(b, v)
	return b, d.err
}

// AppendSorted appends the value as json.dumps(…, sort_keys=True) writes it:
// blanks after commas and colons, text in ASCII, names sorted.
func (v Value) AppendSorted(b []byte) []byte {
	d := dumper{comma: ", ", colon: ": "}
	return d.value(b, v)
}

// dumper writes in one of the two styles; strict is the service's.
type dumper struct {
	strict       bool
	comma, colon string
	err          error
}

func (d *dumper) value(b []byte, v Value) []byte {
	switch v.Kind() {
	case Int:
		if raw := v.Raw(); string(raw) != "-0" {
			return append(b, raw...)
		}
		return append(b, '0')
	case Float:
		return d.float(b, v)
	case String:
		return d.string(b, v)
	case Array:
		b = append(b, '[')
		first := true
		for item := range v.Items() {
			if !first {
				b = append(b, d.comma...)
			}
			first = false
			b = d.value(b, item)
		}
		return append(b, ']')
	case Object:
		return d.object(b, v)
	default:
		return append(b, v.Raw()...)
	}
}

// object writes members as a Python dict holds them: a name that occurs again
// keeps its place and takes the last value.
func (d *dumper) object(b []byte, v Value) []byte {
	values := map[string]Value{}
	var names []string
	for name, value := range v.pairs() {
		text := name.Text()
		if _, seen := values[text]; !seen {
			names = append(names, text)
		}
		values[text] = value
	}
	if !d.strict {
		names = slices.Sorted(maps.Keys(values))
	}
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, d.comma...)
		}
		b = d.text(b, name)
		b = append(b, d.colon...)
		b = d.value(b, values[name])
	}
	return append(b, '}')
}

func (d *dumper) string(b []byte, v Value) []byte {
	if raw := v.inner(); d.strict && !v.doc.broken && bytes.IndexByte(raw, '\\') < 0 {
		return append(append(append(b, '"'), raw...), '"')
	}
	return d.text(b, v.Text())
}

func (d *dumper) text(b []byte, text string) []byte {
	if !d.strict {
		return appendASCII(b, text)
	}
	if !utf8.ValidString(text) {
		d.err = ErrUnencodable
	}
	return AppendString(b, text)
}

func (d *dumper) float(b []byte, v Value) []byte {
	raw := v.Raw()
	if isShortest(raw) {
		return append(b, raw...)
	}
	f := v.Float()
	switch {
	case !math.IsNaN(f) && !math.IsInf(f, 0):
		return AppendFloat(b, f)
	case d.strict:
		d.err = ErrUnencodable
		return append(b, "null"...)
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case f < 0:
		return append(b, "-Infinity"...)
	default:
		return append(b, "Infinity"...)
	}
}

// isShortest reports whether a float is surely spelt as Python spells it: plain
// decimals of at most 15 digits, which a float64 always tells apart, without a
// zero at the end, and far from where exponents begin.
func isShortest(raw []byte) bool {
	if raw[0] == '-' {
		raw = raw[1:]
	}
	point := bytes.IndexByte(raw, '.')
	if point < 1 || raw[0] == '0' || len(raw) > 16 || bytes.ContainsAny(raw, "eE") {
		return false
	}
	return raw[len(raw)-1] != '0' || len(raw) == point+2
}

// AppendFloat appends a finite number as Python's repr spells it: with a point
// or an exponent, always.
func AppendFloat(b []byte, f float64) []byte {
	if abs := math.Abs(f); abs != 0 && (abs < 1e-4 || abs >= 1e16) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	if bytes.IndexByte(b[start:], '.') < 0 {
		b = append(b, ".0"...)
	}
	return b
}

// AppendString appends text as a JSON string in UTF-8.
func AppendString(b []byte, text string) []byte {
	b = append(b, '"')
	for {
		plain := 0
		for plain < len(text) && text[plain] >= 0x20 && text[plain] != '"' && text[plain] != '\\' {
			plain++
		}
		b = append(b, text[:plain]...)
		if plain == len(text) {
			return append(b, '"')
		}
		b = appendEscape(b, text[plain])
		text = text[plain+1:]
	}
}

func appendEscape(b []byte, c byte) []byte {
	if short := shortEscapes[c]; short != 0 {
		return append(b, '\\', short)
	}
	return appendHex(b, rune(c))
}

var shortEscapes = [256]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}

func appendHex(b []byte, unit rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[unit>>12&15], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
}

// appendASCII appends text as a JSON string in ASCII.
func appendASCII(b []byte, text string) []byte {
	b = append(b, '"')
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if size == 1 && isSurrogate([]byte(text[:min(3, len(text))])) {
			r, size = rune(text[0]&0xf)<<12|rune(text[1]&0x3f)<<6|rune(text[2]&0x3f), 3
		}
		text = text[size:]
		switch {
		case r >= 0x10000:
			r -= 0x10000
			b = appendHex(appendHex(b, 0xd800+r>>10), 0xdc00+r&0x3ff)
		case r > 0x7e:
			b = appendHex(b, r)
		case r < 0x20 || r == '"' || r == '\\':
			b = appendEscape(b, byte(r))
		default:
			b = append(b, byte(r))
		}
	}
	return append(b, '"')
}
