package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/tabulate"
)

const (
	mostReasonsTold = 3
	mostReasonsKept = 1000 // because a run can have millions of failures
)

// A failure is a dataset ("" if the whole feature failed) and a kind of reason: its text with # in place of numbers and ids.
type failure struct{ dataset, kind string }

var numbered = regexp.MustCompile(`-?\w*\d[\w.]*`)

// reasonCounter counts failures by dataset and reason, in bounded memory.
type reasonCounter struct {
	counts  map[failure]int
	example map[failure]string // the first reason of the kind
	others  int                // not kept apart
}

func (c *reasonCounter) add(dataset, reason string) {
	f := failure{dataset, numbered.ReplaceAllString(reason, "#")}
	if _, known := c.counts[f]; !known && len(c.counts) == mostReasonsKept {
		c.others++
		return
	}
	if c.counts == nil {
		c.counts, c.example = map[failure]int{}, map[failure]string{}
	}
	if c.counts[f]++; c.counts[f] == 1 {
		c.example[f] = reason
	}
}

// print writes the most frequent reasons, a line each.
func (c *reasonCounter) print(w io.Writer) {
	reasons := slices.SortedFunc(maps.Keys(c.counts), func(x, y failure) int {
		return cmp.Or(cmp.Compare(c.counts[y], c.counts[x]), cmp.Compare(x.dataset, y.dataset), cmp.Compare(x.kind, y.kind))
	})
	others := c.others
	for i, f := range reasons {
		if i >= mostReasonsTold {
			others += c.counts[f]
			continue
		}
		fmt.Fprintf(w, "  %d × %s: %s\n", c.counts[f], cmp.Or(f.dataset, "the whole feature"), c.example[f])
	}
	if others > 0 {
		fmt.Fprintf(w, "  %d × other reasons\n", others)
	}
}

// tellFailed says how many features of a table failed, what to do (again), and the most frequent reasons.
func (a *app) tellFailed(summary *table.Summary, path, again string) {
	list := table.ErrorsPath(path)
	counts, sent, err := countFailures(list)
	if err == nil && !sent {
		again = "; they cannot be asked for as they are"
	}
	fmt.Fprintf(a.err, "cas: %s: see %s%s\n", failedText(&summary.Counts), list, again)
	counts.print(a.err)
}

// failedText counts features without any result apart from those that lack some.
func failedText(c *table.Counts) string {
	switch lacking := c.Failed - c.NoResult; {
	case lacking == 0:
		return fmt.Sprintf("%d of %d features failed", c.NoResult, c.Features)
	case c.NoResult == 0:
		return fmt.Sprintf("%d of %d features lack some results", lacking, c.Features)
	default:
		return fmt.Sprintf("%d of %d features failed, %d without some results", c.NoResult, c.Features, lacking)
	}
}

// countFailures counts the lines of a list of failures. It reports whether a service was asked for one of them.
func countFailures(path string) (counts reasonCounter, sent bool, err error) {
	for line, err := range failuresIn(path) {
		if err != nil {
			return counts, sent, err
		}
		sent = sent || line.service != ""
		counts.add(line.dataset, line.reason)
	}
	return counts, sent, nil
}

// failedLine is a line of a list of failures.
type failedLine struct{ id, dataset, period, reason, service string }

// failuresIn reads a list of failures.
func failuresIn(path string) iter.Seq2[failedLine, error] {
	return func(yield func(failedLine, error) bool) {
		file, err := os.Open(path)
		if err != nil {
			yield(failedLine{}, err)
			return
		}
		defer file.Close()
		lines := csv.NewReader(file)
		head, err := lines.Read()
		for err == nil {
			var cells []string
			if cells, err = lines.Read(); err != nil {
				break
			}
			cell := func(name string) string {
				if i := slices.Index(head, name); i >= 0 {
					return cells[i]
				}
				return ""
			}
			if !yield(failedLine{cell("id"), cell("dataset"), cell("period"), cell("reason"), cell("service")}, nil) {
				return
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(failedLine{}, fmt.Errorf("%s: %w", path, err))
		}
	}
}

// mostFailures is how many failures are printed without -o.
const mostFailures = 20

// printTable makes a table without -o: it writes to a temporary folder and copies the finished table to standard output.
func (a *app) printTable(ctx context.Context, x extraction, job *tabulate.Job) error {
	folder, err := os.MkdirTemp("", "cas-")
	if err != nil {
		return fmt.Errorf("the table is made in the folder for temporary files, which TMPDIR can name: %w", err)
	}
	defer os.RemoveAll(folder)
	output := tabulate.Output{Path: filepath.Join(folder, "attributes.csv"), Format: table.CSV{}}
	if a.json {
		output = tabulate.Output{Path: filepath.Join(folder, "attributes.json"), Format: table.JSON{}}
	}
	job.Outputs = []tabulate.Output{output}
	summary, err := a.runJob(ctx, x, job)
	if unfinished, ok := errors.AsType[*tabulate.Unfinished](err); ok {
		return fmt.Errorf("%w; nothing is kept: with -o FILE a run can be resumed", unfinished.Err)
	}
	if err != nil {
		return err
	}
	file, err := os.Open(output.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := io.Copy(a.out, file); err != nil {
		return err
	}
	if summary.Failed == 0 {
		return nil
	}
	fmt.Fprintf(a.err, "cas: %s:\n", failedText(&summary.Counts))
	if err := printFailures(a.err, table.ErrorsPath(output.Path)); err != nil {
		return err
	}
	if x.partialOK {
		return nil
	}
	return errPartial
}

// printFailures prints the first lines of a list of failures.
func printFailures(w io.Writer, path string) error {
	t := newTable(w, "ID", "DATASET", "REASON")
	n := 0
	for line, err := range failuresIn(path) {
		if err != nil {
			return err
		}
		if n++; n > mostFailures {
			t.row("…", "", "give -o FILE for a list of all")
			break
		}
		t.row(line.id, line.dataset+" "+line.period, line.reason)
	}
	return t.flush()
}
