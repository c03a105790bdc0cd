package wire

import "github.com/go-json-experiment/json/jsontext"

// Range is a lower and an upper bound, both inclusive, in the units of the value. A bound that the service sends as null is NaN.
type Range [2]float64

// Contains reports whether f lies within the bounds; a NaN bound does not limit.
func (r Range) Contains(f float64) bool { return !(f < r[0]) && !(f > r[1]) }

// MarshalJSON writes a JSON array of two numbers.
func (r Range) MarshalJSON() ([]byte, error) { return r.appendJSON(nil), nil }

// MarshalJSONTo is MarshalJSON for json v2.
func (r Range) MarshalJSONTo(e *jsontext.Encoder) error { return e.WriteValue(r.appendJSON(nil)) }

func (r Range) appendJSON(b []byte) []byte {
	b = AppendFloat(append(b, '['), r[0])
	b = AppendFloat(append(b, ','), r[1])
	return append(b, ']')
}

// UnmarshalJSON reads an array of exactly two numbers.
func (r *Range) UnmarshalJSON(b []byte) error { return unmarshal(b, r) }

// UnmarshalJSONFrom is UnmarshalJSON for json v2.
func (r *Range) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	const want = "an array of two numbers"
	if d.PeekKind() != '[' {
		v, err := d.ReadValue()
		if err != nil {
			return err
		}
		return kindError("a range", want, v)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	var bounds Range
	for i := range bounds {
		f, err := readNumber(d, "a bound of a range")
		if err != nil {
			return err
		}
		bounds[i] = f
	}
	if d.PeekKind() != ']' {
		v, err := d.ReadValue()
		if err != nil {
			return err
		}
		return kindError("a range", want+" (a third follows)", v)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	*r = bounds
	return nil
}
