package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/community-attribute-service/cas-go/table"
)

const (
	mostReasonsTold = 3
	mostReasonsKept = 1000 // apart; a list of failures can have millions of lines
)

// A failure is what lines of a list of failures have in common.
type failure struct{ dataset, reason string }

// tellFailed says how many features of a table failed, and the most frequent reasons.
func (a *app) tellFailed(summary *table.Summary, path, again string) {
	list := table.ErrorsPath(path)
	fmt.Fprintf(a.err, "cas: %d of %d features failed: see %s%s\n", summary.Failed, summary.Features, list, again)
	counts, others, err := countFailures(list)
	if err != nil {
		return // the list itself says more
	}
	reasons := slices.SortedFunc(maps.Keys(counts), func(x, y failure) int {
		return cmp.Or(cmp.Compare(counts[y], counts[x]), cmp.Compare(x.dataset, y.dataset), cmp.Compare(x.reason, y.reason))
	})
	for i, f := range reasons {
		if i == mostReasonsTold {
			fmt.Fprintf(a.err, "  and %d lines with other reasons\n", others+sum(counts, reasons[i:]))
			break
		}
		fmt.Fprintf(a.err, "  %d × %s: %s\n", counts[f], cmp.Or(f.dataset, "the whole feature"), f.reason)
	}
}

func sum(counts map[failure]int, of []failure) (n int) {
	for _, f := range of {
		n += counts[f]
	}
	return n
}

// countFailures counts the lines of a list of failures by dataset and reason; those beyond the memory of it together.
func countFailures(path string) (counts map[failure]int, others int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	lines := csv.NewReader(file)
	lines.ReuseRecord = true
	head, err := lines.Read()
	if err != nil {
		return nil, 0, err
	}
	dataset, reason := slices.Index(head, "dataset"), slices.Index(head, "reason")
	if dataset < 0 || reason < 0 {
		return nil, 0, fmt.Errorf("%s is no list of failures", path)
	}
	counts = map[failure]int{}
	for {
		line, err := lines.Read()
		if err != nil {
			return counts, others, nil //nolint:nilerr // the end, or a line that cannot be read: what was counted is enough to tell
		}
		f := failure{line[dataset], line[reason]}
		if _, known := counts[f]; !known && len(counts) == mostReasonsKept {
			others++
			continue
		}
		counts[f]++
	}
}
