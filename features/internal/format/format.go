// Package format is the contract between package features and the readers of file formats.
//
// A format is a package below features. It describes itself with a [Format] and opens files as a [Reader], which streams
// [Record] values: a geometry in the file's own reference system, properties, and the place in the file. Everything that is
// the same for all formats is done by package features: ids and their uniqueness, the way to WGS 84, the choice of the
// format. Formats that importers of features should not compile (SQLite, Parquet) register themselves when they are
// imported, as image formats do.
package format

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
)

// A Format is one kind of file.
type Format struct {
	Name    string   // as users know it, such as GeoPackage
	Endings []string // of file names, in lower case with the dot, such as .gpkg
	// Detect reports whether a file begins as files of this format do. head is the start of the file, up to 4 KiB; it is
	// shorter only if the file is. nil is a format that is told by its ending alone.
	Detect func(head []byte) bool
	// Open opens the file. It reads no more than what a description needs.
	Open func(path string, o Options) (Reader, error)
	// Stream, if not nil, reads the format from a stream, once.
	Stream func(r io.Reader, o Options) (Reader, error)
}

// Options choose what of a file is read.
type Options struct {
	Layer string // name of the layer; "" is the only one. Of several layers without a choice the error is a [*LayerError].
	X, Y  string // names of the columns of a table of points; "" looks for the usual names
}

// A Reader reads one layer of a file. It is not safe for concurrent use, but for Records sequences that are used one after
// the other.
type Reader interface {
	Describe() Description
	// Records yields the records in the order of the file, from the first each time it is called. Memory is bounded by a
	// few records. An error ends the sequence and says where in the file it stands; what is wrong with one record alone is
	// its Err instead. A record is valid until the next one.
	Records(Want) iter.Seq2[*Record, error]
	Close() error
}

// A Description is what is known of a layer without reading it.
type Description struct {
	Format   string   // name of the format
	Layer    string   // name of the layer; "" where the format has no layers
	Layers   []string // names of all layers of the file
	CRS      string   // the reference system as the file has it: WKT, PROJJSON or EPSG:n; "" where it has none
	Fields   []Field  // in the order of the file; nil where only reading would tell
	Features int      // number of records; -1 where it is not known
	Warnings []string // what a user should know, such as that a sidecar file is missing; a sentence each
}

// A Field is a column of properties.
type Field struct {
	Name string
	Type string // in the format's own words, such as "integer", "text(80)", "double"
}

// Want says what a pass needs, so that nothing else is decoded.
type Want struct {
	Properties []string // names; nil is all, an empty slice that is not nil none
	NoGeometry bool     // the geometry is not needed
}

// Wants reports whether the property is needed.
func (w Want) Wants(name string) bool {
	if w.Properties == nil {
		return true
	}
	for _, p := range w.Properties {
		if p == name {
			return true
		}
	}
	return false
}

// A Record is one feature as the file has it.
type Record struct {
	Place string // where it stands, as the format counts, such as "row 12" or "line 7"
	// ID is the feature's own id, a JSON string or number; nil where the format has none. Row numbers are none.
	ID         json.RawMessage
	Geometry   Geometry        // in the file's reference system; the zero value is no geometry
	GeoJSON    json.RawMessage // instead of Geometry, where the file holds GeoJSON text
	Properties []Property      // in the order of the file; null for a value that is absent
	Err        error           // why the record cannot be used; the record then is a row with this reason
}

// A Property is a name and a JSON value. Numbers are spelled as in the file where it has them as text.
type Property struct {
	Name  string
	Value json.RawMessage
}

// A LayerError is a file of several layers of which none, or one that does not exist, was chosen.
type LayerError struct {
	Path   string
	Asked  string   // "" if no layer was asked for
	Layers []string // the ones that exist
}

// Error names the layers.
func (e *LayerError) Error() string {
	list := ""
	for i, l := range e.Layers {
		if i > 0 {
			list += ", "
		}
		list += l
	}
	if e.Asked == "" {
		return e.Path + " has several layers: choose one of " + list
	}
	return e.Path + " has no layer " + e.Asked + "; it has " + list
}

// ErrBroken is a file that is cut, damaged, encrypted or not of the format that it seems to be, for errors.Is. The text says
// where and what to do.
var ErrBroken = errors.New("broken file")

// Brokenf is an [ErrBroken] with a text, which is formatted as by fmt.Errorf.
func Brokenf(text string, args ...any) error { return brokenError{fmt.Errorf(text, args...)} }

type brokenError struct{ error }

func (e brokenError) Is(target error) bool { return target == ErrBroken }
func (e brokenError) Unwrap() error        { return errors.Unwrap(e.error) }

var registry struct {
	sync.RWMutex
	formats []Format
}

// Register makes a format known to package features. Format packages call it from an init function.
func Register(f Format) {
	registry.Lock()
	defer registry.Unlock()
	registry.formats = append(registry.formats, f)
}

// Registered lists the formats that are known.
func Registered() []Format {
	registry.RLock()
	defer registry.RUnlock()
	return append([]Format(nil), registry.formats...)
}
