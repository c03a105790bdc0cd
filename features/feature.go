package features

import "encoding/json"

// A Feature is one geometry to extract attributes for, with its id and properties.
type Feature struct {
	// ID is the feature's id as text. For a JSON string it is the content, for a number the spelling in the input (7120034520, 1.0,
	// 9007199254740993).
	ID string
	// Geometry is the text of the geometry as it was read, byte for byte. It is nil if the feature has no geometry member, and may be
	// the text "null". A bare NaN or Infinity, which is not JSON, is kept as it was written; package preflight refuses it.
	Geometry json.RawMessage
	// Properties holds the raw values of the properties in [Options.Keep]; nil if there are none.
	Properties map[string]json.RawMessage
	// Index is the position in the input, counted from 0.
	Index int
	// CRS names the reference system of the geometry if it is not WGS 84 longitude and latitude and could not be converted. Package
	// preflight refuses such a feature.
	CRS string
	// Err is what is wrong with the feature, apart from its geometry, such as a row with too few cells. Package preflight refuses the
	// feature with this error.
	Err error
}
