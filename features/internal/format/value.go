package format

import (
	"bytes"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/encoding/charmap"
)

// AppendValue appends a text from a format without types, such as CSV, as JSON: a number if that loses nothing, else a
// string; null if it is empty. See [IsNumber].
func AppendValue(b, text []byte) []byte {
	switch {
	case len(text) == 0:
		return append(b, "null"...)
	case IsNumber(text):
		return append(b, text...)
	}
	return AppendString(b, text)
}

// AppendString appends a text as a JSON string. Text that is not UTF-8 is taken for Windows-1252.
func AppendString(b, text []byte) []byte {
	b, err := jsontext.AppendQuote(b, UTF8(text))
	if err != nil {
		panic(err) // it reports text that is not UTF-8, and nothing else
	}
	return b
}

// UTF8 gives text as it is if it is UTF-8, else what it means in Windows-1252.
func UTF8(text []byte) []byte {
	if utf8.Valid(text) {
		return text
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(text)
	if err != nil {
		return bytes.ToValidUTF8(text, []byte("\uFFFD"))
	}
	return decoded
}

// IsNumber reports whether text is a JSON number that stands for a quantity or a plain id. What is meant as text is none:
// leading zeros (00123), integers of more than 18 digits, which int64 may not hold, and codes such as 12E5, an exponent with
// neither a sign nor a point before it.
func IsNumber(text []byte) bool {
	s := bytes.TrimPrefix(text, []byte("-"))
	whole := digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	s = s[whole:]
	if len(s) == 0 {
		return whole <= 18
	}
	point := s[0] == '.'
	if point {
		n := digits(s[1:])
		if n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if len(s) == 0 {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = s[1:]
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		s, point = s[1:], true
	}
	return point && len(s) > 0 && digits(s) == len(s)
}

// digits counts the digits that s begins with.
func digits(s []byte) int {
	n := 0
	for n < len(s) && s[n]-'0' < 10 {
		n++
	}
	return n
}
