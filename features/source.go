package features

import (
	"bytes"
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

// A LayerError means that a file has several layers and [Options.Layer] names none of them.
type LayerError = format.LayerError

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
		return fmt.Errorf("the reference system cannot be used: %w", err)
	}
	s.about.CRS = system.String()
	if assumed {
		s.note("The reference system is assumed to be " + s.about.CRS + ".")
	}
	if note := system.Note(); note != "" {
		s.note(note)
	}
	if !system.Identity() {
		s.note("Coordinates are converted from " + s.about.CRS + " to longitude and latitude (WGS 84).")
		s.input.convert(system.LonLat)
	} else if assumed {
		s.input.convert(nil)
	}
	return nil
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
	files := []string{s.path}
	stem := strings.TrimSuffix(s.path, filepath.Ext(s.path))
	for _, ending := range s.input.sidecars() {
		for _, name := range []string{stem + ending, stem + strings.ToUpper(ending)} {
			if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
				files = append(files, name)
				break
			}
		}
	}
	return files
}

// Once reports whether the source can be read only once.
func (s *Source) Once() bool { return s.input.once() }

// Close closes the files of the source. It does not end a running sequence.
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
	sidecars() []string
	once() bool
	Close() error
}

// headBytes is how much of a file its format is told by.
const headBytes = 4 << 10

// openInput finds the format of a file.
func openInput(path string, o Options) (input, error) {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		if !info.Mode().IsRegular() {
			file, err := os.Open(path)
			if err != nil {
				return nil, err
			}
			return openStream(file, o)
		}
		head, err := readHead(path)
		if err != nil {
			return nil, err
		}
		if f := detect(head, path); f != nil {
			return openRecords(*f, path, o)
		}
		if looksLikeText(head) {
			return openText(path)
		}
	}
	if err != nil && !isConnection(path) {
		return nil, err
	}
	if f := byEnding(path); f != nil {
		return openRecords(*f, path, o)
	}
	if err == nil && !info.IsDir() {
		for magic, name := range needsImport {
			if head, _ := readHead(path); bytes.HasPrefix(head, []byte(magic)) {
				return nil, fmt.Errorf("%w: this program does not read it; import github.com/community-attribute-service/cas-go/features/%s", ErrUnknown, name)
			}
		}
	}
	in, err := openRecords(*named("OGR"), path, o)
	var layers *LayerError
	switch {
	case err == nil || info == nil || errors.As(err, &layers):
		return in, err
	case info.IsDir():
		return nil, fmt.Errorf("%w: it is a folder, and not one of features: %w", ErrUnknown, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrUnknown, err)
}

// isConnection reports what names a database and no file, such as PG:dbname=basins. Drives of Windows have one letter.
func isConnection(path string) bool {
	scheme, _, found := strings.Cut(path, ":")
	return found && len(scheme) > 1 && !strings.ContainsAny(scheme, `/\.`)
}

func readHead(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, headBytes)
	n, err := io.ReadFull(file, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return head[:n], nil
}

// needsImport are formats that programs have to import, by the first bytes of their files.
var needsImport = map[string]string{"SQLite format 3\x00": "geopackage", "PAR1": "geoparquet"}

// detect finds the format by content; of several that fit, the one that the ending names.
func detect(head []byte, path string) *format.Format {
	var fits *format.Format
	for _, f := range format.Registered() {
		if f.Detect == nil || !f.Detect(head) {
			continue
		}
		if fits == nil || hasEnding(f, path) {
			fits = &f
		}
	}
	return fits
}

func byEnding(path string) *format.Format {
	for _, f := range format.Registered() {
		if hasEnding(f, path) {
			return &f
		}
	}
	return nil
}

func named(name string) *format.Format {
	for _, f := range format.Registered() {
		if f.Name == name {
			return &f
		}
	}
	return nil
}

func hasEnding(f format.Format, path string) bool {
	return slices.Contains(f.Endings, strings.ToLower(filepath.Ext(path)))
}

// looksLikeText reports what GeoJSON is written in, or gzip.
func looksLikeText(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return true
	}
	for magic := range needsImport {
		if bytes.HasPrefix(head, []byte(magic)) {
			return false
		}
	}
	text := visible(head)
	return len(text) == 0 || text[0] == '{' || text[0] == '['
}

// visible is what follows a byte order mark and the blanks that may stand before GeoJSON text; RFC 8142 has the last of them.
func visible(head []byte) []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\x1e")
}
