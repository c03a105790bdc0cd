package shard

import (
	"fmt"
	"iter"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

// Most is the largest number of shards.
const Most = 9999

// A Shard is one part of a run. The zero value is the whole.
type Shard struct {
	Number int `json:"shard"` // 1 to Of
	Of     int `json:"of"`    // 1 to Most
}

// Parse reads i/n, such as 3/16. Errors are cas.ErrInvalidRequest.
func Parse(text string) (Shard, error) {
	number, of, found := strings.Cut(text, "/")
	i, err := strconv.Atoi(number)
	n, err2 := strconv.Atoi(of)
	if !found || err != nil || err2 != nil {
		return Shard{}, fmt.Errorf("%w: a shard is i/n, such as 3/16, not %q", cas.ErrInvalidRequest, text)
	}
	return newShard(i, n)
}

func newShard(i, n int) (Shard, error) {
	if n < 1 || n > Most || i < 1 || i > n {
		return Shard{}, fmt.Errorf("%w: there is no shard %d of %d: n is 1 to %d, and i from 1 to n", cas.ErrInvalidRequest, i, n, Most)
	}
	return Shard{i, n}, nil
}

// String returns i/n, as Parse reads it.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Number, s.Of) }

// Whole reports whether there is no division.
func (s Shard) Whole() bool { return s.Of == 0 }

// Range returns the positions of the shard's features in an input of n features: from first up to end, which is excluded. It may be empty.
func (s Shard) Range(n int) (first, end int) {
	if s.Whole() {
		return 0, n
	}
	bound := func(i int) int { // n*i/s.Of, but n*i may overflow
		return n/s.Of*i + n%s.Of*i/s.Of
	}
	return bound(s.Number - 1), bound(s.Number)
}

// Select yields the features of the shard, from all features of an input, of which there are total. It stops reading after the last one.
func (s Shard) Select(all iter.Seq2[features.Feature, error], total int) iter.Seq2[features.Feature, error] {
	if s.Whole() {
		return all
	}
	first, end := s.Range(total)
	return func(yield func(features.Feature, error) bool) {
		if first == end {
			return
		}
		for f, err := range all {
			if err == nil && f.Index < first {
				continue
			}
			if !yield(f, err) || err != nil || f.Index == end-1 {
				return
			}
		}
	}
}

// Path returns the name of the shard's table: attributes.0003-of-0016.csv for attributes.csv.
func (s Shard) Path(output string) string {
	if s.Whole() {
		return output
	}
	ext := filepath.Ext(output)
	return fmt.Sprintf("%s.%04d-of-%04d%s", strings.TrimSuffix(output, ext), s.Number, s.Of, ext)
}
