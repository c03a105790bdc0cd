package wire

import (
	"math"

	"github.com/go-json-experiment/json/jsontext"
)

// Number is a float64 that reads JSON null as NaN, never as 0, and writes NaN and infinities as null. The service sends null if its own
// number is not finite.
type Number float64

// IsNull reports whether the number is NaN or infinite, which is null in JSON.
func (n Number) IsNull() bool { return math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) }

// MarshalJSON writes the shortest number that reads back the same, or null.
func (n Number) MarshalJSON() ([]byte, error) { return AppendFloat(nil, float64(n)), nil }

// MarshalJSONTo is MarshalJSON for json v2.
func (n Number) MarshalJSONTo(e *jsontext.Encoder) error {
	return e.WriteValue(AppendFloat(nil, float64(n)))
}

// UnmarshalJSON reads a number or null.
func (n *Number) UnmarshalJSON(b []byte) error { return unmarshal(b, n) }

// UnmarshalJSONFrom is UnmarshalJSON for json v2.
func (n *Number) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	f, err := readNumber(d, "a number")
	if err != nil {
		return err
	}
	*n = Number(f)
	return nil
}
