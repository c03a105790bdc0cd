package geojson

import (
	"errors"
	"fmt"
)

// What ended a reading, for [errors.Is] on the error that [Read] yields
// or [Scan] returns.
var (
	ErrNotGeoJSON      = errors.New("not GeoJSON")        // malformed, cut, or another format
	ErrMissingID       = errors.New("missing id")         // no string or number where the id belongs
	ErrDuplicateID     = errors.New("duplicate id")       // two features with one id, compared as text
	ErrFeatureTooLarge = errors.New("feature too large")  // over Options.MaxFeatureBytes
	ErrLateCRS         = errors.New("crs after features") // features were yielded before their crs was known
)

// A ReadError says where an input went wrong.
type ReadError struct {
	Feature int   // position of the feature, from 0; -1 for the text around them
	Line    int   // line of the trouble, from 1; after decompression
	Offset  int64 // byte of the trouble, from 0; after decompression
	Err     error
}

// Error names the place, then what was wrong and what to do.
func (e *ReadError) Error() string {
	if e.Feature < 0 {
		return fmt.Sprintf("line %d, byte %d: %v", e.Line, e.Offset, e.Err)
	}
	return fmt.Sprintf("feature %d, line %d, byte %d: %v", e.Feature, e.Line, e.Offset, e.Err)
}

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Err }

// kindError is a text that belongs to one of the sentinels, or to another error besides, without repeating it.
type kindError struct {
	kind error
	text string
}

func (e *kindError) Error() string { return e.text }
func (e *kindError) Unwrap() error { return e.kind }

func notGeoJSON(format string, args ...any) error {
	return &kindError{ErrNotGeoJSON, fmt.Sprintf(format, args...)}
}

func duplicateID(id string, first, second int) error {
	return &kindError{ErrDuplicateID, fmt.Sprintf(
		"features %d and %d (counted from 0) have the same id %q; ids are compared as text and have to be unique", first, second, id)}
}
