// Package ids is what all formats share about ids: how a JSON value names a feature, and a [Set] that finds ids that occur twice.
package ids

import (
	"bytes"
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

// List is the first dozen of names for a message that says what there is in place of an id.
func List(names []string) string {
	const most = 12
	if len(names) > most {
		names = append(slices.Clone(names[:most]), "…")
	}
	return strings.Join(names, ", ")
}
