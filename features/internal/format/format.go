// Package format is the contract between package features and the readers of file formats.
//
// A format is a package below features. It describes itself with a [Format] and opens files as a [Reader], which streams
// [Record] values: a geometry in the file's own reference system, properties, and the place in the file. Package features does what
// all formats share: it chooses the format, finds ids and checks that they are unique, and converts coordinates to WGS 84. Formats
// that importers of features should not compile (SQLite, Parquet) register themselves when they are imported, as image formats do.
package format

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
)

// A Format is one kind of file.
type Format struct {
	Name    string   // as users know it, such as GeoPackage
	Endings []string // of file names, in lower case with the dot, such as .gpkg
	// Detect reports whether head is the start of a file of this format. head has up to [HeadBytes], and fewer only if the file has.
	// A nil Detect means that only the ending of the name tells.
	Detect func(head []byte) bool
	// Open opens the file. It reads only what a description needs.
	Open func(path string, o Options) (Reader, error)
	// Stream, if not nil, reads the format from a stream, once.
	Stream func(r io.Reader, o Options) (Reader, error)
}

// Options choose what to read from a file.
type Options struct {
	Layer string // name of the layer; "" is the only one. If there are several, the error is a [*LayerError].
	X, Y  string // names of the columns of a table of points; "" looks for the names in [PointColumns]
}

// A Reader reads one layer of a file. It is not safe for concurrent use; use its Records sequences one after the other.
type Reader interface {
	Describe() Description
	// Records yields the records in the order of the file. Every call starts at the first record. Memory is bounded by a few
	// records. An error ends the sequence and says where in the file it occurred; a problem of one record is its Err instead.
	// A record is valid until the next one.
	Records(Want) iter.Seq2[*Record, error]
	Close() error
}

// A Description is what is known of a layer before it is read.
type Description struct {
	Format   string   // name of the format
	Layer    string   // name of the layer; "" if the format has no layers
	Layers   []string // names of all layers of the file
	CRS      string   // the reference system as the file names it: WKT, PROJJSON or EPSG:n; "" if it names none
	Fields   []Field  // in the order of the file; nil if they are known only after reading
	Features int      // number of records; -1 if it is not known
	Warnings []string // what a user should know, such as that a sidecar file is missing; a sentence each

	contradicted bool // CompareSRID has warned
}

// CompareSRID warns, once, of a geometry that names another reference system than its layer. declared is the code of the layer's; 0
// means that it declares none, -1 that its code is not known. The layer's counts, as it does for GDAL and QGIS: where somebody corrected
// the system of the layer alone, it is the right one.
func (d *Description) CompareSRID(r *Record, declared int) {
	srid := r.Geometry.SRID
	if d.contradicted || srid <= 0 || srid == declared || declared < 0 {
		return
	}
	d.contradicted = true
	text := fmt.Sprintf("The geometry of %s names the reference system %d (SRID), ", r.Place, srid)
	if declared == 0 {
		text += fmt.Sprintf("and the file none. It is not used; if it is right, name it (--assume-crs EPSG:%d).", srid)
	} else {
		text += fmt.Sprintf("the file %d. That of the file counts, as for GDAL; if it is wrong, name the right one (--assume-crs EPSG:%d).", declared, srid)
	}
	d.Warnings = append(d.Warnings, text)
}

// A Field is a column of properties.
type Field struct {
	Name string
	Type string // in the format's own words, such as "integer", "text(80)", "double"
}

// Want says which properties a pass needs, so that no others are decoded.
type Want struct {
	Properties []string // names; nil means all, an empty slice none
}

// Wants reports whether the pass needs the property.
func (w Want) Wants(name string) bool {
	return w.Properties == nil || slices.Contains(w.Properties, name)
}

// A Record is one feature as the file has it.
type Record struct {
	Place      string          // in the file, as the format counts, such as "row 12" or "line 7"
	Geometry   Geometry        // in the file's reference system; the zero value means that there is none
	GeoJSON    json.RawMessage // instead of Geometry, if the file holds GeoJSON text
	Properties []Property      // in the order of the file; null for a missing value
	Err        error           // why the record cannot be used; its row then has this reason
}

// A Property is a name and a JSON value. A number keeps its spelling if the file has it as text.
type Property struct {
	Name  string
	Value json.RawMessage
}

// PointColumns are the usual names of the columns of longitude and latitude, in the order in which they are looked for. x and y come
// last because they may be anything.
var PointColumns = [...][2][]string{
	{{"lon", "longitude", "long", "lng", "dec_long_va"}, {"lat", "latitude", "dec_lat_va"}}, // the last are those of the USGS
	{{"x"}, {"y"}},
}

// A LayerError means that a file has several layers and none was chosen, or that it has no layer of the chosen name.
type LayerError struct {
	Path   string
	Asked  string   // "" if no layer was chosen
	Layers []string // the layers of the file
}

// Error names the layers.
func (e *LayerError) Error() string {
	list := strings.Join(e.Layers, ", ")
	if e.Asked == "" {
		return e.Path + " has several layers: choose one of " + list
	}
	return e.Path + " has no layer " + e.Asked + "; it has " + list
}

// ChooseLayer returns the index of the layer that is asked for; "" means the only one. The error is a [*LayerError].
func ChooseLayer(path, asked string, layers []string) (int, error) {
	if asked == "" && len(layers) == 1 {
		return 0, nil
	}
	i := slices.Index(layers, asked)
	if i < 0 {
		return 0, &LayerError{Path: path, Asked: asked, Layers: layers}
	}
	return i, nil
}

// ErrBroken means that a file is cut, damaged, encrypted or not of the format that it seems to have. The text of the error says where
// and what to do.
var ErrBroken = errors.New("broken file")

// Brokenf returns an [ErrBroken] with a text, formatted as by fmt.Errorf.
func Brokenf(text string, args ...any) error { return brokenError{fmt.Errorf(text, args...)} }

type brokenError struct{ error }

func (e brokenError) Is(target error) bool { return target == ErrBroken }
func (e brokenError) Unwrap() error        { return errors.Unwrap(e.error) }

var registry []Format

// Register makes a format known to package features. Format packages call it from an init function, and only there.
func Register(f Format) { registry = append(registry, f) }

// Registered lists the known formats.
func Registered() []Format { return slices.Clone(registry) }

// HeadBytes is the size of the start of a file by which its format is detected.
const HeadBytes = 4 << 10

// Head returns the first [HeadBytes] of a file, or all of a smaller one.
func Head(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, HeadBytes)
	n, err := io.ReadFull(file, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return head[:n], nil
}

// FirstInZip returns the name of the first entry of a zip archive that starts with head, in lower case. ok is false if head does not
// start an archive.
func FirstInZip(head []byte) (name string, ok bool) {
	const nameAt = 30 // the local file header; its bytes 26 and 27 are the length of the name
	if !strings.HasPrefix(string(head), "PK\x03\x04") {
		return "", false
	}
	if len(head) < nameAt {
		return "", true
	}
	n := min(int(head[26])|int(head[27])<<8, len(head)-nameAt)
	return strings.ToLower(string(head[nameAt : nameAt+n])), true
}
