package tabulate

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"sync"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/shard"
)

// A Job makes a table, or several tables of the same answers. It runs once.
type Job struct {
	Client    *cas.Client  // of the service
	Input     Input        // the features
	Outputs   []Output     // tables, whose paths differ only in their endings; the other files are beside them
	IDField   string       // that the source was opened with; heading of the table's first column
	Keep      []string     // properties to copy into the table
	Form      table.Form   // of the tables
	Resume    bool         // fail if there is no journal to resume from; an existing journal is used in any case
	Overwrite bool         // start again, and replace the files of an earlier run
	Shard     shard.Shard  // the part of the input to process; Outputs is its own table
	Ask       bulk.Options // what to request, and how; the job sets the journal, the check, the drain and the total
	About     table.About  // the service's URL and the client; the job sets the rest

	// IsStatic, if not nil, tells Estimate which datasets do not vary over time, if there are periods. A run asks the service, unless
	// Ask.Static is set.
	IsStatic func(datasetID string) bool
	// ServiceVersion, if not nil, returns the version of the service, "" if it is not known.
	ServiceVersion func(context.Context) string
	// Suggest, if not nil, returns what to add to a message about a dataset that the service does not list, such as "; did you mean
	// …?".
	Suggest func(ctx context.Context, datasetID string) string
	// Warn, if not nil, gets warnings; Tell gets the progress. Several goroutines call them.
	Warn, Tell func(string)

	mu      sync.Mutex
	stopped bool
	stop    context.CancelFunc
	idle    bool
}

// Unfinished means that a run ended before its table was written. Its journal keeps the answers.
type Unfinished struct {
	Err     error // what ended the run
	Journal string
	Done    int // features with an answer for every dataset; with periods, the sum over all periods
	Failed  int // the others that were tried, counted in the same way
	Periods int // requested for every feature; 0 is none
}

// Error returns the cause, and what the journal keeps.
func (e *Unfinished) Error() string {
	if e.Periods > 0 {
		return fmt.Sprintf("%v; %d answers are there and %d incomplete, kept in %s", e.Err, e.Done, e.Failed, e.Journal)
	}
	return fmt.Sprintf("%v; %d features are answered and %d incomplete, kept in %s", e.Err, e.Done, e.Failed, e.Journal)
}

// Unwrap returns the cause.
func (e *Unfinished) Unwrap() error { return e.Err }

// StopNow ends the run at once, from any goroutine. The requests in flight are lost.
func (j *Job) StopNow() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.stopped = true
	if j.stop != nil {
		j.stop()
	}
}

// hard returns a context that only StopNow ends.
func (j *Job) hard(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stop = cancel; j.stopped {
		cancel()
	}
	return ctx, cancel
}

// NothingToDo reports, after Run, whether an earlier run had done everything, so that no request was sent and no file changed.
func (j *Job) NothingToDo() bool { return j.idle }

// Run makes the table. If there is a journal of an earlier run with the same parameters, or with fewer datasets or periods, Run resumes
// it and does not request its answers again. If Ask has periods, the service's catalog tells which datasets do not vary over time; they
// are requested once.
//
// When ctx ends, Run sends no new request and stops waiting, and returns when the requests in flight are answered; [Job.StopNow] ends it
// at once. If the journal has answers but the table is not written, the error is an [*Unfinished]. If the run was refused before it
// began, the error is a [*Refusal], or that of [table.PlanColumns] or [journal.Open]. The summary counts the features that failed.
func (j *Job) Run(ctx context.Context) (*table.Summary, error) {
	defer steadyHeap()()
	soft := ctx
	ctx, cancel := j.hard(soft)
	defer cancel()
	if err := j.checkOutputs(); err != nil {
		return nil, err
	}
	if err := j.divide(func(unknown []string) ([]string, error) { return j.staticInCatalog(soft, unknown) }); err != nil {
		return nil, err
	}
	plans, err := j.plans()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(j.checkReplaced(), j.checkRequest()); err != nil {
		return nil, err
	}
	src, err := j.source()
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
		j.tell("going on with %s: %s, %d incomplete", filepath.Base(journal.Path()), j.answered(before.Done), before.Failed)
	}
	if n := len(j.Ask.Periods); n > 0 && j.Ask.Total > 0 {
		j.tell("%d features in %d periods%s: %d answers", j.Ask.Total, n, j.once(), j.Ask.Total*j.outcomes())
	}
	catalog := &catalogFirst{Client: j.Client, job: j, soft: soft, journal: journal}
	if before.Records == 0 {
		if err := catalog.look(); err != nil {
			return nil, err // before anything is recorded for a dataset that the service does not list
		}
	}
	ask := j.Ask
	ask.Journal, ask.Check, ask.Drain = journal, Check, soft.Done()
	recording, err := bulk.Record(ctx, catalog, src.features(soft), ask)
	if err != nil {
		return nil, err
	}
	if s, ok := src.(*streamed); ok {
		for _, name := range s.never {
			j.warn("no feature has the property %q, which was to be kept", name)
		}
	}
	after, note := journal.State(), j.written(src.sha256())
	if before.Finished && after.Records == before.Records && before.Note == note {
		if counts, err := j.countsThere(); err == nil {
			j.idle = true
			return &table.Summary{Counts: counts}, nil
		}
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

// writeAll writes the tables, the first one last: the description that remains is about it, and names the others.
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

// write writes the table, and the manifest of a shard when everything else is complete.
func (j *Job) write(ctx context.Context, src source, recording *bulk.Recording, o table.Options) (*table.Summary, error) {
	part, ok := src.(*sharded)
	if ok {
		if err := shard.RemoveManifest(o.Path); err != nil {
			return nil, err
		}
	}
	o.Part = ok
	summary, err := table.Write(ctx, func() iter.Seq2[bulk.Outcome, error] { return recording.Outcomes(again(src)) }, o)
	if err != nil || !ok {
		return summary, err
	}
	return summary, shard.WriteManifest(part.shard, part.total, j.Keep, o, summary)
}

// again yields the features once more, and errChanged if they are no longer those that were requested.
func again(src source) iter.Seq2[features.Feature, error] {
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
		if err := src.unchanged(context.Background()); err != nil {
			yield(features.Feature{}, err)
		}
	}
}

// source opens the input, or the job's shard of it. The place of a shard follows from the number of features, so the input is read twice.
func (j *Job) source() (source, error) {
	src := j.Input.source(j.Keep, spoolPath(j.Outputs[0].Path), j.shapes())
	if j.Shard.Whole() {
		return src, nil
	}
	whole, ok := src.(*reread)
	if !ok {
		return nil, fmt.Errorf("%w: a shard needs a file that can be read twice, not a stream", cas.ErrInvalidRequest)
	}
	return &sharded{reread: whole, shard: j.Shard}, nil
}

// checkRequest lets the client check the requests. It sends nothing, as the context of the calls has ended.
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
