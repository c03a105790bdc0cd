package geojson

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/community-attribute-service/cas-go/features/internal/ids"
)

// DefaultMaxFeatureBytes is the default of [Options.MaxFeatureBytes].
const DefaultMaxFeatureBytes = 256 << 20

// Options say what to take from the input. The zero value reads all properties and takes the features' own ids.
type Options struct {
	// IDField names the property that holds the id. "id" also means the feature's own id member if there is no property of that name
	// (writers such as GeoPandas number the member and keep the real id in the property). A feature without a string or number there
	// ends the reading with [ErrMissingID].
	//
	// "" takes the feature's own id or, if that is missing or null, the position as text.
	IDField string
	// Keep names the properties for [Feature.Properties]. nil keeps all, an empty slice keeps none. Other properties are not copied.
	Keep []string
	// TrustIDs skips the search for duplicate ids and the memory for it. It is for a second pass over a file that [Scan] has accepted.
	TrustIDs bool
	// Lenient continues after a feature without a usable id. Its position is its id then, and Feature.Err has the reason.
	Lenient bool
	// CRS marks every feature as given in that reference system. Set it to [Summary.CRS] of a scan, because a collection may declare its
	// crs after its features.
	CRS string
	// Note, if not nil, is called with what a user should know about the input, such as that it says that it is incomplete.
	Note func(string)
	// AnyCRS ignores the reference systems that the text names.
	AnyCRS bool
	// MaxFeatureBytes is the largest size of the text of one feature, and so bounds the memory. 0 is [DefaultMaxFeatureBytes]. A larger
	// feature ends the reading with [ErrFeatureTooLarge].
	MaxFeatureBytes int
}

// A Feature is one feature of an input. It has the fields of features.Feature and can be converted to it.
type Feature struct {
	ID         string                     // as text; see Options.IDField
	Geometry   json.RawMessage            // byte for byte as in the input; nil if there is none
	Properties map[string]json.RawMessage // those in Options.Keep; nil if there are none
	Index      int                        // position in the input, from 0
	CRS        string                     // a declared reference system other than WGS 84 longitude and latitude
	Err        error                      // with Options.Lenient, why the feature has no id; else nil
}

// Read yields the features of r in input order. It recognizes the form from the text: a FeatureCollection, a Feature, a bare geometry, a
// text sequence (RFC 8142, with an RS byte before each object) or newline-delimited GeoJSON. It recognizes gzip by its magic bytes and
// skips a UTF-8 byte order mark. Members may come in any order. NaN and Infinity, which many writers produce, are read: a geometry keeps
// them, so that preflight refuses it, and in a kept property they become null. Duplicate names in an object and text that is not UTF-8
// are refused in the parts that make a feature: types, ids, geometries, kept properties and features.
//
// Read does not check geometries: null, an unsupported type or bad coordinates are left to preflight, and such a feature does not end the
// reading. An error that ends it is a [*ReadError] or wraps an error of r; it is yielded last, once. It is also an error if a collection
// declares another reference system after its features, unless [Options.CRS] has it.
//
// The sequence can be used once. Read does not close r. The caller owns what is yielded.
func Read(r io.Reader, o Options) iter.Seq2[Feature, error] {
	used := false
	return func(yield func(Feature, error) bool) {
		if used {
			yield(Feature{}, errors.New("geojson: the input was read already; Read gives one pass"))
			return
		}
		used = true
		rd := newReader(r, o)
		err := rd.read(func(rec *record) error {
			if !yield(rec.feature(), nil) {
				return errStop
			}
			return nil
		})
		if err != nil && err != errStop {
			yield(Feature{}, err)
		}
	}
}

// errStop means that the consumer stops; no caller sees it.
var errStop = errors.New("stop")

// A Summary is the result of one pass over an input.
type Summary struct {
	Features        int   // features in the input
	Bytes           int64 // length of the text, after decompression
	GeometryBytes   int64 // sum of the lengths of the geometries' texts
	LargestGeometry int64 // length of the longest geometry
	// CRS is the first reference system other than WGS 84 that a collection declares, anywhere in the text; pass it to [Options.CRS].
	CRS string
}

// Scan reads r to its end as [Read] does, without copying geometries, and returns the error that Read would yield with the same options:
// it finds malformed text and missing or duplicate ids before the first request. A crs after the features is no error; the summary has
// it. If there is an error, the summary is about the part before it.
func Scan(r io.Reader, o Options) (Summary, error) {
	rd := newReader(r, o)
	rd.lateCRS = true
	var sum Summary
	err := rd.read(func(rec *record) error {
		size := int64(rec.geometry.to - rec.geometry.from)
		sum.Features++
		sum.GeometryBytes += size
		sum.LargestGeometry = max(sum.LargestGeometry, size)
		return nil
	})
	sum.Bytes = rd.src.base + int64(rd.src.pos)
	sum.CRS = rd.found
	return sum, err
}

// A reader turns an input into records. Its files are layers: source.go holds a window on the text, text.go and collection.go walk the
// forms, parse.go parses one object, record.go makes a feature from it.
type reader struct {
	o       Options
	src     *source
	parser  *parser
	emit    func(*record) error
	seen    *ids.Set // nil if duplicate ids are not searched for
	own     int      // whether the features so far have ids of their own: 1 yes, -1 no, 0 not known yet
	crs     string   // declared for the features being read
	found   string   // the first foreign crs that a collection declares
	lateCRS bool     // a crs may come after the features
	n       int      // records so far
}

func newReader(r io.Reader, o Options) *reader {
	limit := o.MaxFeatureBytes
	if limit <= 0 {
		limit = DefaultMaxFeatureBytes
	}
	rd := &reader{o: o, src: &source{in: r, limit: limit}, parser: newParser(o), crs: o.CRS, lateCRS: o.AnyCRS}
	if !o.TrustIDs {
		rd.seen = new(ids.Set)
	}
	return rd
}

// read calls emit with every record and returns the error that ends the reading.
func (rd *reader) read(emit func(*record) error) error {
	rd.emit = emit
	if err := rd.src.open(); err != nil {
		return err
	}
	return rd.texts()
}

// sameKind checks that either all features have an id of their own or none has: a position used as an id may be the id of another.
func (rd *reader) sameKind(rec *record) error {
	own := -1
	if text := rec.slice(rec.id); text != nil && text[0] != 'n' {
		own = 1
	}
	if rd.own != 0 && rd.own != own {
		is, others := "has no id", "those before it have one"
		if own > 0 {
			is, others = "has an id of its own", "those before it have none"
		}
		return &kindError{ErrMissingID, fmt.Sprintf("it %s, and %s; name the property that holds the id (--id-field)", is, others)}
	}
	rd.own = own
	return nil
}

// deliver sets the id of a record and passes it to emit. at is its position in the window.
func (rd *reader) deliver(rec *record, at int) error {
	rec.index = rd.n
	switch {
	case rd.o.AnyCRS:
		rec.crs = ""
	case rec.crs == "":
		rec.crs = rd.crs
	}
	err := rec.identify(rd.o.IDField)
	if err == nil && rd.seen != nil && rd.o.IDField == "" {
		err = rd.sameKind(rec)
	}
	if err != nil {
		if !rd.o.Lenient {
			return rd.fail(at, err)
		}
		rec.name, rec.problem = strconv.Itoa(rec.index), err
	}
	if rd.seen != nil && rec.problem == nil {
		if first, added := rd.seen.Add(rec.name, rec.index); !added {
			err := &kindError{ErrDuplicateID, ids.Duplicate(rec.name, first, rec.index)}
			if !rd.o.Lenient {
				return rd.fail(at, err)
			}
			rec.problem = err
		}
	}
	rd.n++
	return rd.emit(rec)
}

// fail returns an error in the record being read, at a position in the window.
func (rd *reader) fail(at int, err error) *ReadError {
	line, offset := rd.src.place(at)
	return &ReadError{Feature: rd.n, Line: line, Offset: offset, Err: err}
}

// failText returns an error in the text around the features, at a position in the window.
func (rd *reader) failText(at int, err error) *ReadError {
	line, offset := rd.src.place(at)
	return &ReadError{Feature: -1, Line: line, Offset: offset, Err: err}
}
