package pyjson

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// ErrUndecodable is a body on which json.loads fails otherwise than by a syntax
// error: bytes that are no text, nesting beyond Python's stack, an integer of
// more than 4300 digits.
var ErrUndecodable = errors.New("pyjson: undecodable")

// decode gives body as UTF-8, in which lone surrogates (which Python lets pass)
// stand as the three bytes that UTF-8 forbids; broken tells whether there are any.
func decode(body []byte) (text []byte, broken bool, err error) {
	switch encoding, rest := detect(body); encoding {
	case utf8Text:
		if utf8.Valid(rest) {
			return rest, false, nil
		}
		if !validWithSurrogates(rest) {
			return nil, false, ErrUndecodable
		}
		return rest, true, nil
	case utf16BE:
		return decode16(rest, binary.BigEndian)
	case utf16LE:
		return decode16(rest, binary.LittleEndian)
	case utf32BE:
		return decode32(rest, binary.BigEndian)
	default:
		return decode32(rest, binary.LittleEndian)
	}
}

type encoding int

const (
	utf8Text encoding = iota
	utf16BE
	utf16LE
	utf32BE
	utf32LE
)

// detect tells the encoding as json.detect_encoding does, by a byte order mark,
// which it takes off, or by where the first zero bytes are.
func detect(b []byte) (encoding, []byte) {
	for _, mark := range []struct {
		bytes    string
		encoding encoding
	}{
		{"\x00\x00\xfe\xff", utf32BE}, {"\xff\xfe\x00\x00", utf32LE}, // before the shorter ones that they begin with
		{"\xfe\xff", utf16BE}, {"\xff\xfe", utf16LE}, {"\xef\xbb\xbf", utf8Text},
	} {
		if rest, found := bytes.CutPrefix(b, []byte(mark.bytes)); found {
			return mark.encoding, rest
		}
	}
	switch {
	case len(b) >= 4 && b[0] == 0 && b[1] == 0:
		return utf32BE, b
	case len(b) >= 4 && b[0] == 0:
		return utf16BE, b
	case len(b) >= 4 && b[1] == 0 && b[2] == 0 && b[3] == 0:
		return utf32LE, b
	case len(b) >= 4 && b[1] == 0:
		return utf16LE, b
	case len(b) == 2 && b[0] == 0:
		return utf16BE, b
	case len(b) == 2 && b[1] == 0:
		return utf16LE, b
	}
	return utf8Text, b
}

func decode16(b []byte, order binary.ByteOrder) (text []byte, broken bool, err error) {
	if len(b)%2 != 0 {
		return nil, false, ErrUndecodable
	}
	for len(b) > 0 {
		r := rune(order.Uint16(b))
		b = b[2:]
		if utf16.IsSurrogate(r) {
			if len(b) > 0 {
				if pair := utf16.DecodeRune(r, rune(order.Uint16(b))); pair != utf8.RuneError {
					text, b = utf8.AppendRune(text, pair), b[2:]
					continue
				}
			}
			broken = true
		}
		text = appendRune(text, r)
	}
	return text, broken, nil
}

func decode32(b []byte, order binary.ByteOrder) (text []byte, broken bool, err error) {
	if len(b)%4 != 0 {
		return nil, false, ErrUndecodable
	}
	for ; len(b) > 0; b = b[4:] {
		code := order.Uint32(b)
		if code > utf8.MaxRune {
			return nil, false, ErrUndecodable
		}
		broken = broken || utf16.IsSurrogate(rune(code))
		text = appendRune(text, rune(code))
	}
	return text, broken, nil
}

// validWithSurrogates is utf8.Valid that lets surrogates pass.
func validWithSurrogates(b []byte) bool {
	for len(b) > 0 {
		if isSurrogate(b) {
			b = b[3:]
			continue
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			return false
		}
		b = b[size:]
	}
	return true
}

// isSurrogate reports whether b begins with a surrogate in three bytes.
func isSurrogate(b []byte) bool {
	return len(b) >= 3 && b[0] == 0xed && b[1] >= 0xa0 && b[1] <= 0xbf && b[2] >= 0x80 && b[2] <= 0xbf
}

// appendRune is utf8.AppendRune that writes surrogates in three bytes.
func appendRune(b []byte, r rune) []byte {
	if utf16.IsSurrogate(r) {
		return append(b, 0xed, byte(0x80|(r>>6)&0x3f), byte(0x80|r&0x3f))
	}
	return utf8.AppendRune(b, r)
}
