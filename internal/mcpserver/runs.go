package mcpserver

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/tabulate"
)

const (
	mostRuns    = 2                // at a time
	mostWait    = 60               // seconds that a tool waits for a run
	gracePeriod = 3 * time.Second  // between the end of the server and the end of requests in flight
	requestTime = 20 * time.Second // that a request of a run should take
)

// runs are those of the server, by the path of their table without its ending: what stands beside a table is named after that.
type runs struct {
	sync.Mutex
	all     map[string]*run
	stopped bool
	wait    sync.WaitGroup
}

// A run is a table in the making, or made.
type run struct {
	soft, hard func()
	done       chan struct{}

	mu       sync.Mutex
	progress bulk.Progress
	notes    []string
	summary  *table.Summary // with done, or err
	err      error
}

type fileInput struct {
	reading
	Output      string   `json:"output" jsonschema:"table to write, relative to the root folder: .csv, .ndjson, .json or .parquet"`
	Datasets    []string `json:"datasets" jsonschema:"1 to 50 ids of the form provider:dataset"`
	IDField     string   `json:"id_field,omitempty" jsonschema:"property that holds the id; the feature's own id, else its position, if left out"`
	Keep        []string `json:"keep,omitempty" jsonschema:"properties to carry into the table"`
	Aggregation string   `json:"aggregation,omitempty" jsonschema:"mean (the default), median, min, max, std, sum, majority, minority, unique or distribution"`
	Start       string   `json:"start,omitempty" jsonschema:"start of the period of time-varying datasets, ISO 8601; with end"`
	End         string   `json:"end,omitempty" jsonschema:"end of the period"`
	Wait        *int     `json:"wait_seconds,omitempty" jsonschema:"how long to wait for the end of the run, 0 to 60; 20 if left out"`
}

type statusInput struct {
	Output string `json:"output" jsonschema:"the table, as given to extract_file"`
	Wait   *int   `json:"wait_seconds,omitempty" jsonschema:"how long to wait for the end of the run, 0 to 60; 10 if left out"`
}

type runOutput struct {
	State    string   `json:"state" jsonschema:"running; done: the table is there; stopped: extract_file with the same arguments goes on; failed"`
	Features int      `json:"features" jsonschema:"in the file; 0 while that is not known"`
	Complete int      `json:"complete" jsonschema:"features with a result of every dataset"`
	Failed   int      `json:"failed" jsonschema:"features that lack one or were refused; extract_file again asks for them"`
	Seconds  *float64 `json:"seconds_left,omitempty" jsonschema:"an estimate"`
	Files    *files   `json:"files,omitempty" jsonschema:"relative to the root folder"`
	Columns  []column `json:"columns,omitempty" jsonschema:"of the table; the first 60"`
	Missing  []absent `json:"missing" jsonschema:"what has no result, by dataset and reason: unknown, not zero"`
	Null     int      `json:"null_values" jsonschema:"results without a value: no data there"`
	Warnings []string `json:"warnings"`
	Reason   string   `json:"reason,omitempty" jsonschema:"why the run stopped or failed"`
}

type files struct {
	Table   string `json:"table"`
	Errors  string `json:"errors" jsonschema:"CSV of id, dataset, reason for what has no result"`
	Meta    string `json:"meta" jsonschema:"parameters, counts, units, licences, citations"`
	Journal string `json:"journal"`
}

type column struct {
	Name    string `json:"name"`
	Dataset string `json:"dataset,omitempty"`
	Units   string `json:"units,omitempty"`
}

// absent is results that are missing for one reason.
type absent struct {
	Dataset  string   `json:"dataset" jsonschema:"empty where the whole feature was refused or failed"`
	Reason   string   `json:"reason"`
	Features int      `json:"features"`
	IDs      []string `json:"ids" jsonschema:"of the first three"`
	Similar  []string `json:"did_you_mean,omitempty"`
}

func (s *Server) addRunTools() {
	yes, no := true, false
	addTool(s, &mcp.Tool{
		Name: "extract_file", Title: "Extract attributes of a file of features",
		Description: "Make a table of attributes, a row for each feature of a file under the root folder. The run goes on in the background; run_status tells how " +
			"it is. It writes the table and files beside it, and returns counts and paths, never rows. With the arguments of an earlier run it goes on with that run.",
		Annotations: &mcp.ToolAnnotations{DestructiveHint: &no, IdempotentHint: true, OpenWorldHint: &yes},
	}, s.extractFile)
	addTool(s, &mcp.Tool{
		Name: "run_status", Title: "State of a run",
		Description: "How far a run of extract_file is; when it has ended, its counts, files, and what is missing with its reasons.",
	}, s.runStatus)
}

func (s *Server) extractFile(ctx context.Context, in fileInput) (runOutput, error) {
	none := runOutput{Missing: []absent{}, Warnings: []string{}}
	if err := checkDatasets(in.Datasets, mostColumns); err != nil {
		return none, err
	}
	period, err := periodOf(in.Start, in.End)
	if err != nil {
		return none, err
	}
	wait, err := seconds(in.Wait, 20)
	if err != nil {
		return none, err
	}
	output, format, err := s.folder.output(in.Output)
	if err != nil {
		return none, err
	}
	r, err := s.runs.begin(output)
	if err != nil {
		return none, err
	}
	input, err := s.open(in.reading, in.IDField, append([]string{}, in.Keep...))
	if err != nil {
		s.runs.forget(output, r)
		return none, err
	}
	job := &tabulate.Job{
		Client: s.config.Client, Input: input, Outputs: []tabulate.Output{{Path: output, Format: format}}, IDField: in.IDField, Keep: in.Keep, Warn: r.note,
		Suggest: func(_ context.Context, id string) string { return didYouMean(id) },
		Ask: bulk.Options{
			DatasetIDs: in.Datasets, Aggregation: cas.AggregationMethod(in.Aggregation), TimeRange: period, RequestTime: requestTime, Progress: r.tell,
		},
		About: table.About{ServiceURL: s.config.ServiceURL, Client: s.config.Program},
	}
	s.runs.start(r, job)
	out := s.waitFor(ctx, r, output, wait)
	if out.State == "failed" {
		s.runs.forget(output, r)
		return none, errors.New(out.Reason)
	}
	return out, nil
}

func (s *Server) runStatus(ctx context.Context, in statusInput) (runOutput, error) {
	none := runOutput{Missing: []absent{}, Warnings: []string{}}
	wait, err := seconds(in.Wait, 10)
	if err != nil {
		return none, err
	}
	output, _, err := s.folder.output(in.Output)
	if err != nil {
		return none, err
	}
	if r := s.runs.of(output); r != nil {
		return s.waitFor(ctx, r, output, wait), nil
	}
	state, err := journal.Inspect(tabulate.JournalPath(output))
	if err != nil {
		return none, errors.New(s.folder.relative(err.Error()))
	}
	if !state.Exists {
		return none, fmt.Errorf("there is no run of %s", short(in.Output))
	}
	out := none
	out.State, out.Reason = "stopped", "the server that ran it has ended; extract_file with the same arguments goes on"
	out.Complete, out.Failed = state.Done, state.Failed
	if _, err := os.Stat(output); err == nil && state.Finished {
		out.State, out.Reason, out.Features = "done", "", state.Done+state.Failed
		s.finished(&out, output)
	}
	return out, nil
}

func seconds(wish *int, usual int) (time.Duration, error) {
	if wish == nil {
		wish = &usual
	}
	if *wish < 0 || *wish > mostWait {
		return 0, fmt.Errorf("wait_seconds: %d; give 0 to %d", *wish, mostWait)
	}
	return time.Duration(*wish) * time.Second, nil
}

// waitFor waits for the end of a run, and tells how it is.
func (s *Server) waitFor(ctx context.Context, r *run, output string, wait time.Duration) runOutput {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-r.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	ended := false
	select {
	case <-r.done:
		ended = true
	default:
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.progress
	out := runOutput{State: "running", Features: p.Total, Complete: p.Done, Failed: p.Failed, Missing: []absent{}, Warnings: few(r.notes)}
	unfinished := (*tabulate.Unfinished)(nil)
	switch {
	case !ended:
		if left, known := p.Remaining(); known {
			out.Seconds = finite(left.Round(time.Second).Seconds())
		}
	case errors.As(r.err, &unfinished):
		out.State, out.Complete, out.Failed = "stopped", unfinished.Done, unfinished.Failed
		out.Reason = short(s.folder.relative(r.err.Error())) + "; extract_file with the same arguments goes on"
	case r.err != nil:
		out.State, out.Reason = "failed", short(s.folder.relative(r.err.Error()))
		if refusal := (*tabulate.Refusal)(nil); errors.As(r.err, &refusal) {
			out.Reason += "; " + refusal.Hint
		}
	default:
		out.State = "done"
		s.summarize(&out, r.summary)
		s.finished(&out, output)
	}
	return out
}

// summarize takes over the counts of a table.
func (s *Server) summarize(out *runOutput, summary *table.Summary) {
	out.Features, out.Complete, out.Failed = summary.Features, summary.Features-summary.Failed, summary.Failed
	out.Null = summary.NullValues
	units := map[string]string{}
	for _, d := range summary.Datasets {
		units[d.ID] = short(strings.Join(d.Units, ", "))
	}
	for _, c := range summary.Columns[:min(len(summary.Columns), mostFields)] {
		described := column{Name: short(c.Name), Dataset: c.Dataset}
		if c.Role == table.RoleValue {
			described.Units = units[c.Dataset]
		}
		out.Columns = append(out.Columns, described)
	}
	warnings := slices.Concat(out.Warnings, summary.Notes)
	for _, w := range summary.Warnings {
		warnings = append(warnings, fmt.Sprintf("%s (%d times)", w.Example, w.Count))
	}
	out.Warnings = few(warnings)
}

// finished adds the files of a table that was made, and what is missing in it.
func (s *Server) finished(out *runOutput, output string) {
	name := func(path string) string { return filepath.ToSlash(s.folder.relative(path)) }
	out.Files = &files{name(output), name(table.ErrorsPath(output)), name(table.MetaPath(output)), name(tabulate.JournalPath(output))}
	var err error
	if out.Missing, err = readFailures(table.ErrorsPath(output)); err != nil {
		out.Warnings = append(out.Warnings, "the list of failures cannot be read: "+short(reason(err).Error()))
	}
}

// readFailures sums up the list of failures of a table, the most frequent first.
func readFailures(path string) ([]absent, error) {
	file, err := os.Open(path)
	if err != nil {
		return []absent{}, err
	}
	defer file.Close()
	const mostIDs, mostReasons = 3, 1000
	at := map[[2]string]int{}
	all := []absent{}
	rows := csv.NewReader(file)
	for line := 0; ; line++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(row) < 3 {
			return all, errors.Join(err, errors.New("it is no list of id, dataset, reason"))
		}
		if line == 0 {
			continue
		}
		key := [2]string{row[1], row[2]}
		i, seen := at[key]
		if !seen {
			if len(all) == mostReasons {
				continue
			}
			i = len(all)
			at[key], all = i, append(all, absent{Dataset: row[1], Reason: short(row[2]), IDs: []string{}, Similar: suggestions(row[1])})
		}
		all[i].Features++
		if len(all[i].IDs) < mostIDs {
			all[i].IDs = append(all[i].IDs, short(row[0]))
		}
	}
	slices.SortStableFunc(all, func(a, b absent) int { return b.Features - a.Features })
	return all[:min(len(all), mostListed)], nil
}

// key names a run by its table without the ending.
func key(output string) string {
	return strings.ToLower(strings.TrimSuffix(output, filepath.Ext(output)))
}

// begin makes place for a run.
func (rs *runs) begin(output string) (*run, error) {
	rs.Lock()
	defer rs.Unlock()
	going := 0
	for k, r := range rs.all {
		select {
		case <-r.done:
		default:
			going++
			if k == key(output) {
				return nil, errors.New("a run is writing this table; ask run_status")
			}
		}
	}
	if rs.stopped || going >= mostRuns {
		return nil, fmt.Errorf("%d runs are going on; wait for one to end (run_status)", going)
	}
	if rs.all == nil {
		rs.all = map[string]*run{}
	}
	r := &run{done: make(chan struct{})}
	rs.all[key(output)] = r
	return r, nil
}

// forget drops a run that wrote nothing.
func (rs *runs) forget(output string, r *run) {
	rs.Lock()
	defer rs.Unlock()
	if rs.all[key(output)] == r {
		delete(rs.all, key(output))
	}
}

func (rs *runs) of(output string) *run {
	rs.Lock()
	defer rs.Unlock()
	return rs.all[key(output)]
}
