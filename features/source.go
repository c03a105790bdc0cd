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

// Options say how an input is read. The zero value reads the only layer of a file with all properties.
type Options struct {
	// IDField names the property that holds the id: a string, or a number as it is spelled. "" takes the id that the format
	// itself has (GeoJSON), else the position as text. "id" also means a GeoJSON feature's own id.
	IDField string
	// Keep names the properties that [Feature.Properties] carries. Nil keeps all, an empty slice that is not nil keeps none.
	Keep []string
	// Layer names the layer of a file that has several.
	Layer string
	// AssumeCRS is the reference system of a file that names none, or a wrong one, such as EPSG:5070; "" believes the file.
	AssumeCRS string
	// X and Y name the columns of longitude (easting) and latitude (northing) in a table of points; "" looks for the usual
	// names: x, lon, long, lng, longitude; y, lat, latitude.
	X, Y string
}

// A Source is an input of features in longitude and latitude, WGS 84. Its sequences are used one after the other, from one
// goroutine.
type Source struct {
	path    string
	options Options
	input   input
	about   Description
}

// A Description is what is known of an input without reading all of it.
type Description struct {
	Format   string   // such as GeoJSON, Shapefile, GeoPackage
	Layer    string   // that is read; "" where the format has no layers
	Layers   []string // all that the file has
	CRS      string   // the reference system of the file, such as "EPSG:5070 (NAD83 / Conus Albers)"; "" where it names none
	Fields   []Field  // properties in the order of the file; nil where only reading would tell
	Features int      // -1 where it is not known
	Notes    []string // what a user should know, a sentence each: an assumed or converted reference system, a missing sidecar file
}

// A Field is a property that features have.
type Field struct {
	Name string // unique in the layer
	Type string // in the words of the format
}

// Errors of inputs, for [errors.Is]. Those of GeoJSON text are in package geojson.
var (
	ErrMissingID   = errors.New("missing id")   // no string or number where the id belongs
	ErrDuplicateID = errors.New("duplicate id") // two features with one id, compared as text
	ErrUnknown     = errors.New("unknown file format")
	// ErrBroken is a file that is cut, damaged, encrypted or not of the format that it seems to be.
	ErrBroken = format.ErrBroken
)

// A FieldError is a property that was asked for by name and that a feature does not have. Where it would hold the id, the error is an
// [ErrMissingID] too.
type FieldError = ids.FieldError

// A LayerError is a file with several layers of which none, or one that does not exist, was chosen.
type LayerError = format.LayerError

// A CRSError is an input whose reference system, or the one that [Options.AssumeCRS] names, cannot be used.
type CRSError struct{ Err error }

// Error says why.
func (e *CRSError) Error() string { return "the reference system cannot be used: " + e.Err.Error() }

// Unwrap returns the error of package crs.
func (e *CRSError) Unwrap() error { return e.Err }

// Open opens a file of features: GeoJSON in every form, Shapefile (also zipped), points as CSV, and whatever an installed
// ogr2ogr reads. GeoPackage and GeoParquet are read by programs that import their packages, features/geopackage and
// features/geoparquet, if only for that. The format is found by the content of the file, then by the ending of its name.
//
// Coordinates of another reference system are converted where package crs can do it exactly; otherwise the error names the
// system. The Source says what was done in Describe().Notes.
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

// NewReader reads GeoJSON of every form or a table of points (CSV) from r, once. r is not closed.
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

// Features yields the features in the order of the input: of a file any number of times, from its beginning each time; of a
// reader once. The geometry is GeoJSON; that of a GeoJSON input in WGS 84 is byte for byte as it was written. Memory is
// bounded by a few features, and 20 bytes for each id, by which one that occurs twice is found.
//
// An error ends the sequence and is yielded last: what cannot be read, a feature without an id ([ErrMissingID]), an id that
// occurs twice ([ErrDuplicateID]). It says where. What is wrong with one feature alone does not end the sequence: a geometry
// is for package preflight to judge, anything else is in [Feature.Err].
func (s *Source) Features() iter.Seq2[Feature, error] { return s.Pass(Pass{Keep: s.options.Keep}) }

// A Pass says what one reading of a source needs.
type Pass struct {
	Keep     []string // as in [Options]
	TrustIDs bool     // ids are not looked up: an earlier pass has found each to be unique
	// Lenient does not end at a feature without a usable id, or with one that occurs twice: [Feature.Err] says so.
	Lenient bool
}

// Pass is [Source.Features] for a reading with needs of its own.
func (s *Source) Pass(p Pass) iter.Seq2[Feature, error] {
	return func(yield func(Feature, error) bool) {
		for f, err := range s.input.features(s.options, p) {
			if !yield(f, s.wrap(err)) || err != nil {
				return
			}
		}
	}
}

// Describe returns what is known of the input. Reading it may add a reference system and notes.
func (s *Source) Describe() Description {
	about := s.about
	about.CRS = s.CRS()
	about.Notes = slices.Concat(about.Notes, s.input.notes())
	return about
}

// Format is the name of the format, such as Shapefile.
func (s *Source) Format() string { return s.about.Format }

// CRS is the reference system of the file, such as "EPSG:5070 (NAD83 / Conus Albers)"; "" if it names none. That of GeoJSON is known
// when it was read.
func (s *Source) CRS() string {
	if g, ok := s.input.(*geoJSON); ok && g.found != "" {
		return g.found
	}
	return s.about.CRS
}

// Path is the file that was opened; "" for a reader.
func (s *Source) Path() string { return s.path }

// Files are the files that the source reads, sidecar files included; none for a reader or a database.
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

// Once reports a source that can be read only once.
func (s *Source) Once() bool { return s.input.once() }

// Close frees what the source has open. It ends no sequence that is under way.
func (s *Source) Close() error { return s.input.Close() }

// wrap names the file in an error that does not.
func (s *Source) wrap(err error) error {
	if err == nil || s.path == "" || strings.HasPrefix(err.Error(), s.path) {
		return err
	}
	return fmt.Errorf("%s: %w", filepath.Base(shown(s.path)), err)
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
