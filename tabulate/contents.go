package tabulate

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// Contents is what a file of features holds.
type Contents struct {
	Format   string         `json:"format"`           // such as Shapefile
	CRS      string         `json:"crs"`              // "" if the file names none
	Layer    string         `json:"layer,omitempty"`  // that is read
	Layers   []string       `json:"layers,omitempty"` // all layers of the file
	Features int            `json:"features"`         // in the layer
	Refused  int            `json:"refused"`          // features that [Validate] names, except for their ids
	Extent   []float64      `json:"extent"`           // west, south, east, north in degrees; null without a valid feature
	Fields   []ContentField `json:"fields"`           // in the order of the file
	Notes    []string       `json:"notes,omitempty"`  // what a user should know, a sentence each
}

// A ContentField is a property of the features.
type ContentField struct {
	Name      string          `json:"name"`           // of the property
	Type      string          `json:"type,omitempty"` // in the format's words
	Sample    json.RawMessage `json:"sample"`         // the first value that is not null
	CanBeID   bool            `json:"can_be_id"`      // every feature has a value, and no two among the first 100,000 are the same
	Different int             `json:"different"`      // number of different values, among the first 100,000
}

// ReadContents reads all features of an input that was opened with all its properties. If ctx ends, it returns the error of ctx.
func ReadContents(ctx context.Context, in Input) (*Contents, error) {
	about := in.Source.Describe()
	c := &Contents{Format: about.Format, Layer: about.Layer, Layers: about.Layers}
	at := map[string]*fieldValues{}
	names := make([]string, 0, len(about.Fields))
	for _, f := range about.Fields {
		at[f.Name] = &fieldValues{field: ContentField{Name: f.Name, Type: f.Type}, seen: map[string]struct{}{}}
		names = append(names, f.Name)
	}
	west, south, east, north := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for f, err := range in.Source.Pass(features.Pass{Lenient: true}) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		c.Features++
		f.Err = nil // ids do not count
		seen := preflight.Inspect(f)
		if seen.Problem != nil || ValidPolygons(f) != nil {
			c.Refused++
		} else {
			west, south, east, north = min(west, seen.West), min(south, seen.South), max(east, seen.East), max(north, seen.North)
		}
		names = takeFields(f, at, names)
	}
	if west <= east {
		c.Extent = []float64{west, south, east, north}
	}
	for _, name := range names {
		values := at[name]
		values.field.CanBeID = c.Features > 0 && values.filled == c.Features && values.seen != nil
		c.Fields = append(c.Fields, values.field)
	}
	about = in.Source.Describe()
	c.CRS, c.Notes = about.CRS, about.Notes
	return c, nil
}

// mostValues is the maximum number of values of a field that are compared.
const mostValues = 100_000

// fieldValues collects the values of a field.
type fieldValues struct {
	field  ContentField
	filled int
	seen   map[string]struct{} // nil after a value has occurred twice
}

// takeFields adds the properties of a feature, and the names of new ones to names.
func takeFields(f features.Feature, at map[string]*fieldValues, names []string) []string {
	added := len(names)
	for name, value := range f.Properties {
		c := at[name]
		if c == nil {
			c = &fieldValues{field: ContentField{Name: name}, seen: map[string]struct{}{}}
			at[name], names = c, append(names, name)
		}
		if len(value) == 0 || string(value) == "null" {
			continue
		}
		c.filled++
		if c.field.Sample == nil {
			c.field.Sample = slices.Clone(value)
		}
		if c.seen == nil || len(c.seen) == mostValues {
			continue
		}
		if _, twice := c.seen[string(value)]; twice {
			c.seen = nil // not an id
			continue
		}
		c.seen[string(value)] = struct{}{}
		c.field.Different++
	}
	slices.Sort(names[added:])
	return names
}

// IDFields returns the fields that can be the id, the likeliest first. Fields whose values were all compared come before those with more
// than 100,000 values. Text and whole numbers come before fractions, which are usually measurements.
func (c *Contents) IDFields() []ContentField {
	var found []ContentField
	for _, f := range c.Fields {
		if f.CanBeID {
			found = append(found, f)
		}
	}
	doubts := func(f ContentField) (n int) {
		if f.Different < c.Features {
			n += 2
		}
		if len(f.Sample) > 0 && f.Sample[0] != '"' && bytes.ContainsAny(f.Sample, ".eE") {
			n++
		}
		return n
	}
	slices.SortStableFunc(found, func(a, b ContentField) int { return cmp.Compare(doubts(a), doubts(b)) })
	return found
}
