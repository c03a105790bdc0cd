package tabulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"path/filepath"
	"slices"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/features"
	_ "github.com/community-attribute-service/cas-go/features/geopackage" // formats that importers of package features do not need to compile
	_ "github.com/community-attribute-service/cas-go/features/geoparquet"
)

// An Input is a source of features, with what the table's description says about it.
type Input struct {
	Name   string           // for the table's description; "" for text of the command line
	Source *features.Source // gives the features
	digest hash.Hash        // of a stream's bytes, as they are read; nil for a file
	rest   io.Reader        // what follows the features in a stream
}

// Open opens a file of any format that package features reads.
func Open(path string, o features.Options) (Input, error) {
	source, err := features.Open(path, o)
	if err != nil {
		return Input{}, err
	}
	return Input{Name: filepath.Base(path), Source: source}, nil
}

// Stream returns an input that is read once, such as standard input. Soon after soft has ended, reading ends with [bulk.ErrDrained],
// even if the stream gives nothing.
func Stream(soft context.Context, name string, r io.Reader, o features.Options) (Input, error) {
	digest := sha256.New()
	rest := io.TeeReader(patient(soft, r), digest)
	source, err := features.NewReader(rest, o)
	if err != nil {
		return Input{}, err
	}
	return Input{Name: name, Source: source, digest: digest, rest: rest}, nil
}

// patient puts a pipe before a stream, so that reading ends with soft even while the stream gives nothing.
func patient(soft context.Context, stream io.Reader) io.ReadCloser {
	r, w := io.Pipe()
	unwatch := context.AfterFunc(soft, func() { w.CloseWithError(bulk.ErrDrained) })
	go func() {
		_, err := io.Copy(w, stream)
		w.CloseWithError(err)
		unwatch()
		if c, ok := stream.(io.Closer); ok {
			c.Close()
		}
	}()
	return r
}

// finish reads what follows the features in a stream, as it is part of the input's hash.
func (in Input) finish() error {
	if in.rest == nil {
		return nil
	}
	_, err := io.Copy(io.Discard, in.rest)
	return err
}

// sum returns the hash of a stream in hexadecimal.
func (in Input) sum() string { return hex.EncodeToString(in.digest.Sum(nil)) }

// errChanged means that the input has changed since it was scanned.
var errChanged = errors.New("the input changed while it was read; nothing was written, and the answers are kept: run again")

// checkKept refuses properties to keep that no feature has. It reads until it has seen all of them. A stream is not checked.
func (in Input) checkKept(soft context.Context, keep []string) error {
	if len(keep) == 0 || in.Source.Once() {
		return nil
	}
	missing := slices.Clone(keep)
	some := false
	for f, err := range drained(soft, in.Source.Pass(features.Pass{Keep: keep, TrustIDs: true})) {
		if err != nil {
			return err
		}
		some = true
		missing = slices.DeleteFunc(missing, func(name string) bool { _, has := f.Properties[name]; return has })
		if len(missing) == 0 {
			return nil
		}
	}
	if !some {
		return nil
	}
	return &features.FieldError{Field: missing[0], Use: "keep", Fields: in.properties(soft)}
}

// properties names some of what there is to keep.
func (in Input) properties(soft context.Context) (names []string) {
	for f, err := range drained(soft, in.Source.Pass(features.Pass{TrustIDs: true})) {
		if err != nil {
			break // of a property that nobody asked for
		}
		for name := range f.Properties {
			if len(names) < 1000 && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
