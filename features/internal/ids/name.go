// Package ids is what all formats share about ids: how a JSON value names a feature, and a [Set] that finds ids that occur twice.
package ids

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Name returns the id that a JSON value stands for: the content of a string, the spelling of a number (7120034520, 1.0,
// 9007199254740993). It is false for any other value, NaN and the infinities among them. The error is a string that is not
// JSON.
func Name(text []byte) (name string, ok bool, err error) {
	switch text[0] {
	case '"':
		if bytes.IndexByte(text, '\\') < 0 {
			return string(text[1 : len(text)-1]), true, nil
		}
		unquoted, err := jsontext.AppendUnquote(nil, text)
		return string(unquoted), err == nil, err
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if text[len(text)-1] != 'y' { // -Infinity
			return string(text), true, nil
		}
	}
	return "", false, nil
}

// A FieldError is a property that was asked for by name and that a feature does not have.
type FieldError struct {
	Field  string   // that was asked for
	Use    string   // what for, such as "take the id from"
	Fields []string // names of the properties that there are
}

// Error names the properties that there are, as far as they are not too many.
func (e *FieldError) Error() string {
	there := "there are no properties"
	if len(e.Fields) > 0 {
		there = "there are " + List(e.Fields)
	}
	return fmt.Sprintf("there is no property %q to %s; %s", e.Field, e.Use, there)
}

// Missing is a [FieldError] of the property that an id is taken from.
func Missing(field string, there []string) *FieldError {
	return &FieldError{field, "take the id from", there}
}

// List is the first dozen of names for a message that says what there is in place of an id.
func List(names []string) string {
	const most = 12
	if len(names) > most {
		names = append(slices.Clone(names[:most]), "…")
	}
	return strings.Join(names, ", ")
}
