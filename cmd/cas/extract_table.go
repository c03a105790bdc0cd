package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"

	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/parquet"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// tabulation is what the flags of `cas extract` say about a table.
type tabulation struct {
	output string
	reading
	keep        []string
	geo         bool
	batchSize   int
	concurrency int
	paced       bool // by a --concurrency that was given
	resume      bool
	dryRun      bool
	quiet       bool
	forming
}

func (x *tabulation) flags(f *pflag.FlagSet) {
	f.StringVarP(&x.output, "output", "o", "", "table to write: FILE.csv, .ndjson, .json, .parquet, .nc (NetCDF), or with the geometries .geojson, .gpkg")
	x.reading.flags(f)
	f.StringSliceVar(&x.keep, "keep", nil, "property to carry into the table; repeat for more")
	f.BoolVar(&x.geo, "geo", false, "with -o FILE.parquet: write GeoParquet, with the geometries")
	f.IntVar(&x.concurrency, "concurrency", usualConcurrency, "most requests in flight; with --local at least two for each process, if not given")
	f.IntVar(&x.batchSize, "batch-size", 0, "most features of a request (default: as many as the service answers in 20 s, up to 1000)")
	f.BoolVar(&x.resume, "resume", false, "go on with an earlier run's journal")
	f.BoolVar(&x.dryRun, "dry-run", false, "count features, requests and bytes; send nothing")
	x.forming.flags(f)
	f.BoolVarP(&x.quiet, "quiet", "q", false, "no progress and no summary on standard error")
}

func (x *tabulation) check() error {
	switch {
	case x.output != "" && x.format() == nil:
		return usage("-o %s: the ending is none of .csv, .ndjson, .jsonl, .json, .parquet, .nc, .geojson, .gpkg", x.output)
	case x.geo && x.format() != table.Format(parquet.Format{Geo: true}):
		return usage("--geo writes GeoParquet, and needs -o FILE.parquet")
	case x.resume && x.output == "":
		return usage("--resume needs -o FILE, the table of the run to go on with")
	case x.concurrency < 1:
		return usage("--concurrency %d: give 1 or more", x.concurrency)
	case x.batchSize < 0 || x.batchSize > cas.MaxBatchGeometries:
		return usage("--batch-size %d: give 1 to %d", x.batchSize, cas.MaxBatchGeometries)
	}
	return x.checkForm(x.output)
}

// format is what the ending of -o asks for; nil is unknown.
func (x *tabulation) format() table.Format {
	return formatOf(x.output, x.geo)
}

// usualConcurrency is how many requests are in flight if nothing else is said.
const usualConcurrency = 4

// requestShare is the part of a request's time limit that a request in bulk should take: bulk makes requests as large as it allows.
const requestShare = 6

// job is the table that the flags ask for.
func (a *app) job(client *cas.Client, x extraction, input tabulate.Input) *tabulate.Job {
	form, _ := x.form() // check has looked at it
	return &tabulate.Job{
		Client: client, Input: input, Output: x.output, Format: x.format(), IDField: x.idField, Keep: x.keep, Form: form, Resume: x.resume, Shard: x.shard,
		Ask: bulk.Options{
			DatasetIDs: x.datasets, Aggregation: cas.AggregationMethod(x.aggregation), TimeRange: x.period(),
			BatchSize: x.batchSize, Concurrency: x.concurrency, RequestTime: a.timeout / requestShare,
		},
		About: table.About{
			ServiceURL: a.serviceName(x.localRun),
			Client:     fmt.Sprintf("cas-go %s, for CAS %s", cas.Version(), contractVersion),
		},
	}
}

// extractMany makes a table, or tells what it would take.
func (a *app) extractMany(ctx context.Context, x extraction, input tabulate.Input) error {
	if x.dryRun {
		return a.with(func(client *cas.Client) error { return a.estimate(ctx, a.job(client, x, input)) })
	}
	x.forMany()
	if n := x.config.Workers; x.local && n > 1 && !x.quiet {
		fmt.Fprintf(a.err, "cas: starting %d processes of the service, %s each\n", n, workerMemory)
	}
	return a.locally(ctx, x.localRun, func(tuning string) error {
		return a.with(func(client *cas.Client) error {
			job := a.job(client, x, input)
			job.About.ServiceTuning = tuning
			if x.output == "" {
				return a.printTable(ctx, x, job)
			}
			return a.tabulate(ctx, x, job)
		})
	})
}

func (a *app) estimate(ctx context.Context, job *tabulate.Job) error {
	e, err := job.Estimate(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(e)
	}
	t := newTable(a.out, "FEATURES", "REFUSED", "ANSWERED", "REQUESTS", "BYTES")
	t.row(fmt.Sprint(e.Features), fmt.Sprint(e.Refused), fmt.Sprint(e.Answered), fmt.Sprint(e.Requests), fmt.Sprint(e.GeometryBytes))
	fmt.Fprintln(a.err, "Nothing was sent. Refused features are not asked for, see 'cas validate'; answered ones are in the journal;\n"+
		"requests are the fewest possible, since they start small; bytes are those of the geometries.")
	return t.flush()
}

// tabulate makes the table of -o, and tells how it went.
func (a *app) tabulate(ctx context.Context, x extraction, job *tabulate.Job) error {
	summary, err := a.runJob(ctx, x, job)
	if err != nil {
		return a.explain(err, x)
	}
	if summary.Failed > 0 {
		fmt.Fprintf(a.err, "cas: %d of %d features failed: see %s; --resume asks for them again\n",
			summary.Failed, summary.Features, table.ErrorsPath(x.output))
		return errPartial
	}
	return nil
}

// runJob runs the job with what a person wants to see of it.
func (a *app) runJob(ctx context.Context, x extraction, job *tabulate.Job) (*table.Summary, error) {
	progress := newProgress(a.err, x.quiet)
	hard, stop := twice(ctx, progress.tell)
	job.Ask.Progress = progress.show
	job.Warn = progress.warn
	started := time.Now()
	summary, err := job.Run(hard, ctx)
	stop()
	progress.close()
	if err != nil {
		return nil, err
	}
	a.warnOf(summary, x)
	if !x.quiet && x.output != "" {
		fmt.Fprintf(a.err, "%s: %d rows, %d columns, %s\n", x.output, summary.Features, len(summary.Columns), duration(time.Since(started)))
	}
	return summary, nil
}

// warnOf tells what a summary holds that the user did not ask for.
func (a *app) warnOf(summary *table.Summary, x extraction) {
	for _, note := range summary.Notes {
		fmt.Fprintln(a.err, "cas: warning:", note)
	}
	if x.aggregation == "" {
		return
	}
	for _, d := range summary.Datasets {
		for _, method := range slices.Sorted(maps.Keys(d.Mismatches)) {
			fmt.Fprintf(a.err, "cas: warning: %s is by %s, not %s, for %d of %d features: the service has no other\n",
				d.ID, method, x.aggregation, d.Mismatches[method], summary.Features)
		}
	}
}

// explain says how to go on after a run that ended early, or was not begun for the sake of one that did.
func (a *app) explain(err error, x extraction) error {
	if many := (*table.ClassesError)(nil); errors.As(err, &many) {
		return fmt.Errorf("%w\nNothing is asked again by:\n  %s --long", err, a.resumeCommand(x))
	}
	unfinished := (*tabulate.Unfinished)(nil)
	if !errors.As(err, &unfinished) && !errors.Is(err, journal.ErrUnfinished) {
		return err
	}
	again := "Go on with:"
	if x.geometry == "-" {
		again = "Go on with the same input:"
	}
	return fmt.Errorf("%w\n%s\n  %s", err, again, a.resumeCommand(x))
}
