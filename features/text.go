package features

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/community-attribute-service/cas-go/features/crs"
	"github.com/community-attribute-service/cas-go/features/geojson"
	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// geoJSON is an input of GeoJSON text. Its reference system is WGS 84 unless a member "crs" says otherwise, which may stand
// behind the features.
type geoJSON struct {
	path   string    // "" for a stream
	stream io.Reader // in place of a path
	to     func(x, y float64) (lon, lat float64, err error)
	any    bool   // coordinates are longitude and latitude whatever the text says
	late   string // the reference system that is named behind the features
	found  string // the reference system that the text names
	told   []string
}

// openText looks whether a member "crs" stands behind the features, where writers of the GeoJSON of 2008 may put it: then the
// text is read once more, to know it beforehand.
func openText(path string, o Options) (input, error) {
	if err := isPlain(o); err != nil {
		return nil, err
	}
	g := &geoJSON{path: path}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	const tailBytes = 4 << 10
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	tail := make([]byte, min(info.Size(), tailBytes))
	if _, err := file.ReadAt(tail, info.Size()-int64(len(tail))); err != nil && err != io.EOF {
		return nil, err
	}
	if bytes.Contains(tail, []byte(`"crs"`)) {
		summary, _ := geojson.Scan(file, geojson.Options{TrustIDs: true, Lenient: true}) // what is wrong is found when it is read
		g.late = summary.CRS
	}
	return g, nil
}

// openStream reads GeoJSON or a table of points from r.
func openStream(r io.Reader, o Options) (input, error) {
	head := bufio.NewReaderSize(r, headBytes)
	start, err := head.Peek(1)
	for err == nil && len(start) < headBytes && (len(visible(start)) == 0 || !looksLikeText(start)) { // no more than it takes: a pipe may have no more for long
		start, err = head.Peek(len(start) + 1)
	}
	compressed := isGzip(start)
	if compressed {
		start, _ = head.Peek(headBytes)
	}
	f := detect(start, "")
	if f == nil && !looksLikeText(start) && (o.X != "" || isTable(start)) {
		f = named("CSV") // its error says what is missing
	}
	switch {
	case f == nil:
	case f.Stream == nil:
		what := f.Name
		if what == "OGR" {
			what = "a file for GDAL"
		}
		return nil, fmt.Errorf("%w in a stream: it looks like %s, which is read from a file: give the name of one", ErrUnknown, what)
	case compressed || !looksLikeText(start):
		reader, err := f.Stream(head, format.Options{Layer: o.Layer, X: o.X, Y: o.Y})
		if err != nil {
			return nil, err
		}
		return &records{reader: reader, single: true}, nil
	}
	if err := isUTF16(start); err != nil {
		return nil, err
	}
	return &geoJSON{stream: head}, isPlain(o)
}

// isPlain refuses options that GeoJSON has no use for.
func isPlain(o Options) error {
	switch {
	case o.Layer != "":
		return fmt.Errorf("GeoJSON has no layers, and %q was asked for", o.Layer)
	case o.X != "" || o.Y != "":
		return errColumns
	}
	return nil
}

func (g *geoJSON) describe() Description { return Description{Format: "GeoJSON", Features: -1} }
func (g *geoJSON) isLonLat() bool        { return true }
func (g *geoJSON) files() []string       { return nil }
func (g *geoJSON) once() bool            { return g.stream != nil }
func (g *geoJSON) Close() error          { return nil }

func (g *geoJSON) notes() []string { return g.told }

// take takes in what the text says of itself, once.
func (g *geoJSON) take(note string) {
	if !slices.Contains(g.told, note) {
		g.told = append(g.told, note)
	}
}

func (g *geoJSON) convert(to func(x, y float64) (lon, lat float64, err error)) {
	g.to, g.any = to, true
}

func (g *geoJSON) features(o Options, p Pass) iter.Seq2[Feature, error] {
	return func(yield func(Feature, error) bool) {
		r := g.stream
		if g.path != "" {
			file, err := os.Open(g.path)
			if err != nil {
				yield(Feature{}, err)
				return
			}
			defer file.Close()
			r = file
		}
		read := geojson.Options{IDField: o.IDField, Keep: p.Keep, TrustIDs: p.TrustIDs, Lenient: p.Lenient, AnyCRS: g.any, CRS: g.late, Note: g.take}
		var declared declaredCRS
		for f, err := range geojson.Read(r, read) {
			feature := Feature(f)
			feature.Err = sentinel(f.Err)
			if err == nil && g.to != nil {
				feature.Geometry, feature.Err = convertText(f.Geometry, "", g.to, feature.Err)
			} else if err == nil && f.CRS != "" {
				err = g.fromDeclared(&feature, &declared)
			}
			if !yield(feature, sentinel(err)) || err != nil {
				return
			}
		}
	}
}

// declaredCRS is the reference system that a text declares, looked up once.
type declaredCRS struct {
	name   string
	system *crs.System
}

// fromDeclared converts a feature from the reference system that its collection declares.
func (g *geoJSON) fromDeclared(f *Feature, d *declaredCRS) error {
	if d.name != f.CRS {
		system, err := crs.Parse(f.CRS)
		if err != nil {
			return &CRSError{err}
		}
		d.name, d.system, g.found = f.CRS, system, system.String()
		for _, note := range notesOf(system) {
			g.take(note)
		}
	}
	f.CRS = ""
	if !d.system.Identity() {
		f.Geometry, f.Err = convertText(f.Geometry, d.name, d.system.LonLat, f.Err)
	}
	return nil
}

// convertText converts the positions of a GeoJSON geometry. What is no geometry that the service takes is left as it is, and so is one
// that itself names another reference system than its collection declares: preflight refuses it.
func convertText(text json.RawMessage, declared string, to func(x, y float64) (float64, float64, error), before error) (json.RawMessage, error) {
	g, own, ok := format.ParseGeoJSON(text)
	if !ok || declared != "" && own != "" && own != declared {
		return text, before
	}
	if err := g.Transform(to); err != nil {
		return text, errors.Join(before, err)
	}
	return g.AppendGeoJSON(nil), before
}

// sentinel has errors of ids found by the sentinels of this package.
func sentinel(err error) error {
	switch {
	case errors.Is(err, geojson.ErrMissingID):
		return idError{err, ErrMissingID}
	case errors.Is(err, geojson.ErrDuplicateID):
		return idError{err, ErrDuplicateID}
	}
	return err
}

type idError struct {
	error
	kind error
}

func (e idError) Unwrap() []error { return []error{e.error, e.kind} }
