package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/encoding/charmap"
)

// Null is the value of a missing property.
var Null = json.RawMessage("null")

var errUTF8 = errors.New("text that is not UTF-8")

// Text returns text as a JSON string. If the text is not UTF-8, it returns null and an error.
func Text[T string | []byte](text T) (json.RawMessage, error) {
	b, err := jsontext.AppendQuote(make([]byte, 0, len(text)+2), text)
	if err != nil {
		return Null, errUTF8
	}
	return b, nil
}

// Integer returns an integer with all its digits.
func Integer(i int64) json.RawMessage { return strconv.AppendInt(nil, i, 10) }

// Number returns a number in the shortest form that reads back as the same float of that many bits, 32 or 64. NaN is null; the
// infinities, which JSON does not have, are the texts "Infinity" and "-Infinity".
func Number(f float64, bits int) json.RawMessage {
	switch size := math.Abs(f); {
	case f != f:
		return Null
	case math.IsInf(f, 1):
		return json.RawMessage(`"Infinity"`)
	case math.IsInf(f, -1):
		return json.RawMessage(`"-Infinity"`)
	case size != 0 && (size < 1e-6 || size >= 1e21):
		return strconv.AppendFloat(nil, f, 'e', -1, bits)
	default:
		return strconv.AppendFloat(nil, f, 'f', -1, bits)
	}
}

// AppendValue appends a text from a format without types, such as CSV, as JSON: null if it is empty, a number if [IsNumber] says
// that nothing is lost, else a string.
func AppendValue(b, text []byte) []byte {
	switch {
	case len(text) == 0:
		return append(b, "null"...)
	case IsNumber(text):
		return append(b, text...)
	}
	return AppendString(b, text)
}

// AppendString appends a text as a JSON string. Text that is not UTF-8 is read as Windows-1252.
func AppendString(b, text []byte) []byte {
	b, err := jsontext.AppendQuote(b, UTF8(text))
	if err != nil {
		panic(err) // the only error is text that is not UTF-8
	}
	return b
}

// UTF8 returns text unchanged if it is UTF-8; otherwise it decodes it as Windows-1252.
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

// IsNumber reports whether text is a JSON number that is a quantity or a plain id. Text that only looks like a number is none: with
// leading zeros (00123), an integer of more than 18 digits, which int64 may not hold, and a code such as 12E5, whose exponent has
// neither a sign nor a decimal point before it.
func IsNumber(text []byte) bool {
	s := bytes.TrimPrefix(text, []byte("-"))
	whole := Digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	s = s[whole:]
	if len(s) == 0 {
		return whole <= 18
	}
	point := s[0] == '.'
	if point {
		n := Digits(s[1:])
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
	return point && len(s) > 0 && Digits(s) == len(s)
}

// Digits returns how many digits s begins with.
func Digits[T string | []byte](s T) int {
	n := 0
	for n < len(s) && s[n]-'0' < 10 {
		n++
	}
	return n
}

// Unique returns name, with the first of the endings _1, _2, … that makes it different from all names taken.
func Unique(name string, taken []string) string {
	unique := name
	for n := 1; slices.Contains(taken, unique); n++ {
		unique = fmt.Sprintf("%s_%d", name, n)
	}
	return unique
}

// List joins names for a message that shows at most so many.
func List(names []string, most int) string {
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// Shorten cuts a text for a message after so many bytes.
func Shorten(text string, most int) string {
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}
