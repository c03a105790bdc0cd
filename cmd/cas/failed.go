package main

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"

	"github.com/community-attribute-service/cas-go/table"
)

const (
	mostReasonsTold = 3
	mostReasonsKept = 1000 // apart; a run can have millions of failures
)

// A failure is a dataset ("" where the whole feature failed) and a kind of reason: its text with # for numbers and ids.
type failure struct{ dataset, kind string }

var numbered = regexp.MustCompile(`-?\w*\d[\w.]*`)

// reasonCounter counts failures by dataset and reason, in bounded memory.
type reasonCounter struct {
	counts  map[failure]int
	example map[failure]string // the first reason of the kind
	others  int                // that were not kept apart
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
	fmt.Fprintf(a.err, "cas: %d of %d features failed: see %s%s\n", summary.Failed, summary.Features, list, again)
	counts.print(a.err)
}

// countFailures counts the lines of a list of failures. It reports whether a service was asked for one of them.
func countFailures(path string) (counts reasonCounter, sent bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return counts, false, err
	}
	defer file.Close()
	lines := csv.NewReader(file)
	head, err := lines.Read()
	if err != nil {
		return counts, false, err
	}
	dataset, reason, service := slices.Index(head, "dataset"), slices.Index(head, "reason"), slices.Index(head, "service")
	if min(dataset, reason, service) < 0 {
		return counts, false, fmt.Errorf("%s: the columns are not those of a list of failures", path)
	}
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return counts, sent, nil
		}
		if err != nil {
			return counts, sent, err
		}
		sent = sent || line[service] != ""
		counts.add(line[dataset], line[reason])
	}
}
