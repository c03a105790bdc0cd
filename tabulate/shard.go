package tabulate

import (
	"context"
	"fmt"
	"iter"

	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/shard"
)

// sharded is a source of the features of one shard.
type sharded struct {
	*reread
	shard shard.Shard
	total int // features of the input
}

// shardOf limits a source to the job's shard, if it has one. Where a shard begins follows from the number of features, so that the
// input has to be read twice.
func (j *Job) shardOf(src source) (source, error) {
	if j.Shard.Whole() {
		return src, nil
	}
	whole, ok := src.(*reread)
	if !ok {
		return nil, fmt.Errorf("%w: a shard needs a file that can be read twice, not a stream", cas.ErrInvalidRequest)
	}
	return &sharded{reread: whole, shard: j.Shard}, nil
}

// scan reads the whole input, and tells of the shard.
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

// lookAtShard is look for the features of the shard.
func (j *Job) lookAtShard(soft context.Context) iter.Seq2[features.Feature, error] {
	return func(yield func(features.Feature, error) bool) {
		src, err := j.shardOf(j.source())
		if err == nil {
			defer src.Close()
			_, err = src.scan(soft)
		}
		if err != nil {
			yield(features.Feature{}, err)
			return
		}
		src.features(soft)(yield)
	}
}

// write writes the table, and of a shard the manifest, which vouches for it only when all is there.
func (j *Job) write(ctx context.Context, src source, recording *bulk.Recording, o table.Options) (*table.Summary, error) {
	part, ok := src.(*sharded)
	if ok {
		if err := shard.RemoveManifest(o.Path); err != nil {
			return nil, err
		}
	}
	o.Part = ok
	summary, err := table.Write(ctx, func() iter.Seq2[bulk.Outcome, error] { return recording.Outcomes(j.again(src)) }, o)
	if err != nil || !ok {
		return summary, err
	}
	return summary, shard.WriteManifest(part.shard, part.total, j.Keep, o, summary)
}
