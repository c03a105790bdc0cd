package tabulate

import (
	"context"
	"iter"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/cas"
)

// An Estimate tells what a run would request.
type Estimate struct {
	Features      int   `json:"features"`       // in the input
	Periods       int   `json:"periods"`        // that every feature is asked for; 0 is none
	Answers       int   `json:"answers"`        // in all: one a feature, or one for each period, and one for what does not vary over time
	Refused       int   `json:"refused"`        // features that would not be sent
	Answered      int   `json:"answered"`       // answers that a resumed run has in its journal
	Requests      int   `json:"requests"`       // at least: requests start smaller than the largest
	GeometryBytes int64 `json:"geometry_bytes"` // of what would be sent
}

// Limits of a request in a run, unless its options say otherwise: those of [bulk.Options].
const (
	largestBatch = 4 << 20 // bytes
	mostResults  = 10_000
)

// Estimate reads the input and tells what a run would request. It sends nothing and writes nothing. Its errors are those of [Job.Run]
// before the first request.
func (j *Job) Estimate(soft context.Context) (Estimate, error) {
	var e Estimate
	if len(j.Outputs) > 0 {
		if err := j.checkOutputs(); err != nil {
			return e, err
		}
	}
	if err := j.guess(); err != nil {
		return e, err
	}
	if _, err := j.plans(); err != nil {
		return e, err
	}
	if err := j.checkRequest(); err != nil {
		return e, err
	}
	if err := j.Input.checkKept(soft, j.Keep); err != nil {
		return e, err
	}
	var state journal.State
	if len(j.Outputs) > 0 && !j.Overwrite {
		if err := j.mayWrite(); err != nil {
			return e, err
		}
		path := JournalPath(j.Outputs[0].Path)
		var err error
		if state, err = journal.Inspect(path); err != nil {
			return e, err
		}
		if changes := j.Ask.Fingerprint(j.IDField).Conflicts(state.Fingerprint); state.Exists && len(changes) > 0 {
			return e, &journal.FingerprintError{Path: path, Changes: changes}
		}
		if len(state.Fingerprint.DatasetIDs) < len(j.Ask.DatasetIDs) {
			state.Done = 0 // every feature lacks what was added
		}
	}
	b := batches{size: j.Ask.BatchSize}
	if b.size == 0 {
		b.size = max(1, min(cas.MaxBatchGeometries, mostResults/len(j.Ask.DatasetIDs)))
	}
	for f, err := range j.look(soft) {
		if err != nil {
			return e, err
		}
		e.Features++
		if Check(f) != nil {
			e.Refused++
			continue
		}
		e.GeometryBytes += int64(len(f.Geometry))
		b.add(len(f.Geometry))
	}
	each := j.outcomes()
	e.Periods, e.Answers = len(j.Ask.Periods), e.Features*each
	e.Requests = b.n * each
	e.GeometryBytes *= int64(each)
	e.Answered = min(state.Done, (e.Features-e.Refused)*each)
	return e, nil
}

// look yields the features without leaving anything behind.
func (j *Job) look(soft context.Context) iter.Seq2[features.Feature, error] {
	if !j.Shard.Whole() {
		return j.lookAtShard(soft)
	}
	return drained(soft, j.Input.Source.Pass(features.Pass{Keep: []string{}}))
}

// batches counts requests that are as large as they may be.
type batches struct {
	size        int // the most features of one
	n           int
	count, text int // of the last
}

func (b *batches) add(bytes int) {
	if b.n == 0 || b.count == b.size || b.text+bytes > largestBatch {
		b.n, b.count, b.text = b.n+1, 0, 0
	}
	b.count++
	b.text += bytes
}
