package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// tabulation has the flags of `cas extract` for its table.
type tabulation struct {
	outputs []string
	reading
	keep        []string
	geo         bool
	batchSize   int
	concurrency int
	paced       bool // --concurrency was given
	resume      bool
	overwrite   bool
	wait        time.Duration
	grace       time.Duration
	partialOK   bool
	dryRun      bool
	quiet       bool
	forming
}

func (x *tabulation) flags(f *pflag.FlagSet) {
	f.StringArrayVarP(&x.outputs, "output", "o", nil, "table to write: FILE.csv, .ndjson, .json, .parquet, .nc (NetCDF), or with the geometries .geojson, .gpkg; repeat for several files")
	x.reading.flags(f)
	f.StringSliceVar(&x.keep, "keep", nil, "property to copy into the table; repeat for more")
	f.BoolVar(&x.geo, "geo", false, "with -o FILE.parquet: write GeoParquet, with the geometries")
	f.IntVar(&x.concurrency, "concurrency", usualConcurrency, "maximum number of requests in flight; the default with --local is at least two for each process")
	f.IntVar(&x.batchSize, "batch-size", 0, "maximum number of features in a request (default: as many as the service answers in 20 s, up to 1000)")
	f.BoolVar(&x.resume, "resume", false, "fail if there is no journal of an earlier run (a run resumes by itself if there is one)")
	f.BoolVar(&x.overwrite, "overwrite", false, "start again: replace the table and the journal of an earlier run")
	f.DurationVar(&x.wait, "wait", 30*time.Minute, "how long to wait for a service that is away (at most 10 s if it has never answered); 0 means not at all")
	f.DurationVar(&x.grace, "grace", 30*time.Second, "after Ctrl-C, how long to wait for the requests in flight; 0 means no limit")
	f.BoolVar(&x.partialOK, "partial-ok", false, "exit with 0 instead of 3 if the table is complete but lacks some results")
	f.BoolVar(&x.dryRun, "dry-run", false, "count features, requests and bytes; send nothing")
	x.forming.flags(f)
	f.BoolVarP(&x.quiet, "quiet", "q", false, "no progress and no summary on standard error")
}

func (x *tabulation) check() error {
	for _, o := range x.outputs {
		if formatOf(o, x.geo) == nil {
			return unknownEnding(o, endings...)
		}
	}
	switch {
	case x.geo && !slices.ContainsFunc(x.outputs, hasEnding(".parquet")):
		return usage("--geo writes GeoParquet, and needs -o FILE.parquet")
	case (x.resume || x.overwrite) && len(x.outputs) == 0:
		return usage("--resume and --overwrite need -o FILE, the table of the earlier run")
	case x.resume && x.overwrite:
		return usage("--resume and --overwrite: give one of them")
	case x.concurrency < 1:
		return usage("--concurrency %d: give 1 or more", x.concurrency)
	case x.batchSize < 0 || x.batchSize > cas.MaxBatchGeometries:
		return usage("--batch-size %d: give 1 to %d", x.batchSize, cas.MaxBatchGeometries)
	case x.wait < 0 || x.grace < 0:
		return usage("--wait and --grace: give a time, such as 30m")
	}
	return x.forming.check(x.outputs)
}

// tables are the outputs with their formats.
func (x *tabulation) tables() (list []tabulate.Output) {
	for _, path := range x.outputs {
		list = append(list, tabulate.Output{Path: path, Format: formatOf(path, x.geo)})
	}
	return list
}

// usualConcurrency is the default of --concurrency.
const usualConcurrency = 4

// requestShare divides --timeout: bulk enlarges its requests until one takes this part of the limit.
const requestShare = 6

// job is the table that the flags ask for.
func (a *app) job(client *cas.Client, x extraction, input tabulate.Input) *tabulate.Job {
	return &tabulate.Job{
		Client: client, Input: input, Outputs: x.tables(), IDField: x.idField, Keep: x.keep, Form: x.form, Shard: x.shard,
		Resume: x.resume, Overwrite: x.overwrite, ServiceVersion: a.serviceVersion, Suggest: a.suggestDataset, IsStatic: isStatic,
		Ask: bulk.Options{
			DatasetIDs: x.datasets, Aggregation: cas.AggregationMethod(x.aggregation), TimeRange: x.period(), Periods: x.periods,
			BatchSize: x.batchSize, Concurrency: x.concurrency, RequestTime: a.timeout / requestShare,
			Wait: cmp.Or(x.wait, -1),
		},
		About: table.About{
			ServiceURL: a.serviceName(x.localRun),
			Client:     fmt.Sprintf("cas-go %s, for CAS %s", cas.Version(), api.ServiceVersion),
		},
	}
}

// extractMany makes a table, or with --dry-run an estimate.
func (a *app) extractMany(ctx context.Context, x extraction, input tabulate.Input) error {
	if x.dryRun {
		return a.with(func(client *cas.Client) error { return a.estimate(ctx, a.job(client, x, input)) })
	}
	x.forMany()
	if d := input.Source.Describe(); x.idField == "" && len(d.Fields) > 0 && d.Format != "GeoJSON" && len(x.outputs) > 0 && !x.quiet {
		fmt.Fprintln(a.err, "cas: note: no field is named as the id by --id-field: a row is named by its position in the file, from 0; 'cas describe' shows which fields can be the id")
	}
	if x.local && !x.quiet {
		fmt.Fprintf(a.err, "cas: starting %s\n", x.processes())
	}
	return a.locally(ctx, x.localRun, func(tuning string) error {
		return a.with(func(client *cas.Client) error {
			job := a.job(client, x, input)
			job.About.ServiceTuning = tuning
			if len(x.outputs) == 0 {
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
	head, row := []string{"FEATURES"}, []string{fmt.Sprint(e.Features)}
	if e.Periods > 0 {
		head, row = append(head, "PERIODS", "ANSWERS"), append(row, fmt.Sprint(e.Periods), fmt.Sprint(e.Answers))
	}
	t := newTable(a.out, append(head, "REFUSED", "ANSWERED", "REQUESTS", "BYTES")...)
	t.row(append(row, fmt.Sprint(e.Refused), fmt.Sprint(e.Answered), fmt.Sprint(e.Requests), fmt.Sprint(e.GeometryBytes))...)
	fmt.Fprintln(a.err, "Nothing was sent. REFUSED features are invalid ('cas validate' lists them); ANSWERED ones are in the journal already.\n"+
		"REQUESTS is the least number: a run starts with small requests, so it sends more. BYTES is the size of the geometries.")
	return t.flush()
}

// serviceVersion is the version in the service's own document; "" if it cannot be read.
func (a *app) serviceVersion(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(a.serviceURL(), "/")+"/openapi.json", nil)
	if err != nil {
		return ""
	}
	response, err := http.DefaultClient.Do(request) // without the key
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	var document struct{ Info struct{ Version string } }
	const most = 16 << 20
	if response.StatusCode != http.StatusOK || json.NewDecoder(io.LimitReader(response.Body, most)).Decode(&document) != nil {
		return ""
	}
	return document.Info.Version
}

// tabulate makes the tables of -o and prints what failed.
func (a *app) tabulate(ctx context.Context, x extraction, job *tabulate.Job) error {
	summary, err := a.runJob(ctx, x, job)
	if err != nil {
		return err
	}
	if summary.Failed > 0 {
		a.tellFailed(summary, x.outputs[0], "; the same command asks for them again")
		if !x.partialOK {
			return errPartial
		}
	}
	return nil
}

// runJob runs the job and prints its progress, warnings and summary.
func (a *app) runJob(ctx context.Context, x extraction, job *tabulate.Job) (*table.Summary, error) {
	progress := newProgress(a.err, x.quiet)
	stop := twice(ctx, x.grace, progress.tell, job.StopNow)
	job.Ask.Progress = progress.show
	job.Warn = progress.warn
	if !x.quiet {
		job.Tell = progress.tell
	}
	started := time.Now()
	summary, err := job.Run(ctx)
	stop()
	progress.close()
	if err != nil {
		return nil, err
	}
	if job.NothingToDo() {
		if !x.quiet {
			fmt.Fprintf(a.err, "%s: nothing to do: it is made of the same answers already\n", strings.Join(x.outputs, ", "))
		}
		return summary, nil
	}
	a.warnOf(summary, x)
	if !x.quiet && len(x.outputs) > 0 {
		fmt.Fprintf(a.err, "%s: %d rows, %d columns, %s%s\n",
			strings.Join(x.outputs, ", "), cmp.Or(summary.Rows, summary.Features), len(summary.Columns), nulls(summary), duration(time.Since(started)))
	}
	return summary, nil
}

// nulls is the part of the summary line about results without a value.
func nulls(s *table.Summary) string {
	if s.NullValues == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d values null, ", s.NullValues, s.Results)
}

// warn prints the notes of a table's summary.
func (a *app) warn(notes []string) {
	for _, note := range notes {
		fmt.Fprintln(a.err, "cas: warning:", note)
	}
}

// warnOf prints the warnings about a finished table.
func (a *app) warnOf(summary *table.Summary, x extraction) {
	a.warn(summary.Notes)
	if s := summary; s.Results > 0 && s.NullValues == s.Results {
		a.warnOfNulls(s.Results)
	}
	if x.aggregation == "" {
		return
	}
	for _, d := range summary.Datasets {
		for _, method := range slices.Sorted(maps.Keys(d.Mismatches)) {
			of := fmt.Sprintf("%d features", summary.Features)
			if len(x.periods) > 0 {
				of = fmt.Sprintf("%d answers", d.Results+d.Missing)
			}
			fmt.Fprintf(a.err, "cas: warning: %s is by %s, not %s, for %d of %s: the service offers no other\n",
				d.ID, method, x.aggregation, d.Mismatches[method], of)
		}
	}
}

// warnOfNulls warns that none of n results has a value.
func (a *app) warnOfNulls(n int) {
	which := fmt.Sprintf("all %d values are", n)
	if n == 1 {
		which = "the value is"
	}
	fmt.Fprintf(a.err, "cas: warning: %s null: is it the right place? longitude and latitude swapped?\n", which)
}
