package wire

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Value is what an extraction computed: a number in the result's units, a class distribution, or null.
// The zero Value is null. Null is an answer ("there is no value here"), never 0.
type Value struct {
	kind    valueKind
	number  float64
	classes []Class // sorted by name, names unique
}

type valueKind uint8

const (
	null valueKind = iota
	number
	distribution
)

// Class is one class of a distribution: its code or name as the service spells it ("0", "forêt") and its share of the pixels, 0 to 1. A
// share that the service sends as null is NaN.
type Class struct {
	Name     string  // code or name of the class
	Fraction float64 // share of the pixels, 0 to 1 or NaN
}

// NumberValue returns the Value of a number. NaN and infinities become null, as in the service.
func NumberValue(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{kind: number, number: f}
}

// DistributionValue returns the Value of a class distribution. The keys are class codes or names, the values shares from 0 to 1. A NaN
// share is written as null. A nil map is an empty distribution, which is not null.
func DistributionValue(shares map[string]float64) Value {
	classes := make([]Class, 0, len(shares))
	for name, share := range shares {
		classes = append(classes, Class{Name: name, Fraction: share})
	}
	slices.SortFunc(classes, byName)
	return Value{kind: distribution, classes: classes}
}

// ClassesValue returns the Value of a class distribution with these classes, in any order. It keeps and sorts the slice; a name that
// occurs twice is an error.
func ClassesValue(classes []Class) (Value, error) {
	if !slices.IsSortedFunc(classes, byName) {
		slices.SortFunc(classes, byName)
	}
	for i := 1; i < len(classes); i++ {
		if classes[i].Name == classes[i-1].Name {
			return Value{}, fmt.Errorf("wire: class %q occurs twice in a distribution", classes[i].Name)
		}
	}
	if classes == nil {
		classes = []Class{} // so that equal values are deeply equal
	}
	return Value{kind: distribution, classes: classes}, nil
}

func byName(a, b Class) int { return strings.Compare(a.Name, b.Name) }

// IsNull reports whether there is no value.
func (v Value) IsNull() bool { return v.kind == null }

// Float64 returns the number, in the units of the result. It returns false if the value is null or a distribution.
func (v Value) Float64() (float64, bool) { return v.number, v.kind == number }

// Distribution returns the share (0 to 1) of each class code or name, in a new map. It returns false if the value is null or a number.
// A share that the service sends as null is NaN. The service rounds shares to 4 digits, so their sum is only nearly 1.
func (v Value) Distribution() (map[string]float64, bool) {
	if v.kind != distribution {
		return nil, false
	}
	shares := make(map[string]float64, len(v.classes))
	for _, c := range v.classes {
		shares[c.Name] = c.Fraction
	}
	return shares, true
}

// Classes returns the classes of a distribution, sorted by name, in a new slice. For a number or null it returns none.
func (v Value) Classes() []Class { return slices.Clone(v.classes) }

// NumClasses returns the number of classes of a distribution, 0 for a number or null.
func (v Value) NumClasses() int { return len(v.classes) }

// Class returns the i-th class of a distribution in the order of their names, i from 0. With it, a loop over the classes needs no copy.
func (v Value) Class(i int) Class { return v.classes[i] }

// String returns the JSON of the value: 388, {"0":0.25,"1":0.75} or null.
func (v Value) String() string { return string(v.AppendJSON(nil)) }

// AppendJSON appends the JSON of the value, classes sorted by name.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.kind {
	case number:
		return AppendFloat(b, v.number)
	case distribution:
		b = append(b, '{')
		for i, c := range v.classes {
			if i > 0 {
				b = append(b, ',')
			}
			b, _ = jsontext.AppendQuote(b, c.Name) // its only error is invalid UTF-8, which it replaces
			b = AppendFloat(append(b, ':'), c.Fraction)
		}
		return append(b, '}')
	default:
		return append(b, "null"...)
	}
}

// MarshalJSON writes a number, an object of shares or null.
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// MarshalJSONTo is MarshalJSON for json v2.
func (v Value) MarshalJSONTo(e *jsontext.Encoder) error { return e.WriteValue(v.AppendJSON(nil)) }

// UnmarshalJSON reads a number, an object of numbers or nulls, or null; anything else is an error.
func (v *Value) UnmarshalJSON(b []byte) error { return unmarshal(b, v) }

// UnmarshalJSONFrom is UnmarshalJSON for json v2.
func (v *Value) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '{' {
		return v.readDistribution(d)
	}
	text, err := d.ReadValue()
	if err != nil {
		return err
	}
	switch text.Kind() {
	case '0':
		f, err := ParseFloat(text)
		if err != nil {
			return err
		}
		*v = Value{kind: number, number: f}
	case 'n':
		*v = Value{}
	default:
		return kindError("a value", "a number, an object of shares or null", text)
	}
	return nil
}

func (v *Value) readDistribution(d *jsontext.Decoder) error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	classes := []Class{}
	for d.PeekKind() != '}' {
		quoted, err := d.ReadValue()
		if err != nil {
			return err
		}
		name, err := jsontext.AppendUnquote(nil, quoted) // refuses invalid UTF-8, even if an option of the decoder allows it
		if err != nil {
			return err
		}
		c := Class{Name: string(name)}
		if c.Fraction, err = readNumber(d, "a share of a distribution"); err != nil {
			return err
		}
		classes = append(classes, c)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	parsed, err := ClassesValue(classes)
	if err != nil {
		return err
	}
	*v = parsed
	return nil
}
