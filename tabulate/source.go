package tabulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/table/shard"
)

// A source gives the features of an input: once for the requests, and again for each pass of the table.
type source interface {
	// scan checks the text and the ids before the first request, if the input can be read twice, and counts the features.
	scan(soft context.Context) (total int, err error)
	// features yields the features for the requests. It ends with bulk.ErrDrained soon after soft has ended, and with errChanged if
	// the input has changed since it was scanned.
	features(soft context.Context) iter.Seq2[features.Feature, error]
	// again yields the features once more, after features has ended, with what a table needs besides their ids: kept properties and
	// geometries. It is nil if the table needs neither.
	again() iter.Seq2[features.Feature, error]
	// unchanged returns errChanged if the input has changed since it was scanned.
	unchanged(soft context.Context) error
	// sha256 returns the hash of the input's bytes, in hexadecimal.
	sha256() string
	Close() error
}

// source opens the input for a table with these properties, and with the geometries if shapes is set. A stream has its spool at spoolPath.
func (in Input) source(keep []string, spoolPath string, shapes bool) source {
	keep = append([]string{}, keep...)
	if in.Source.Once() {
		return &streamed{input: in, keep: keep, never: slices.Clone(keep), spool: spool{path: spoolPath, shapes: shapes}}
	}
	return &reread{input: in, keep: keep, shapes: shapes}
}

// drained ends a sequence with bulk.ErrDrained when soft has ended.
func drained(soft context.Context, all iter.Seq2[features.Feature, error]) iter.Seq2[features.Feature, error] {
	return func(yield func(features.Feature, error) bool) {
		for f, err := range all {
			if err == nil && soft.Err() != nil {
				err = bulk.ErrDrained
			}
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}

// reread is a source that reads its input for every pass.
type reread struct {
	input  Input
	keep   []string
	shapes bool   // the table has the geometries
	sum    string // sha256
}

func (s *reread) scan(soft context.Context) (total int, err error) {
	if s.sum, err = hashFiles(soft, s.input.Source.Files()); err != nil {
		return 0, err
	}
	for _, err := range drained(soft, s.input.Source.Pass(features.Pass{Keep: []string{}})) {
		if err != nil {
			return total, err
		}
		total++
	}
	return total, nil
}

func (s *reread) features(soft context.Context) iter.Seq2[features.Feature, error] {
	return func(yield func(features.Feature, error) bool) {
		for f, err := range drained(soft, s.input.Source.Pass(features.Pass{Keep: []string{}, TrustIDs: true})) {
			if !yield(f, err) || err != nil {
				return
			}
		}
		if err := s.unchanged(soft); err != nil {
			yield(features.Feature{}, err)
		}
	}
}

func (s *reread) unchanged(soft context.Context) error {
	sum, err := hashFiles(soft, s.input.Source.Files())
	if err == nil && sum != s.sum {
		err = fmt.Errorf("%s: %w", s.input.Name, errChanged)
	}
	return err
}

func (s *reread) again() iter.Seq2[features.Feature, error] {
	if !s.shapes && len(s.keep) == 0 {
		return nil
	}
	return s.input.Source.Pass(features.Pass{Keep: s.keep, TrustIDs: true})
}

func (s *reread) sha256() string { return s.sum }
func (s *reread) Close() error   { return nil }

// hashFiles returns the SHA-256 of a file, or of the names and hashes of several, as sha256sum lists them.
func hashFiles(soft context.Context, files []string) (string, error) {
	var list string
	for _, path := range files {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		digest := sha256.New()
		_, err = io.Copy(digest, interruptible{file, soft})
		file.Close()
		if err != nil {
			return "", err
		}
		sum := hex.EncodeToString(digest.Sum(nil))
		if len(files) == 1 {
			return sum, nil
		}
		list += sum + "  " + filepath.Base(path) + "\n"
	}
	if list == "" {
		return "", nil
	}
	sum := sha256.Sum256([]byte(list))
	return hex.EncodeToString(sum[:]), nil
}

// interruptible is a reader that ends when a context does.
type interruptible struct {
	io.Reader
	soft context.Context
}

func (r interruptible) Read(p []byte) (int, error) {
	if r.soft.Err() != nil {
		return 0, bulk.ErrDrained
	}
	return r.Reader.Read(p)
}

// sharded is a source of the features of one shard.
type sharded struct {
	*reread
	shard shard.Shard
	total int // features of the input
}

// scan reads the whole input and counts the features of the shard.
func (s *sharded) scan(soft context.Context) (int, error) {
	total, err := s.reread.scan(soft)
	s.total = total
	first, end := s.shard.Range(s.total)
	return end - first, err
}

func (s *sharded) features(soft context.Context) iter.Seq2[features.Feature, error] {
	return s.shard.Select(s.reread.features(soft), s.total)
}

func (s *sharded) again() iter.Seq2[features.Feature, error] {
	all := s.reread.again()
	if all == nil {
		return nil
	}
	return s.shard.Select(all, s.total)
}

// streamed is a source that reads its input once and stores what the table needs in a spool.
type streamed struct {
	input Input
	keep  []string
	never []string // properties of keep that no feature has had so far
	spool spool
}

// scan does nothing: the ids are checked while the features are read.
func (s *streamed) scan(context.Context) (int, error) { return 0, nil }

func (s *streamed) features(soft context.Context) iter.Seq2[features.Feature, error] {
	return func(yield func(features.Feature, error) bool) {
		if s.spools() {
			if err := s.spool.create(); err != nil {
				yield(features.Feature{}, err)
				return
			}
		}
		for f, err := range drained(soft, s.input.Source.Pass(features.Pass{Keep: s.keep})) {
			if err == nil && s.spools() {
				err = s.spool.add(f)
			}
			s.never = slices.DeleteFunc(s.never, func(name string) bool { _, has := f.Properties[name]; return has })
			f.Properties = nil // the spool has them
			if !yield(f, s.named(err)) || err != nil {
				return
			}
		}
		err := s.input.finish()
		if s.spools() {
			err = errors.Join(err, s.spool.whole())
		}
		if err != nil {
			yield(features.Feature{}, err)
		}
	}
}

// named puts the input's name before an error.
func (s *streamed) named(err error) error {
	if err == nil || s.input.Name == "" || errors.Is(err, bulk.ErrDrained) {
		return err
	}
	return fmt.Errorf("%s: %w", s.input.Name, err)
}

// spools reports whether the table needs anything from the features besides their ids.
func (s *streamed) spools() bool { return s.spool.shapes || len(s.keep) > 0 }

func (s *streamed) again() iter.Seq2[features.Feature, error] {
	if !s.spools() {
		return nil
	}
	return s.spool.features()
}

func (s *streamed) unchanged(context.Context) error { return nil }

func (s *streamed) sha256() string {
	if s.input.digest == nil {
		return ""
	}
	return s.input.sum()
}

func (s *streamed) Close() error { return s.spool.remove() }
