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

// DefaultMaxFeatureBytes is the size of one feature's text, in bytes, beyond
// which reading stops unless [Options.MaxFeatureBytes] says otherwise.
const DefaultMaxFeatureBytes = 256 << 20

// Options says what to take from the input. The zero value reads every
// property and names features by their own id or else their position.
type Options struct {
	// IDField names the property that holds the id. "id" also means the feature's
	// own id member, used where there is no property of that name (writers such as
	// GeoPandas number the member and keep the real id in the property). A feature
	// without a string or number there ends the reading with [ErrMissingID].
	//
	// "" takes the feature's own id, and where that is absent or null the position
	// as text.
	IDField string
	// Keep names the properties that [Feature.Properties] carries. Nil keeps all,
	// an empty slice that is not nil keeps none; what is not kept is never copied.
	Keep []string
	// IDs, if not nil, is where the ids are collected instead of a set of the
	// reader's own. It must be empty unless ids from elsewhere are to collide too.
	IDs *ids.Set
	// TrustIDs skips the search for duplicate ids and the memory for it. It is
	// for a second pass over a file that [Scan] has accepted.
	TrustIDs bool
	// Lenient names a feature without a usable id by its position and says why in Feature.Err, instead of ending.
	Lenient bool
	// CRS marks every feature as given in that reference system. It is for
	// [Summary.CRS] of a scan: a collection may declare its crs after its features.
	CRS string
	// Note, if not nil, is told what a user should know of the input, such as that it says of itself that it is not all.
	Note func(string)
	// AnyCRS takes no notice of the reference systems that the text names.
	AnyCRS bool
	// MaxFeatureBytes bounds the text of one feature and with it the memory;
	// 0 is [DefaultMaxFeatureBytes]. One feature over it ends the reading with
	// [ErrFeatureTooLarge].
	MaxFeatureBytes int
}

// A Feature is one feature of an input. Its fields are those of features.Feature, to which it can be converted.
type Feature struct {
	ID         string                     // as text; see Options.IDField
	Geometry   json.RawMessage            // as it was read, byte for byte; nil where there is none
	Properties map[string]json.RawMessage // those that Options.Keep names; nil where there are none
	Index      int                        // position in the input, from 0
	CRS        string                     // a declared reference system other than WGS 84 longitude and latitude
	Err        error                      // with Options.Lenient, why the feature has no id; else nil
}

// Read yields the features of r in input order. The form is recognised
// from the text: a FeatureCollection, a Feature, a bare geometry, a text sequence
// (RFC 8142, each object behind an RS byte) or newline-delimited GeoJSON; gzip by
// its magic bytes; a UTF-8 byte order mark is skipped. Members may come in any
// order. NaN and Infinity, which many writers emit, are read: a geometry keeps them
// for preflight to refuse, in a kept property they become null. Names that stand
// twice in an object and text that is not UTF-8 are refused where a feature is
// made of them: in types, ids, geometries, kept properties and features.
//
// What a geometry holds is not judged here: null, an unsupported type or bad
// coordinates are for preflight, and one such feature does not end the reading.
// An error that does is a [*ReadError], or wraps what r returned; it is yielded
// last, once. A collection that declares another reference system behind its
// features is such an error unless [Options.CRS] announced it.
//
// The sequence can be ranged over once. r is not closed; breaking out of the loop
// leaves nothing behind. What is yielded is the caller's to keep.
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

// errStop says that the consumer has had enough; it never reaches a caller.
var errStop = errors.New("stop")

// A reader turns an input into records. Its files are layers: input.go finds the text, source.go holds a window on it, text.go and
// collection.go walk the forms, parse.go takes one object apart, record.go makes a feature of it.
type reader struct {
	own int // whether the features before had ids of their own: 1 yes, -1 no, 0 not known yet

	src     *source
	idField string
	ids     *ids.Set // nil where duplicates are not looked for
	crs     string   // declared for all that is being read
	found   string   // first foreign crs that a collection declared
	lenient bool
	anyCRS  bool
	note    func(string)
	lateCRS bool // whether that may come behind the features
	n       int  // records so far
	parser  *parser
	emit    func(*record) error
}

func newReader(r io.Reader, o Options) *reader {
	limit := o.MaxFeatureBytes
	if limit <= 0 {
		limit = DefaultMaxFeatureBytes
	}
	rd := &reader{src: newSource(r, limit), idField: o.IDField, lenient: o.Lenient, anyCRS: o.AnyCRS, note: o.Note, lateCRS: o.AnyCRS, crs: o.CRS, parser: newParser(o)}
	if !o.TrustIDs {
		rd.ids = o.IDs
		if rd.ids == nil {
			rd.ids = new(ids.Set)
		}
	}
	return rd
}

// read passes every record to emit and returns what ended the reading early.
func (rd *reader) read(emit func(*record) error) error {
	rd.emit = emit
	if err := rd.src.open(); err != nil {
		return err
	}
	return rd.texts()
}

// sameKind makes sure that all features have an id of their own, or none: the position that stands for an id may be another's.
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

// deliver names a record and hands it over. at is its place in the text.
func (rd *reader) deliver(rec *record, at int) error {
	rec.index = rd.n
	switch {
	case rd.anyCRS:
		rec.crs = ""
	case rec.crs == "":
		rec.crs = rd.crs
	}
	err := rec.identify(rd.idField)
	if err == nil && rd.ids != nil && rd.idField == "" {
		err = rd.sameKind(rec)
	}
	if err != nil {
		if !rd.lenient {
			return rd.fail(at, err)
		}
		rec.name, rec.problem = strconv.Itoa(rec.index), err
	}
	if rd.ids != nil && rec.problem == nil {
		if first, added := rd.ids.Add(rec.name, rec.index); !added {
			err := duplicateID(rec.name, first, rec.index)
			if !rd.lenient {
				return rd.fail(at, err)
			}
			rec.problem = err
		}
	}
	rd.n++
	return rd.emit(rec)
}

// fail is an error in the record being read, at position at of the window.
func (rd *reader) fail(at int, err error) *ReadError {
	line, offset := rd.src.place(at)
	return &ReadError{Feature: rd.n, Line: line, Offset: offset, Err: err}
}

// failText is an error in the text around the features.
func (rd *reader) failText(at int, err error) *ReadError {
	line, offset := rd.src.place(at)
	return &ReadError{Feature: -1, Line: line, Offset: offset, Err: err}
}
