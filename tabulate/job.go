package tabulate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/community-attribute-service/cas-go/bulk/journal"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/shard"
)

// A Job is a table to be made.
type Job struct {
	Client  *cas.Client  // of the service to ask
	Input   Input        // the features
	Output  string       // path of the table; the other files stand beside it
	Format  table.Format // of the table
	IDField string       // that the source was opened with; heading of the table's first column
	Keep    []string     // properties to carry through
	Form    table.Form   // of the table
	Resume  bool         // go on with the journal, if there is one
	Shard   shard.Shard  // part of the input to do; Output is its own table
	Ask     bulk.Options // what to ask, and how; the journal, the check, the drain and the total are the job's own
	About   table.About  // the service's URL and the client; the rest is the job's own
	// Warn, if not nil, is told what the user ought to know though it ends nothing.
	// It is called by several goroutines.
	Warn func(string)
}

// Unfinished is a run that ended before its table was written. Its journal keeps what was answered.
type Unfinished struct {
	Err     error // what ended the run
	Journal string
	Done    int // features with an answer to every dataset
	Failed  int // features without
}

// Error is the cause, and what is kept.
func (e *Unfinished) Error() string {
	return fmt.Sprintf("%v; %d features are answered and %d failed, kept in %s", e.Err, e.Done, e.Failed, e.Journal)
}

// Unwrap is why the run ended.
func (e *Unfinished) Unwrap() error { return e.Err }

// Run makes the table. When soft ends, nothing more is asked, and the run ends when what is in flight is answered; when ctx ends, it
// ends at once. A run that has answers in its journal and no table ends in an [*Unfinished]; one that was refused before it began ends
// in the error of [table.PlanColumns], or of [journal.Open] or [journal.Create]. The summary tells of features that failed.
func (j *Job) Run(ctx, soft context.Context) (*table.Summary, error) {
	defer steadyHeap()()
	plan, err := j.Form.Plan(j.Ask.DatasetIDs, j.IDField, j.Keep, j.Format)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(j.checkOutput(), j.checkRequest()); err != nil {
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
		return err
	})
	if err != nil {
		return nil, err
	}
	defer journal.Close()
	if !journal.Locked() {
		j.warn("this file system knows no locks: make sure that no other run writes %s", j.Output)
	}
	summary, err := j.run(ctx, soft, src, journal, plan)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = bulk.ErrDrained
	}
	if state := journal.State(); err != nil && state.Done+state.Failed > 0 {
		return nil, &Unfinished{Err: err, Journal: journal.Path(), Done: state.Done, Failed: state.Failed}
	}
	return summary, err
}

func (j *Job) run(ctx, soft context.Context, src source, journal *journal.Journal, plan *table.Plan) (*table.Summary, error) {
	ctx, cancel := context.WithCancel(ctx)
	var catalog sync.WaitGroup
	defer catalog.Wait()
	defer cancel()
	about := j.About
	catalog.Go(func() { about.Datasets = j.describe(ctx) })
	recording, err := j.ask(ctx, soft, src, journal)
	if err != nil {
		return nil, err
	}
	catalog.Wait()
	about.Input, about.InputSHA256 = j.Input.Name, src.sha256()
	summary, err := j.write(ctx, src, recording, table.Options{
		Path: j.Output, Format: j.Format, Plan: plan, Parameters: j.Ask.Fingerprint(j.IDField), About: about,
	})
	if err != nil {
		return nil, err
	}
	return summary, journal.Finish()
}

// ask lets every feature have its outcome in the journal.
func (j *Job) ask(ctx, soft context.Context, src source, journal *journal.Journal) (*bulk.Recording, error) {
	o := j.Ask
	o.Journal, o.Check, o.Drain = journal, Check, soft.Done()
	return bulk.Record(ctx, j.Client, src.features(soft), o)
}

func (j *Job) source() source {
	shaper, ok := j.Format.(table.Shaper)
	return j.Input.source(j.Keep, spoolPath(j.Output), ok && shaper.HasGeometries())
}

// checkOutput refuses to write over the input.
func (j *Job) checkOutput() error {
	var inputs []os.FileInfo
	for _, path := range append(j.Input.Source.Files(), j.Input.Source.Path()) {
		if in, err := os.Stat(path); err == nil {
			inputs = append(inputs, in)
		}
	}
	for _, path := range []string{j.Output, table.ErrorsPath(j.Output), table.MetaPath(j.Output), JournalPath(j.Output), spoolPath(j.Output)} {
		out, err := os.Stat(path)
		if err == nil && slices.ContainsFunc(inputs, func(in os.FileInfo) bool { return os.SameFile(in, out) }) {
			return invalid{fmt.Errorf("the output %s would replace the input", filepath.Base(path))}
		}
	}
	return nil
}

// invalid is a job that cannot be right: errors.Is finds cas.ErrInvalidRequest.
type invalid struct{ error }

func (invalid) Is(target error) bool { return target == cas.ErrInvalidRequest }
func (e invalid) Unwrap() error      { return e.error }

// checkRequest lets the client look at what it would send: a call whose context has ended sends nothing.
func (j *Job) checkRequest() error {
	ended, end := context.WithCancel(context.Background())
	end()
	_, err := j.Client.Extract(ended, cas.ExtractRequest{
		Geometry: cas.Point(0, 0), DatasetIDs: j.Ask.DatasetIDs, Aggregation: j.Ask.Aggregation, TimeRange: j.Ask.TimeRange, TargetCRS: j.Ask.TargetCRS,
	})
	if errors.Is(err, cas.ErrInvalidRequest) {
		return err
	}
	return nil
}

func (j *Job) warn(format string, args ...any) {
	if j.Warn != nil {
		j.Warn(fmt.Sprintf(format, args...))
	}
}
