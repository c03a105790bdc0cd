package tabulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"path/filepath"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/features"
)

// An Input is a source of features, with what the table's description says about it.
type Input struct {
	Name   string           // for the table's description; "" for text of the command line
	Source *features.Source // gives the features
	digest hash.Hash        // of a stream's bytes, as they are read; nil for a file
	rest   io.Reader        // what of a stream may follow the text
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

// patient puts a pipe before a stream, so that a reader is not held by a writer who is silent.
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

// finish reads what follows the text of a stream, for it is part of the input's hash.
func (in Input) finish() error {
	if in.rest == nil {
		return nil
	}
	_, err := io.Copy(io.Discard, in.rest)
	return err
}

// sum is the hash of a stream in hexadecimal.
func (in Input) sum() string { return hex.EncodeToString(in.digest.Sum(nil)) }

// errChanged is an input that is another one than it was.
var errChanged = errors.New("the input changed while it was read; nothing was written, and the answers are kept: run again")
