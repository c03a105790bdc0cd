package table

import (
	"cmp"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/table/internal/kinds"
)

// A WarningCount is how often the service gave one kind of warning.
type WarningCount struct {
	Dataset string `json:"dataset,omitempty"` // where the warning speaks of one that was asked for
	Kind    string `json:"kind"`              // its text with # for numbers, on one line
	Count   int    `json:"count"`
	Example string `json:"example,omitempty"` // the first such warning, as it was sent, cut at 500 bytes
}

const (
	maxWarningKinds  = 200 // kept apart; the rest is counted together
	maxKindLength    = 300 // bytes
	maxExampleLength = 500 // bytes
	otherWarnings    = "other warnings"
)

// warningCounter counts warnings by kind, in bounded memory.
type warningCounter struct {
	datasets map[string]int // those asked for
	counts   map[warningKey]*WarningCount
	others   int
}

type warningKey struct{ dataset, kind string }

func (w *warningCounter) add(warning string) {
	var key warningKey
	text := warning
	if id, rest, ok := strings.Cut(warning, ": "); ok {
		if _, asked := w.datasets[id]; asked {
			key.dataset, text = id, strings.ReplaceAll(rest, id, "<dataset>")
		}
	}
	key.kind = kinds.Of(text, maxKindLength)
	if c := w.counts[key]; c != nil {
		c.Count++
		return
	}
	if len(w.counts) >= maxWarningKinds {
		w.others++
		return
	}
	if w.counts == nil {
		w.counts = map[warningKey]*WarningCount{}
	}
	key.dataset = strings.Clone(key.dataset)
	w.counts[key] = &WarningCount{Dataset: key.dataset, Kind: key.kind, Count: 1, Example: kinds.Cut(strings.Clone(warning), maxExampleLength)}
}

// sorted gives the most frequent first, what was not kept apart last.
func (w *warningCounter) sorted() []WarningCount {
	counts := make([]WarningCount, 0, len(w.counts)+1)
	for _, c := range w.counts {
		counts = append(counts, *c)
	}
	slices.SortFunc(counts, func(a, b WarningCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Dataset, b.Dataset), cmp.Compare(a.Kind, b.Kind))
	})
	if w.others > 0 {
		counts = append(counts, WarningCount{Kind: otherWarnings, Count: w.others})
	}
	return counts
}
