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

	"github.com/community-attribute-service/cas-go/features/crs"
	"github.com/community-attribute-service/cas-go/features/geojson"
	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// geoJSON is an input of GeoJSON text. Its reference system is WGS 84 unless a member "crs" names another, which may come after the
// features.
type geoJSON struct {
	path   string    // "" for a stream
	stream io.Reader // nil for a file
	to     conversion
	any    bool   // coordinates are longitude and latitude, whatever the text says
	late   string // the reference system that is named after the features
	found  string // the reference system that the text names
	notes  []string
}

// openText opens a file of GeoJSON text. If a member "crs" may come after the features, where the GeoJSON of 2008 allows it, openText
// scans the text to know the system before the first feature.
func openText(path string, o Options) (input, error) {
	if err := refuseOptions(o); err != nil {
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
		summary, _ := geojson.Scan(file, geojson.Options{TrustIDs: true, Lenient: true}) // reading returns the error again
		g.late = summary.CRS
	}
	return g, nil
}

// openStream reads GeoJSON or a table of points from r.
func openStream(r io.Reader, o Options) (input, error) {
	in := bufio.NewReaderSize(r, format.HeadBytes)
	head, err := in.Peek(1)
	for err == nil && len(head) < format.HeadBytes && (len(visible(head)) == 0 || !looksLikeText(head)) { // byte by byte: a pipe may have no more for long
		head, err = in.Peek(len(head) + 1)
	}
	compressed := isGzip(head)
	if compressed {
		head, _ = in.Peek(format.HeadBytes)
	}
	f := detect(head, "")
	if f == nil && !looksLikeText(head) && (o.X != "" || isTable(head)) {
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
	case compressed || !looksLikeText(head):
		reader, err := f.Stream(in, format.Options{Layer: o.Layer, X: o.X, Y: o.Y})
		if err != nil {
			return nil, err
		}
		return &records{reader: reader, single: true}, nil
	}
	if err := refuseUTF16(head); err != nil {
		return nil, err
	}
	return &geoJSON{stream: in}, refuseOptions(o)
}

// refuseOptions refuses options that do not apply to GeoJSON.
func refuseOptions(o Options) error {
	switch {
	case o.Layer != "":
		return fmt.Errorf("GeoJSON has no layers, and %q was asked for", o.Layer)
	case o.X != "" || o.Y != "":
		return errColumns
	}
	return nil
}

func (g *geoJSON) describe() Description {
	return Description{Format: "GeoJSON", Features: -1, CRS: g.found, Notes: g.notes}
}

func (g *geoJSON) isLonLat() bool        { return true }
func (g *geoJSON) convert(to conversion) { g.to, g.any = to, true }
func (g *geoJSON) files() []string       { return nil }
func (g *geoJSON) once() bool            { return g.stream != nil }
func (g *geoJSON) Close() error          { return nil }

func (g *geoJSON) note(text string) { g.notes = withNote(g.notes, text) }

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
		read := geojson.Options{IDField: o.IDField, Keep: p.Keep, TrustIDs: p.TrustIDs, Lenient: p.Lenient, AnyCRS: g.any, CRS: g.late, Note: g.note}
		var declared declaredCRS
		for f, err := range geojson.Read(r, read) {
			feature := Feature(f)
			if err == nil && g.to != nil {
				feature.Geometry, feature.Err = convertText(f.Geometry, "", g.to, f.Err)
			} else if err == nil && f.CRS != "" {
				err = g.fromDeclared(&feature, &declared)
			}
			if !yield(feature, err) || err != nil {
				return
			}
		}
	}
}

// declaredCRS is the reference system that a text declares, parsed once.
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
		for _, text := range notesOf(system) {
			g.note(text)
		}
	}
	f.CRS = ""
	if !d.system.Identity() {
		f.Geometry, f.Err = convertText(f.Geometry, d.name, d.system.LonLat, f.Err)
	}
	return nil
}

// convertText converts the positions of a GeoJSON geometry. declared is the reference system of its collection, before an earlier error
// of the feature. convertText does not change a geometry that the service does not take, or that names another reference system itself:
// package preflight refuses it.
func convertText(text json.RawMessage, declared string, to conversion, before error) (json.RawMessage, error) {
	g, own, ok := format.ParseGeoJSON(text)
	if !ok || declared != "" && own != "" && own != declared {
		return text, before
	}
	if err := g.Transform(to); err != nil {
		return text, errors.Join(before, err)
	}
	return g.AppendGeoJSON(nil), before
}
