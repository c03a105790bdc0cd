package features

import (
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
	// names: x, lon, long, lng, longitude; y, lat, latitude.
	X, Y string
}

// A Source is an input of features in longitude and latitude, WGS 84. Use its sequences one after the other, from one goroutine.
type Source struct {
	path    string
	options Options
	input   input
	about   Description
}

// A Description is what is known about an input without reading all of it.
type Description struct {
	Format   string   // such as GeoJSON, Shapefile, GeoPackage
	Layer    string   // the layer that is read; "" if the format has no layers
	Layers   []string // all layers of the file
	CRS      string   // the reference system of the file, such as "EPSG:5070 (NAD83 / Conus Albers)"; "" if it names none
	Fields   []Field  // properties in the order of the file; nil if they are known only after reading
	Features int      // -1 if not known
	Notes    []string // what a user should know, a sentence each: an assumed or converted reference system, a missing sidecar file
}

// A Field is a property that features have.
type Field struct {
	Name string // unique in the layer
	Type string // in the words of the format
}

// Errors of inputs, for [errors.Is]. Package geojson has the errors of GeoJSON text.
var (
	ErrMissingID   = errors.New("missing id")   // the id is missing, or is neither a string nor a number
	ErrDuplicateID = errors.New("duplicate id") // two features with one id, compared as text
	ErrUnknown     = errors.New("unknown file format")
	// ErrBroken means that the file is cut, damaged, encrypted or not of the format that it seems to have.
	ErrBroken = format.ErrBroken
)

// A FieldError is a property that was asked for by name and that a feature does not have. Where it would hold the id, the error is an
// [ErrMissingID] too.
type FieldError = ids.FieldError

// A LayerError means that a file has several layers and [Options.Layer] names none of them, or one that does not exist.
type LayerError = format.LayerError

// A CRSError is an input whose reference system, or the one that [Options.AssumeCRS] names, cannot be used.
type CRSError struct{ Err error }

// Error says why.
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
	if layers := (*LayerError)(nil); errors.As(err, &layers) { // it names the path
		return nil, err
	}
	if err != nil {
		return nil, withPath(shown(path), err)
	}
	return newSource(path, in, o)
}

// withPath puts the path before an error, unless that begins with it.
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
	s := &Source{path: path, options: o, input: in, about: in.describe()}
	if err := s.findCRS(); err != nil {
		in.Close()
		return nil, s.wrap(err)
	}
	return s, nil
}

// findCRS decides how the input's coordinates become longitude and latitude.
func (s *Source) findCRS() error {
	definition, assumed := s.about.CRS, false
	if s.options.AssumeCRS != "" {
		definition, assumed = s.options.AssumeCRS, true
	}
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
	s.about.CRS = system.String()
	if assumed {
		s.note("The reference system is assumed to be " + s.about.CRS + ".")
	}
	for _, note := range notesOf(system) {
		s.note(note)
	}
	if !system.Identity() {
		s.input.convert(system.LonLat)
	} else if assumed {
		s.input.convert(nil)
	}
	return nil
}

// notesOf is what a user should know of the way from a system to WGS 84.
func notesOf(system *crs.System) (notes []string) {
	if note := system.Note(); note != "" {
		notes = append(notes, note)
	}
	if !system.Identity() {
		notes = append(notes, "Coordinates are converted from "+system.String()+" to longitude and latitude (WGS 84).")
	}
	return notes
}

func (s *Source) note(text string) {
	if !slices.Contains(s.about.Notes, text) {
		s.about.Notes = append(s.about.Notes, text)
	}
}

// Features yields the features in the order of the input. A file can be read any number of times, each time from its beginning; a
// reader only once. The geometry is GeoJSON; if the input is GeoJSON in WGS 84, it is byte for byte as written. Memory is bounded by a
// few features, and by 20 bytes for each id, to find ids that occur twice.
//
// An error ends the sequence and is yielded last. It says what cannot be read and where, or which feature has no id ([ErrMissingID]) or
// an id that occurs twice ([ErrDuplicateID]). Other problems of one feature do not end the sequence: package preflight judges its
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
	about := s.about
	about.CRS = s.CRS()
	about.Notes = slices.Concat(about.Notes, s.input.notes())
	return about
}

// Format returns the name of the format, such as Shapefile.
func (s *Source) Format() string { return s.about.Format }

// CRS is the reference system of the file, such as "EPSG:5070 (NAD83 / Conus Albers)"; "" if it names none. For GeoJSON, it is known
// only after reading.
func (s *Source) CRS() string {
	if g, ok := s.input.(*geoJSON); ok && g.found != "" {
		return g.found
	}
	return s.about.CRS
}

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

// wrap names the file in an error that does not.
func (s *Source) wrap(err error) error {
	name := filepath.Base(shown(s.path))
	if err == nil || s.path == "" || strings.HasPrefix(err.Error(), s.path) || strings.HasPrefix(err.Error(), name) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// shown is a path as errors have it: of a database only its kind, for the rest may hold a password.
func shown(path string) string {
	kind, _, ok := strings.Cut(path, ":")
	if _, err := os.Stat(path); err != nil && ok && len(kind) > 1 {
		return kind + ":…"
	}
	return path
}

// An input is one way to features: GeoJSON text, or records of another format.
type input interface {
	describe() Description
	isLonLat() bool // coordinates are longitude and latitude unless something else is said
	// convert has coordinates converted; nil takes them as longitude and latitude whatever the input says.
	convert(to func(x, y float64) (lon, lat float64, err error))
	features(Options, Pass) iter.Seq2[Feature, error]
	notes() []string
	files() []string // where they are others than the one that was opened
	once() bool
	Close() error
}
