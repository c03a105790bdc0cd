package features

import "encoding/json"

// A Feature is one thing to ask about: a geometry and what names it.
type Feature struct {
	// ID is the feature's id as text. A JSON string gives its content, a number
	// its spelling in the input (7120034520, 1.0, 9007199254740993).
	ID string
	// Geometry is the text of the geometry as it was read, byte for byte. It is
	// nil where the feature has no geometry member, and may be the text "null".
	// A geometry with a bare NaN or Infinity is kept as it was written, which is
	// not JSON; [Preflight] refuses it.
	Geometry json.RawMessage
	// Properties holds the raw values of the properties that were asked for with
	// [ReadOptions.Keep]; nil where there are none.
	Properties map[string]json.RawMessage
	// Index is the position in the input, counted from 0.
	Index int
	// CRS names the reference system that the geometry is in, where it is not WGS 84 longitude and latitude and could not
	// be converted: preflight refuses such a feature.
	CRS string
	// Err is what is wrong with the feature besides its geometry, such as a row with too few cells. Preflight refuses the
	// feature with it.
	Err error
}
