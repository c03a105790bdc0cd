package tabulate

import (
	"context"
	"iter"
	"slices"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

// An Estimate says what a run would request.
type Estimate struct {
	Features      int   `json:"features"`       // in the input
	Periods       int   `json:"periods"`        // requested for every feature; 0 is none
	Answers       int   `json:"answers"`        // in all: for each feature one, or one for each period and one for the static datasets
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

// Estimate reads the input and returns what a run would request. It sends nothing and writes nothing. Its errors are those of [Job.Run]
// before the first request.
func (j *Job) Estimate(soft context.Context) (Estimate, error) {
	var e Estimate
	if len(j.Outputs) > 0 {
		if err := j.checkOutputs(); err != nil {
			return e, err
		}
	}
	err := j.divide(func(unknown []string) ([]string, error) {
		return slices.DeleteFunc(unknown, func(id string) bool { return j.IsStatic == nil || !j.IsStatic(id) }), nil
	})
	if err != nil {
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

// look yields the features, of the whole input or of the shard, and writes nothing.
func (j *Job) look(soft context.Context) iter.Seq2[features.Feature, error] {
	if j.Shard.Whole() {
		return drained(soft, j.Input.Source.Pass(features.Pass{Keep: []string{}}))
	}
	return func(yield func(features.Feature, error) bool) {
		src, err := j.source()
		if err == nil {
			_, err = src.scan(soft)
		}
		if err != nil {
			yield(features.Feature{}, err)
			return
		}
		src.features(soft)(yield)
	}
}

// batches counts requests of the largest size.
type batches struct {
	size        int // most features of a request
	n           int // requests
	count, text int // features and bytes of the last request
}

func (b *batches) add(bytes int) {
	if b.n == 0 || b.count == b.size || b.text+bytes > largestBatch {
		b.n, b.count, b.text = b.n+1, 0, 0
	}
	b.count++
	b.text += bytes
}
