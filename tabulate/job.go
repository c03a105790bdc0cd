package tabulate

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"sync"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/shard"
)

// A Job is a table to be made, or several of the same answers. It runs once.
type Job struct {
	Client    *cas.Client  // of the service to ask
	Input     Input        // the features
	Outputs   []Output     // tables, whose paths differ in their endings alone; the other files stand beside them
	IDField   string       // that the source was opened with; heading of the table's first column
	Keep      []string     // properties to carry through
	Form      table.Form   // of the tables
	Resume    bool         // fail if there is no journal to resume from; a run resumes by itself if there is one
	Overwrite bool         // start again, whatever there is
	Shard     shard.Shard  // part of the input to do; Outputs is its own table
	Ask       bulk.Options // what to ask, and how; the journal, the check, the drain and the total are the job's own
	About     table.About  // the service's URL and the client; the rest is the job's own

	// IsStatic, if not nil, tells Estimate which datasets do not vary over time, where there are periods. A run asks the service, unless
	// Ask.Static is set.
	IsStatic func(datasetID string) bool
	// ServiceVersion, if not nil, asks for the version of the service, "" where it is not told.
	ServiceVersion func(context.Context) string
	// Suggest, if not nil, gives what to put behind a dataset that the service does not list, such as "; did you mean …?".
	Suggest func(ctx context.Context, datasetID string) string
	// Warn, if not nil, is told what the user ought to know though it ends nothing, and Tell what goes on.
	// They are called by several goroutines.
	Warn, Tell func(string)

	mu      sync.Mutex
	stopped bool
	stop    context.CancelFunc
	idle    bool
}

// Unfinished is a run that ended before its table was written. Its journal keeps what was answered.
type Unfinished struct {
	Err     error // what ended the run
	Journal string
	Done    int // features with an answer to every dataset, with periods for each
	Failed  int // features without
	Periods int // asked for, each of every feature; 0 is none
}

// Error is the cause, and what is kept.
func (e *Unfinished) Error() string {
	if e.Periods > 0 {
		return fmt.Sprintf("%v; %d answers are there and %d failed, kept in %s", e.Err, e.Done, e.Failed, e.Journal)
	}
	return fmt.Sprintf("%v; %d features are answered and %d failed, kept in %s", e.Err, e.Done, e.Failed, e.Journal)
}

// Unwrap is why the run ended.
func (e *Unfinished) Unwrap() error { return e.Err }

// StopNow ends the run at once, from any goroutine; what is in flight is lost.
func (j *Job) StopNow() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.stopped = true
	if j.stop != nil {
		j.stop()
	}
}

// hard is a context that StopNow ends, and nothing else.
func (j *Job) hard(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stop = cancel; j.stopped {
		cancel()
	}
	return ctx, cancel
}

// NothingToDo reports, after Run, that an earlier run had done it all: nothing was asked, and no file touched.
func (j *Job) NothingToDo() bool { return j.idle }

// Run makes the table. It goes on with the journal of an earlier run with the same parameters, or fewer datasets or periods: what was
// answered is not asked for again. Where Ask has periods, the catalog of the service says which datasets do not vary over time; they are
// asked for once.
//
// When ctx ends, nothing more is asked, every wait is cut, and the run ends when what is in flight is answered; [Job.StopNow] ends it at
// once. A run that has answers in its journal and no table ends in an [*Unfinished]; one that was refused before it began ends in a
// [*Refusal], the error of [table.PlanColumns], or of [journal.Open]. The summary tells of features that failed.
func (j *Job) Run(ctx context.Context) (*table.Summary, error) {
	defer steadyHeap()()
	soft := ctx
	ctx, cancel := j.hard(soft)
	defer cancel()
	if err := j.checkOutputs(); err != nil {
		return nil, err
	}
	if err := j.divide(soft); err != nil {
		return nil, err
	}
	plans, err := j.plans()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(j.checkReplaced(), j.checkRequest()); err != nil {
		return nil, err
	}
	src, err := j.shardOf(j.source())
	if err != nil {
		return nil, err
	}
	defer src.Close()
	journal, err := j.openJournal(j.Ask.Fingerprint(j.IDField), func() error {
		total, err := src.scan(soft)
		j.Ask.Total = total
		if err == nil {
			err = j.Input.checkKept(soft, j.Keep)
		}
		if err == nil {
			err = j.sameInput(src)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	defer journal.Close()
	if !journal.Locked() {
		j.warn("this file system knows no locks: make sure that no other run writes %s", j.Outputs[0].Path)
	}
	summary, err := j.run(ctx, soft, src, journal, plans)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = bulk.ErrDrained
	}
	if state := journal.State(); err != nil && state.Done+state.Failed > 0 {
		return nil, &Unfinished{Err: err, Journal: journal.Path(), Done: state.Done, Failed: state.Failed, Periods: len(j.Ask.Periods)}
	}
	return summary, err
}

func (j *Job) run(ctx, soft context.Context, src source, journal *journal.Journal, plans []*table.Plan) (*table.Summary, error) {
	before := journal.State()
	if before.Records > 0 {
		j.tell("going on with %s: %s, %d lack something", filepath.Base(journal.Path()), j.answered(before.Done), before.Failed)
	}
	catalog := &catalogFirst{Client: j.Client, job: j, soft: soft, journal: journal}
	if before.Records == 0 {
		if err := catalog.look(); err != nil {
			return nil, err // before anything is recorded for a dataset that is not there
		}
	}
	recording, err := j.ask(ctx, soft, catalog, src, journal)
	if err != nil {
		return nil, err
	}
	if s, ok := src.(*streamed); ok {
		for _, name := range s.never {
			j.warn("no feature has the property %q, which was to be kept", name)
		}
	}
	after, note := journal.State(), j.written(src.sha256())
	if before.Finished && after.Records == before.Records && before.Note == note && j.isThere() {
		j.idle = true
		failed, err := j.failedFeatures(recording, after.Failed)
		return &table.Summary{Counts: table.Counts{Features: recording.Len(), Failed: failed}}, err
	}
	about := j.About
	about.Datasets, about.ServiceVersion = catalog.datasets(), catalog.version
	about.Input, about.InputSHA256, about.InputCRS = j.Input.Name, src.sha256(), j.Input.Source.CRS()
	about.Sessions = recording.Sessions()
	summary, err := j.writeAll(ctx, src, recording, plans, about)
	if err != nil {
		return nil, err
	}
	return summary, journal.FinishWith(note)
}

// writeAll writes the tables, the first one last: the description is about it, and names the others.
func (j *Job) writeAll(ctx context.Context, src source, recording *bulk.Recording, plans []*table.Plan, about table.About) (summary *table.Summary, err error) {
	for i := range slices.Backward(j.Outputs) {
		o := j.Outputs[i]
		about.Also = nil
		for k, other := range j.Outputs {
			if k != i {
				about.Also = append(about.Also, filepath.Base(other.Path))
			}
		}
		summary, err = j.write(ctx, src, recording, table.Options{
			Path: o.Path, Format: o.Format, Plan: plans[i], Parameters: j.Ask.Fingerprint(j.IDField), About: about,
		})
		if err != nil {
			return nil, err
		}
	}
	return summary, nil
}

// ask lets every feature have its outcome in the journal.
func (j *Job) ask(ctx, soft context.Context, service bulk.Extractor, src source, journal *journal.Journal) (*bulk.Recording, error) {
	o := j.Ask
	o.Journal, o.Check, o.Drain = journal, Check, soft.Done()
	return bulk.Record(ctx, service, src.features(soft), o)
}

func (j *Job) source() source {
	return j.Input.source(j.Keep, spoolPath(j.Outputs[0].Path), j.shapes())
}

// again yields the features once more, and makes sure that they are those that were asked for.
func (j *Job) again(src source) iter.Seq2[features.Feature, error] {
	all := src.again()
	if all == nil {
		return nil
	}
	return func(yield func(features.Feature, error) bool) {
		for f, err := range all {
			if !yield(f, err) || err != nil {
				return
			}
		}
		if err := j.unchanged(src); err != nil {
			yield(features.Feature{}, err)
		}
	}
}

// checkRequest lets the client look at what it would send: a call whose context has ended sends nothing.
func (j *Job) checkRequest() error {
	ended, end := context.WithCancel(context.Background())
	end()
	periods := j.Ask.Periods
	if len(periods) == 0 {
		periods = []cas.TimeRangeLike{j.Ask.TimeRange}
	}
	for _, period := range periods {
		_, err := j.Client.Extract(ended, cas.ExtractRequest{
			Geometry: cas.Point(0, 0), DatasetIDs: j.Ask.DatasetIDs, Aggregation: j.Ask.Aggregation, TimeRange: period, TargetCRS: j.Ask.TargetCRS,
		})
		if errors.Is(err, cas.ErrInvalidRequest) {
			return err
		}
	}
	return nil
}

func (j *Job) warn(format string, args ...any) {
	if j.Warn != nil {
		j.Warn(fmt.Sprintf(format, args...))
	}
}

func (j *Job) tell(format string, args ...any) {
	if j.Tell != nil {
		j.Tell(fmt.Sprintf(format, args...))
	}
}
