// Package ids is what all formats share about ids: the id that a JSON value stands for, the errors, and a [Set] that finds ids that
// occur twice.
package ids

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// The errors of ids, for errors.Is.
var (
	ErrMissing   = errors.New("missing id")   // the id is missing, or is neither a string nor a number
	ErrDuplicate = errors.New("duplicate id") // two features with one id, compared as text
)

// Name returns the id that a JSON value stands for: the content of a string, or the spelling of a number (7120034520, 1.0,
// 9007199254740993). ok is false for any other value, such as NaN and the infinities. The error is a string that is not JSON.
func Name(text []byte) (name string, ok bool, err error) {
	if len(text) == 0 {
		return "", false, nil
	}
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

// useAsID is the Use of a [FieldError] that is an [ErrMissing] too.
const useAsID = "take the id from"

// A FieldError is a property that was asked for by name and that a feature does not have.
type FieldError struct {
	Field  string   // the name
	Use    string   // what the property is for, such as "take the id from"
	Fields []string // names of the properties that the feature has
}

// Error names the first of the properties that the feature has.
func (e *FieldError) Error() string {
	there := "there are no properties"
	if len(e.Fields) > 0 {
		there = "there are " + format.List(e.Fields, 12)
	}
	return fmt.Sprintf("there is no property %q to %s; %s", e.Field, e.Use, there)
}

// Unwrap returns [ErrMissing] if the property would hold the id.
func (e *FieldError) Unwrap() error {
	if e.Use == useAsID {
		return ErrMissing
	}
	return nil
}

// Missing returns the [FieldError] of a property that would hold the id.
func Missing(field string, fields []string) *FieldError { return &FieldError{field, useAsID, fields} }

// Duplicate is the text of an [ErrDuplicate] of two features, by their positions.
func Duplicate(id string, first, second int) string {
	return fmt.Sprintf("features %d and %d (counted from 0) have the same id %q; ids are compared as text and have to be unique", first, second, id)
}
