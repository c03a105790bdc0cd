package tabulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"os"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/geojson"
)

// A source gives the features of an input: once for asking, and again for each pass of the table.
type source interface {
	// scan learns of what is wrong with the text and the ids before the first request, where that can be done.
	scan(soft context.Context) (geojson.Summary, error)
	// features yields what is asked for. It ends with bulk.ErrDrained soon after soft has ended.
	features(soft context.Context) iter.Seq2[features.Feature, error]
	// again yields the features once more, with what a table takes from them beside their ids: the properties that are kept, and the
	// geometries; nil if that is nothing. The features have been read to their end before.
	again() iter.Seq2[features.Feature, error]
	// sha256 is of the input's bytes, in hexadecimal.
	sha256() string
	Close() error
}

// source opens the input. The spool of a stream lies at spoolPath; shapes is that the table has the geometries too.
func (in Input) source(read geojson.Options, spoolPath string, shapes bool) source {
	if in.open == nil {
		return &streamed{input: in, read: read, spool: spool{path: spoolPath, shapes: shapes}, hash: sha256.New()}
	}
	return &reread{input: in, read: read, shapes: shapes}
}

// Features yields the features of an input once, for a look at them, up to the first that cannot be read.
func Features(soft context.Context, in Input, read geojson.Options) iter.Seq2[features.Feature, error] {
	return func(yield func(features.Feature, error) bool) {
		if in.open != nil {
			src := &reread{input: in, read: read}
			_, _ = src.scan(soft) // for a crs behind the features; what it ends in, the pass ends in too
			src.pass(soft, src.read)(yield)
			return
		}
		r, err := in.start(soft)
		if err != nil {
			yield(features.Feature{}, err)
			return
		}
		defer r.Close()
		for f, err := range geojson.Read(r, read) {
			if !yield(f, in.wrap(err)) {
				return
			}
		}
	}
}

// reread is a source that reads its input for every pass.
type reread struct {
	input  Input
	read   geojson.Options
	shapes bool // the table has the geometries too
	sum    string
	seen   os.FileInfo // nil for text
}

func (s *reread) scan(soft context.Context) (geojson.Summary, error) {
	r, err := s.input.start(soft)
	if err != nil {
		return geojson.Summary{}, err
	}
	defer r.Close()
	s.seen = r.info()
	digest := sha256.New()
	summary, err := geojson.Scan(io.TeeReader(r, digest), s.read)
	s.read.CRS = summary.CRS
	if err != nil {
		return summary, s.input.wrap(err)
	}
	s.read.TrustIDs = true
	s.sum = hexadecimal(digest)
	return summary, nil
}

func (s *reread) features(soft context.Context) iter.Seq2[features.Feature, error] {
	read := s.read
	read.Keep = []string{}
	return s.pass(soft, read)
}

func (s *reread) again() iter.Seq2[features.Feature, error] {
	if !s.shapes && len(s.read.Keep) == 0 {
		return nil
	}
	return s.pass(context.Background(), s.read)
}

// pass reads the input from its beginning, and makes sure that it is what was scanned.
func (s *reread) pass(soft context.Context, read geojson.Options) iter.Seq2[features.Feature, error] {
	return func(yield func(features.Feature, error) bool) {
		r, err := s.input.start(soft)
		if err != nil {
			yield(features.Feature{}, err)
			return
		}
		defer r.Close()
		if now := r.info(); now != nil && (now.Size() != s.seen.Size() || !now.ModTime().Equal(s.seen.ModTime())) {
			yield(features.Feature{}, fmt.Errorf("%s changed while it was read; run again", s.input.Name))
			return
		}
		for f, err := range geojson.Read(r, read) {
			if !yield(f, s.input.wrap(err)) || err != nil {
				return
			}
		}
	}
}

func (s *reread) sha256() string { return s.sum }
func (s *reread) Close() error   { return nil }

// streamed is a source that reads its input once and keeps what the table needs in a spool.
type streamed struct {
	input Input
	read  geojson.Options
	spool spool
	hash  hash.Hash
}

// scan cannot look ahead: the ids are checked while the features are read.
func (s *streamed) scan(context.Context) (geojson.Summary, error) { return geojson.Summary{}, nil }

func (s *streamed) features(soft context.Context) iter.Seq2[features.Feature, error] {
	return func(yield func(features.Feature, error) bool) {
		if s.spools() {
			if err := s.spool.create(); err != nil {
				yield(features.Feature{}, err)
				return
			}
		}
		in, err := s.input.start(soft)
		if err != nil {
			yield(features.Feature{}, err)
			return
		}
		defer in.Close()
		r := io.TeeReader(in, s.hash)
		for f, err := range geojson.Read(r, s.read) {
			if err == nil && s.spools() {
				err = s.spool.add(f)
			}
			f.Properties = nil // the spool has them
			if !yield(f, s.input.wrap(err)) || err != nil {
				return
			}
		}
		_, err = io.Copy(io.Discard, r) // what may follow the text is part of the input's hash
		if s.spools() {
			err = errors.Join(err, s.spool.whole())
		}
		if err != nil {
			yield(features.Feature{}, err)
		}
	}
}

// spools reports that the table takes something from the features beside their ids.
func (s *streamed) spools() bool { return s.spool.shapes || len(s.read.Keep) > 0 }

func (s *streamed) again() iter.Seq2[features.Feature, error] {
	if !s.spools() {
		return nil
	}
	return s.spool.features()
}

func (s *streamed) sha256() string { return hexadecimal(s.hash) }
func (s *streamed) Close() error   { return s.spool.remove() }

func hexadecimal(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
