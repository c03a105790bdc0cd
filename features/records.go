package features

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/features/internal/ids"
)

// records is an input of any format but GeoJSON text.
type records struct {
	reader format.Reader
	to     conversion
	single bool // it can be read once
	used   bool
}

func openRecords(f format.Format, path string, o Options) (input, error) {
	if (o.X != "" || o.Y != "") && !slices.Contains([]string{"CSV", "GeoParquet"}, f.Name) {
		return nil, errColumns
	}
	reader, err := f.Open(path, format.Options{Layer: o.Layer, X: o.X, Y: o.Y})
	if err != nil {
		return nil, err
	}
	return &records{reader: reader}, nil
}

// errColumns refuses names of columns for a format that has geometries.
var errColumns = errors.New("the file has geometries of its own: columns of longitude and latitude (--x, --y) are for tables of points")

func (r *records) describe() Description {
	d := r.reader.Describe()
	about := Description{Format: d.Format, Layer: d.Layer, Layers: d.Layers, CRS: d.CRS, Features: d.Features, Notes: d.Warnings}
	for _, f := range d.Fields {
		about.Fields = append(about.Fields, Field(f))
	}
	return about
}

func (r *records) isLonLat() bool        { return false }
func (r *records) convert(to conversion) { r.to = to }
func (r *records) once() bool            { return r.single }
func (r *records) Close() error          { return r.reader.Close() }

func (r *records) files() []string {
	if several, ok := r.reader.(interface{ Files() []string }); ok {
		return several.Files()
	}
	return nil
}

// features makes features of the records, with ids and with geometries in longitude and latitude.
func (r *records) features(o Options, p Pass) iter.Seq2[Feature, error] {
	return func(yield func(Feature, error) bool) {
		if r.used && r.single {
			yield(Feature{}, errors.New("the input was read already; it can be read once"))
			return
		}
		r.used = true
		var seen *ids.Set
		if !p.TrustIDs {
			seen = new(ids.Set)
		}
		want := format.Want{Properties: p.Keep}
		if o.IDField != "" && !want.Wants(o.IDField) {
			want.Properties = append(slices.Clone(p.Keep), o.IDField)
		}
		index := 0
		for rec, err := range r.reader.Records(want) {
			if err != nil {
				yield(Feature{}, err)
				return
			}
			f := Feature{Index: index, Err: rec.Err}
			if err := r.identify(&f, rec, o.IDField, seen); err != nil {
				if !p.Lenient {
					yield(Feature{}, fmt.Errorf("%s: %w", rec.Place, err))
					return
				}
				f.Err = err
				if f.ID == "" {
					f.ID = strconv.Itoa(index)
				}
			}
			r.fill(&f, rec, format.Want{Properties: p.Keep})
			if f.Err != nil && rec.Place != "" {
				f.Err = fmt.Errorf("%s: %w", rec.Place, f.Err)
			}
			if !yield(f, nil) {
				return
			}
			index++
		}
	}
}

// identify sets the feature's id. seen has the ids of the features before; nil skips the search for duplicates.
func (r *records) identify(f *Feature, rec *format.Record, field string, seen *ids.Set) (err error) {
	f.ID = strconv.Itoa(f.Index)
	if field != "" {
		f.ID, err = r.idIn(rec, field)
	}
	switch {
	case err != nil && f.Err != nil:
		return f.Err // a damaged record has lost its id with the rest
	case err != nil || seen == nil:
		return err
	}
	if first, added := seen.Add(f.ID, f.Index); !added {
		return fmt.Errorf("%w: %s", ErrDuplicateID, ids.Duplicate(f.ID, first, f.Index))
	}
	return nil
}

// idIn returns the id in a property of a record.
func (r *records) idIn(rec *format.Record, field string) (string, error) {
	i := slices.IndexFunc(rec.Properties, func(p format.Property) bool { return p.Name == field })
	if i < 0 {
		var names []string
		for _, f := range r.reader.Describe().Fields {
			names = append(names, f.Name)
		}
		return "", ids.Missing(field, names)
	}
	value := rec.Properties[i].Value
	id, ok, err := ids.Name(value)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: property %q: %v", ErrMissingID, field, err)
	case !ok || id == "":
		return "", fmt.Errorf("%w: property %q is %.40s; an id has to be a string or a number", ErrMissingID, field, value)
	}
	return id, nil
}

// fill copies the geometry and the properties of a record.
func (r *records) fill(f *Feature, rec *format.Record, keep format.Want) {
	if rec.GeoJSON != nil {
		f.Geometry = slices.Clone(rec.GeoJSON)
		if r.to != nil {
			f.Geometry, f.Err = convertText(f.Geometry, "", r.to, f.Err)
		}
	} else if rec.Err == nil {
		if r.to != nil {
			if err := rec.Geometry.Transform(r.to); err != nil {
				f.Err = errors.Join(f.Err, err)
			}
		}
		f.Geometry = rec.Geometry.AppendGeoJSON(nil)
	}
	for _, p := range rec.Properties {
		if !keep.Wants(p.Name) {
			continue
		}
		if f.Properties == nil {
			f.Properties = make(map[string]json.RawMessage, len(rec.Properties))
		}
		f.Properties[strings.Clone(p.Name)] = slices.Clone(p.Value)
	}
}
