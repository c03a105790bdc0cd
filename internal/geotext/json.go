package geotext

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// A Rule says what besides the grammar of JSON a text has to keep.
type Rule int

// The rules.
const (
	AnyText   Rule = iota // nothing: an object may have a name twice, and text may be other than UTF-8
	ValidText             // text is UTF-8
	Strict                // text is UTF-8, and the names of an object are unique (RFC 7493)
)

var options = [...][]jsontext.Options{
	AnyText:   {jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)},
	ValidText: {jsontext.AllowDuplicateNames(true)},
	Strict:    {},
}

// An Error says where and why a text is not JSON.
type Error struct {
	Offset int    // in the given text
	What   string // what is wrong there
	Err    error  // jsontext's error if jsontext read the value, else nil
}

func (e *Error) Error() string { return fmt.Sprintf("%s at byte %d", e.What, e.Offset) }

// Members walks the object that begins at i and returns its end. It calls member with each unescaped name, the offset of the name's opening
// quote and the offset of the value; member returns the end of the value. The rule applies to the text of names; member has to find a name
// that stands twice.
func Members(text []byte, i int, rule Rule, member func(name []byte, at, value int) (end int, err error)) (end int, err error) {
	i = SkipSpace(text, i+1)
	if i < len(text) && text[i] == '}' {
		return i + 1, nil
	}
	for {
		at := i
		if i == len(text) || text[i] != '"' {
			return i, &Error{Offset: i, What: "a member name is missing"}
		}
		plain, ascii := words.PlainEnd(text, i+1)
		name := text[i+1 : plain]
		if i = plain + 1; plain == len(text) || text[plain] != '"' || !ascii && rule != AnyText {
			if i, err = Skip(text, at, rule); err != nil {
				return i, err
			}
			name, _ = jsontext.AppendUnquote(nil, text[at:i])
		}
		if i = SkipSpace(text, i); i == len(text) || text[i] != ':' {
			return i, &Error{Offset: i, What: "a colon is missing"}
		}
		if i, err = member(name, at, SkipSpace(text, i+1)); err != nil {
			return i, err
		}
		switch i = SkipSpace(text, i); {
		case i < len(text) && text[i] == ',':
			i = SkipSpace(text, i+1)
		case i < len(text) && text[i] == '}':
			return i + 1, nil
		default:
			return i, &Error{Offset: i, What: "a comma or } is missing"}
		}
	}
}

// Skip returns the end of the value that begins at i.
func Skip(text []byte, i int, rule Rule) (end int, err error) {
	if end := skipSimple(text, i, rule); end > 0 {
		return end, nil
	}
	if end := ValueEnd(text, i); end > i && jsontext.Value(text[i:end]).IsValid(options[rule]...) {
		return end, nil
	}
	return i, notValue(text, i, rule)
}

// skipSimple is Skip for values that need no decoder. It returns 0 for any other value, valid or not.
func skipSimple(text []byte, i int, rule Rule) (end int) {
	if i == len(text) {
		return 0
	}
	switch c := text[i]; {
	case c == '"':
		end, ascii := words.PlainEnd(text, i+1)
		if end < len(text) && text[end] == '"' && (ascii || rule == AnyText || utf8.Valid(text[i+1:end])) {
			return end + 1
		}
	case c == '-' || '0' <= c && c <= '9':
		if value, n := parseNumber(text[i:]); n > 0 && value == value {
			return i + n
		}
	case c == '[':
		var c Coordinates
		if end := c.read(text, i); c.Fault.Kind == 0 && c.Worst.Severity != NotFinite {
			return end
		}
	default:
		for _, literal := range [...]string{"null", "true", "false"} {
			if bytes.HasPrefix(text[i:], []byte(literal)) {
				return i + len(literal)
			}
		}
	}
	return 0
}

// notValue returns the error of the value that begins at i and is not JSON.
func notValue(text []byte, i int, rule Rule) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(text[i:]), options[rule]...)
	_, err := d.ReadValue()
	if err == nil {
		err = errors.New("the value does not end where its brackets do")
	}
	return &Error{Offset: i + int(d.InputOffset()), What: err.Error(), Err: err}
}

// ValueEnd returns the end of the value that begins at i, found by quotes and brackets alone, or the end of the text.
func ValueEnd(text []byte, i int) int {
	if i >= len(text) {
		return len(text)
	}
	f := words.NewFramer(text[i])
	n, _ := f.Scan(text[i:])
	return i + n
}

// SkipSpace returns the offset of the first byte from i on that is not white space.
func SkipSpace(text []byte, i int) int {
	for i < len(text) && IsSpace(text[i]) {
		i++
	}
	return i
}

// IsSpace reports whether c is white space in JSON.
func IsSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t'
}

// Describe names the kind of the JSON value that begins with c.
func Describe(c byte) string {
	switch c {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	case 'N', 'I', 'i':
		return "not a finite number"
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return "a number"
	}
	return fmt.Sprintf("%q", c)
}
