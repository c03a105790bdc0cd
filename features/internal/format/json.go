package format

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Null is the value of a property that is absent.
var Null = json.RawMessage("null")

var errUTF8 = errors.New("text that is not UTF-8")

// Text is a text as a JSON string. It is an error if the text is not UTF-8.
func Text[T string | []byte](text T) (json.RawMessage, error) {
	b, err := jsontext.AppendQuote(make([]byte, 0, len(text)+2), text)
	if err != nil {
		return nil, errUTF8
	}
	return b, nil
}

// Integer is a number without a fraction, every digit of it.
func Integer(i int64) json.RawMessage { return strconv.AppendInt(nil, i, 10) }

// Number is a number in the shortest form that reads back as the same float of that many bits, 32 or 64. NaN is null; the
// infinities, which JSON lacks, are the texts "Infinity" and "-Infinity".
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
