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
	to     func(x, y float64) (lon, lat float64, err error)
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
	about := Description{Format: d.Format, Layer: d.Layer, Layers: d.Layers, CRS: d.CRS, Features: d.Features}
	for _, f := range d.Fields {
		about.Fields = append(about.Fields, Field(f))
	}
	return about
}

func (r *records) notes() []string { return r.reader.Describe().Warnings }
func (r *records) isLonLat() bool  { return false }
func (r *records) once() bool      { return r.single }
func (r *records) Close() error    { return r.reader.Close() }

func (r *records) files() []string {
	if several, ok := r.reader.(interface{ Files() []string }); ok {
		return several.Files()
	}
	return nil
}

func (r *records) convert(to func(x, y float64) (lon, lat float64, err error)) { r.to = to }

// features names the records and brings their geometries to longitude and latitude.
func (r *records) features(o Options, p Pass) iter.Seq2[Feature, error] {
	return func(yield func(Feature, error) bool) {
		if r.used && r.single {
			yield(Feature{}, fmt.Errorf("the input was read already; it can be read once"))
			return
		}
		r.used = true
		names := naming{field: o.IDField, lenient: p.Lenient}
		if !p.TrustIDs {
			names.seen = new(ids.Set)
		}
		want := format.Want{Properties: p.Keep}
		if p.Keep != nil && o.IDField != "" && !slices.Contains(p.Keep, o.IDField) {
			want.Properties = append(slices.Clone(p.Keep), o.IDField)
		}
		index := 0
		for rec, err := range r.reader.Records(want) {
			if err != nil {
				yield(Feature{}, err)
				return
			}
			f := Feature{Index: index, Err: rec.Err}
			if err := names.name(&f, rec, r.fields); err != nil {
				yield(Feature{}, fmt.Errorf("%s: %w", rec.Place, err))
				return
			}
			r.fill(&f, rec, p.Keep)
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

// fill takes over what a record holds.
func (r *records) fill(f *Feature, rec *format.Record, keep []string) {
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
		if keep != nil && !slices.Contains(keep, p.Name) {
			continue
		}
		if f.Properties == nil {
			f.Properties = make(map[string]json.RawMessage, len(rec.Properties))
		}
		f.Properties[strings.Clone(p.Name)] = slices.Clone(p.Value)
	}
}

// fields are the names of the properties that features have.
func (r *records) fields() (names []string) {
	for _, f := range r.reader.Describe().Fields {
		names = append(names, f.Name)
	}
	return names
}

// naming gives features their ids.
type naming struct {
	field   string
	lenient bool
	seen    *ids.Set // nil where ids are not looked up
	own     int      // whether the features before had ids of their own: 1 yes, -1 no, 0 not known yet
}

func (n *naming) name(f *Feature, rec *format.Record, fields func() []string) error {
	err := n.find(f, rec, fields)
	if err != nil && f.Err != nil {
		err = f.Err // a damaged record has lost its id with the rest
	}
	if err == nil && n.seen != nil {
		if first, added := n.seen.Add(f.ID, f.Index); !added {
			err = fmt.Errorf("%w: features %d and %d (counted from 0) have the same id %q; ids are compared as text and have to be unique",
				ErrDuplicateID, first, f.Index, f.ID)
		}
	}
	if err != nil && n.lenient {
		if f.ID == "" {
			f.ID = strconv.Itoa(f.Index)
		}
		f.Err, err = err, nil
	}
	return err
}

func (n *naming) find(f *Feature, rec *format.Record, fields func() []string) error {
	text, what := rec.ID, "the feature's own id"
	if n.field != "" {
		i := slices.IndexFunc(rec.Properties, func(p format.Property) bool { return p.Name == n.field })
		switch {
		case i >= 0:
			text, what = rec.Properties[i].Value, fmt.Sprintf("property %q", n.field)
		case n.field != "id" || text == nil:
			return idError{ids.Missing(n.field, fields()), ErrMissingID}
		}
	} else {
		has := -1
		if len(text) > 0 && text[0] != 'n' {
			has = 1
		}
		if n.own != 0 && n.own != has {
			return fmt.Errorf("%w: some features have an id of their own and some have none; name the property that holds the id (--id-field)", ErrMissingID)
		}
		if n.own = has; has < 0 {
			f.ID = strconv.Itoa(f.Index)
			return nil
		}
	}
	if len(text) == 0 {
		text = []byte("null")
	}
	name, ok, err := ids.Name(text)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %s: %v", ErrMissingID, what, err)
	case !ok || name == "":
		return fmt.Errorf("%w: %s is %.40s; an id has to be a string or a number", ErrMissingID, what, text)
	}
	f.ID = name
	return nil
}
