package features

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/features/crs"
	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/features/internal/ids"
)

// A Feature is one geometry to extract attributes for, with its id and properties.
type Feature struct {
	// ID is the feature's id as text: the content of a JSON string, or the spelling of a number in the input (7120034520, 1.0,
	// 9007199254740993).
	ID string
	// Geometry is the text of the geometry byte for byte. It is nil if the feature has no geometry member, and may be the text "null".
	// A bare NaN or Infinity, which is not JSON, is kept; package preflight refuses it.
	Geometry json.RawMessage
	// Properties holds the raw values of the properties in [Options.Keep]; nil if there are none.
	Properties map[string]json.RawMessage
	// Index is the position in the input, counted from 0.
	Index int
	// CRS names the reference system of the geometry if it is not WGS 84 longitude and latitude and could not be converted. Package
	// preflight refuses such a feature.
	CRS string
	// Err is a problem of the feature besides its geometry, such as a row with too few cells. Package preflight refuses the feature with
	// this error.
	Err error
}

// Options say how to read an input. The zero value reads a file with one layer and keeps all properties.
type Options struct {
	// IDField names the property that holds the id, a string or a number. "" uses the id member of a GeoJSON feature, else the position
	// as text. "id" also finds the id member of a GeoJSON feature.
	IDField string
	// Keep names the properties for [Feature.Properties]. nil keeps all; an empty slice keeps none.
	Keep []string
	// Layer names the layer of a file that has several.
	Layer string
	// AssumeCRS is the reference system of a file that names none, or a wrong one, such as EPSG:5070; "" uses what the file names.
	AssumeCRS string
	// X and Y name the columns of longitude (easting) and latitude (northing) in a table of points; "" looks for the usual
	// names: x, lon, long, lng, longitude, dec_long_va; y, lat, latitude, dec_lat_va.
	X, Y string
}

// A Source is an input of features in longitude and latitude, WGS 84. Use its sequences one after the other, from one goroutine.
type Source struct {
	path    string
	options Options
	input   input
	crs     string   // the reference system that coordinates are converted from; "" if the input does not name one before it is read
	notes   []string // about the reference system
}

// A Description is what is known about an input before all of it is read.
type Description struct {
	Format   string   // such as GeoJSON, Shapefile, GeoPackage
	Layer    string   // the layer that is read; "" if the format has no layers
	Layers   []string // all layers of the file
	CRS      string   // the reference system of the file, such as "EPSG:5070 (NAD83 / Conus Albers)"; "" if it names none
	Fields   []Field  // properties in the order of the file; nil if they are known only after reading
	Features int      // -1 if not known
	Notes    []string // what a user should know, a sentence each, such as a converted reference system or a missing sidecar file
}

// A Field is a property that features have.
type Field struct {
	Name string // unique in the layer
	Type string // in the words of the format
}

// Errors of inputs, for [errors.Is]. Package geojson has the errors of GeoJSON text.
var (
	ErrMissingID   = ids.ErrMissing   // the id is missing, or is neither a string nor a number
	ErrDuplicateID = ids.ErrDuplicate // two features with one id, compared as text
	ErrUnknown     = errors.New("unknown file format")
	// ErrBroken means that the file is cut, damaged, encrypted or not of the format that it seems to have.
	ErrBroken = format.ErrBroken
)

// A FieldError is a property that was asked for by name and that a feature does not have. If it would hold the id, the error is an
// [ErrMissingID] too.
type FieldError = ids.FieldError

// A LayerError means that a file has several layers and [Options.Layer] names none of them.
type LayerError = format.LayerError

// A CRSError means that the reference system of the input, or the one in [Options.AssumeCRS], cannot be used.
type CRSError struct{ Err error }

// Error returns the reason.
func (e *CRSError) Error() string { return "the reference system cannot be used: " + e.Err.Error() }

// Unwrap returns the error of package crs.
func (e *CRSError) Unwrap() error { return e.Err }

// Open opens a file of features: GeoJSON in every form, Shapefile (also zipped), points as CSV, and whatever an installed ogr2ogr
// reads. A program that reads GeoPackage or GeoParquet must import features/geopackage or features/geoparquet. Open finds the format by
// the content of the file, then by the ending of its name.
//
// Coordinates in another reference system are converted if package crs can do that exactly; otherwise the error names the system.
// Describe().Notes of the Source says what was converted.
func Open(path string, o Options) (*Source, error) {
	in, err := openInput(path, o)
	if layers := (*LayerError)(nil); errors.As(err, &layers) { // its text has the path
		return nil, err
	}
	if err != nil {
		return nil, withPath(shown(path), err)
	}
	return newSource(path, in, o)
}

// withPath puts the path before an error that does not begin with it.
func withPath(path string, err error) error {
	if strings.HasPrefix(err.Error(), path) {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// NewReader reads GeoJSON of every form or a table of points (CSV) from r, once. It does not close r.
func NewReader(r io.Reader, o Options) (*Source, error) {
	in, err := openStream(r, o)
	if err != nil {
		return nil, err
	}
	return newSource("", in, o)
}

func newSource(path string, in input, o Options) (*Source, error) {
	s := &Source{path: path, options: o, input: in}
	if err := s.findCRS(); err != nil {
		in.Close()
		return nil, s.wrap(err)
	}
	return s, nil
}

// findCRS decides how the input's coordinates become longitude and latitude.
func (s *Source) findCRS() error {
	definition := cmp.Or(s.options.AssumeCRS, s.input.describe().CRS)
	if definition == "" {
		if !s.input.isLonLat() {
			s.note("The file names no reference system; its coordinates are taken as longitude and latitude (WGS 84). If they are not, name their system, such as EPSG:5070 (--assume-crs).")
		}
		return nil
	}
	system, err := crs.Parse(definition)
	if err != nil {
		return &CRSError{err}
	}
	s.crs = system.String()
	assumed := s.options.AssumeCRS != ""
	if assumed {
		s.note("The reference system is assumed to be " + s.crs + ".")
	}
	for _, text := range notesOf(system) {
		s.note(text)
	}
	if !system.Identity() {
		s.input.convert(system.LonLat)
	} else if assumed {
		s.input.convert(nil)
	}
	return nil
}

// notesOf returns what a user should know about the conversion from a system to WGS 84.
func notesOf(system *crs.System) (notes []string) {
	if note := system.Note(); note != "" {
		notes = append(notes, note)
	}
	if !system.Identity() {
		notes = append(notes, "Coordinates are converted from "+system.String()+" to longitude and latitude (WGS 84).")
	}
	return notes
}

func (s *Source) note(text string) { s.notes = withNote(s.notes, text) }

// withNote appends a note that is not there yet.
func withNote(notes []string, text string) []string {
	if slices.Contains(notes, text) {
		return notes
	}
	return append(notes, text)
}

// Features yields the features in the order of the input. A file can be read any number of times, each time from its beginning; a
// reader only once. The geometry is GeoJSON; if the input is GeoJSON in WGS 84, it is byte for byte as written. Memory is bounded by a
// few features, and by 20 bytes for each id, to find ids that occur twice.
//
// An error ends the sequence and is yielded last. It says what cannot be read and where, or which feature has no id ([ErrMissingID]) or
// an id that occurs twice ([ErrDuplicateID]). Other problems of one feature do not end the sequence: package preflight checks its
// geometry, and [Feature.Err] has the rest.
func (s *Source) Features() iter.Seq2[Feature, error] { return s.Pass(Pass{Keep: s.options.Keep}) }

// A Pass says what one reading of a source needs.
type Pass struct {
	Keep     []string // as in [Options]
	TrustIDs bool     // skip the check of ids, because an earlier pass has found each to be unique
	// Lenient continues after a feature whose id is missing or occurs twice; [Feature.Err] then has the error.
	Lenient bool
}

// Pass is [Source.Features] with the options of p.
func (s *Source) Pass(p Pass) iter.Seq2[Feature, error] {
	return func(yield func(Feature, error) bool) {
		for f, err := range s.input.features(s.options, p) {
			if !yield(f, s.wrap(err)) || err != nil {
				return
			}
		}
	}
}

// Describe returns what is known about the input. Reading may add a reference system and notes.
func (s *Source) Describe() Description {
	about := s.input.describe()
	about.CRS = cmp.Or(s.crs, about.CRS)
	about.Notes = slices.Concat(s.notes, about.Notes)
	return about
}

// Format returns the name of the format, such as Shapefile.
func (s *Source) Format() string { return s.input.describe().Format }

// CRS is the reference system of the file, such as "EPSG:5070 (NAD83 / Conus Albers)"; "" if it names none. For GeoJSON, it is known
// only after reading.
func (s *Source) CRS() string { return s.Describe().CRS }

// Path returns the name of the file; "" for a reader.
func (s *Source) Path() string { return s.path }

// Files lists the files that the source reads, including sidecar files. It is empty for a reader or a database.
func (s *Source) Files() []string {
	if s.path == "" {
		return nil
	}
	info, err := os.Stat(s.path)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	if files := s.input.files(); len(files) > 0 {
		return files
	}
	return []string{s.path}
}

// Once reports whether the source can be read only once.
func (s *Source) Once() bool { return s.input.once() }

// Close closes the files of the source. It does not end a running sequence.
func (s *Source) Close() error { return s.input.Close() }

// wrap puts the name of the file before an error that does not have its path.
func (s *Source) wrap(err error) error {
	if err == nil || s.path == "" {
		return err
	}
	name := filepath.Base(shown(s.path))
	if strings.HasPrefix(err.Error(), s.path) || strings.HasPrefix(err.Error(), name) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// shown returns a path for an error text. Of a database it is only the kind, because the rest may hold a password.
func shown(path string) string {
	kind, _, ok := strings.Cut(path, ":")
	if _, err := os.Stat(path); err != nil && ok && len(kind) > 1 {
		return kind + ":…"
	}
	return path
}

// A conversion returns the longitude and latitude of a position.
type conversion func(x, y float64) (lon, lat float64, err error)

// An input reads features from GeoJSON text, or from the records of another format.
type input interface {
	describe() Description
	isLonLat() bool // coordinates are longitude and latitude unless something else is said
	// convert sets how coordinates are converted; nil takes them as longitude and latitude, whatever the input says.
	convert(to conversion)
	features(Options, Pass) iter.Seq2[Feature, error]
	files() []string // the files that are read; nil for the one that was opened
	once() bool      // it can be read only once
	Close() error
}
