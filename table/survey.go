package table

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table/internal/kinds"
)

// Counts are the sums of a table. With periods, Results and NullValues count those of every period.
type Counts struct {
	Features   int                     `json:"features"`    // of the table
	Failed     int                     `json:"failed"`      // features that lack the result of at least one dataset
	NoResult   int                     `json:"no_result"`   // those of them that have no result at all
	Results    int                     `json:"results"`     // answers for the datasets that were asked for, null values included
	NullValues int                     `json:"null_values"` // results whose value is null: empty cells that are not failures
	ByQuality  map[cas.QualityFlag]int `json:"by_quality"`  // results by quality
}

// A DatasetSummary is what the answers show about one dataset.
type DatasetSummary struct {
	ID         string // provider:dataset
	Results    int    // answers, null values included
	Missing    int    // features without an answer; with periods, the sum over all periods
	NullValues int    // answers without a value
	// Mismatches counts the results by an aggregation other than the one asked for. Categorical datasets always answer
	// distribution.
	Mismatches map[cas.AggregationMethod]int `json:"other_aggregations,omitempty"`
	Units      []string                      `json:"units,omitempty"`                    // as the results have them, in order of appearance; 20 at most
	Provenance []string                      `json:"provenance,omitempty"`               // as the results have them, in order of appearance; 20 at most, each cut at 1000 bytes
	More       bool                          `json:"more_units_or_provenance,omitempty"` // there are further units or provenance strings
}

const (
	maxDistinct       = 20
	maxDistinctLength = 1000 // bytes
)

// A Summary is what the outcomes of a run show.
type Summary struct {
	Counts
	Columns  []Column         `json:"columns"`         // of the table
	Kept     []KeptType       `json:"kept,omitempty"`  // of a part: types of its kept properties, if the columns of the format have types
	Rows     int              `json:"rows,omitempty"`  // of a table in long form; others have one row per feature
	Notes    []string         `json:"notes,omitempty"` // on classes whose columns have a number behind their names; for standard error
	Warnings []WarningCount   `json:"warnings"`        // of the service, the most frequent first
	Datasets []DatasetSummary `json:"datasets"`        // in the order asked
}

// survey is the first pass over the outcomes: it collects columns and sums, and lists failures.
type survey struct {
	asked    cas.AggregationMethod
	counts   Counts
	datasets []DatasetSummary
	found    *found
	warnings warningCounter
	failures *failureWriter
	failed   failedFeature
	before   int // counts.Results before the feature

	quality cas.QualityFlag // of the latest results
	alike   int             // how many results in a row have it; not in counts yet
}

// surveyOutcomes ranges over a source once, and writes rows as long as they fit.
func surveyOutcomes(ctx context.Context, source Source, p *Plan, asked cas.AggregationMethod, failures *failureWriter, rows *rowsWriter) (*Summary, *layout, error) {
	s := &survey{
		asked:    cmp.Or(asked, cas.AggregationMean),
		counts:   Counts{ByQuality: map[cas.QualityFlag]int{}},
		datasets: make([]DatasetSummary, len(p.datasets)),
		found:    p.nothingFound(),
		failures: failures,
	}
	s.warnings.datasets = map[string]int{}
	for d, id := range p.datasets {
		s.datasets[d].ID = id
		s.warnings.datasets[id] = d
	}
	for a, err := range p.answers(ctx, source) {
		if err == nil {
			err = s.see(a)
		}
		if err == nil {
			err = rows.try(a)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	s.endRun()
	l := p.layOut(s.found)
	summary := &Summary{Counts: s.counts, Columns: l.columns, Notes: l.notes, Warnings: s.warnings.sorted(), Datasets: s.datasets}
	if p.part && p.typed {
		summary.Kept = s.found.kept
	}
	return summary, l, nil
}

// lookAhead is how many outcomes expectColumns looks at.
const lookAhead = 1000

// expectColumns returns the layout that fits the first outcomes.
func expectColumns(ctx context.Context, source Source, p *Plan) (*layout, error) {
	found, n := p.nothingFound(), 0
	for a, err := range p.answers(ctx, source) {
		if err == nil {
			err = found.see(a)
		}
		if err != nil {
			return nil, err
		}
		if n++; n >= lookAhead && a.last() {
			break
		}
	}
	return p.layOut(found), nil
}

func (s *survey) see(a *answer) error {
	if a.first() {
		s.counts.Features++
		s.before = s.counts.Results
	}
	if response := a.outcome.Response; response != nil {
		for _, w := range response.Warnings {
			s.warnings.add(w)
		}
	}
	for _, i := range a.slot().parts {
		d, r := a.plan.parts[i].of, a.results[i]
		if r == nil {
			s.datasets[d].Missing++
			continue
		}
		s.seeResult(d, r)
	}
	if err := s.found.see(a); err != nil {
		return err
	}
	s.failed.add(a)
	if !a.last() || len(s.failed.outcomes) == 0 {
		return nil
	}
	s.counts.Failed++
	if s.counts.Results == s.before {
		s.counts.NoResult++
	}
	for _, f := range s.failed.take(len(a.plan.slots)) {
		if err := s.failures.write(&f.outcome, f.failures); err != nil {
			return err
		}
	}
	return nil
}

func (s *survey) seeResult(d int, r *cas.AttributeResult) {
	sum := &s.datasets[d]
	s.counts.Results++
	sum.Results++
	s.countQuality(r.Quality)
	if r.Value.IsNull() {
		s.counts.NullValues++
		sum.NullValues++
	}
	if r.Aggregation != s.asked {
		if sum.Mismatches == nil {
			sum.Mismatches = map[cas.AggregationMethod]int{}
		}
		sum.Mismatches[r.Aggregation]++
	}
	sum.Units = sum.distinct(sum.Units, r.Units)
	sum.Provenance = sum.distinct(sum.Provenance, r.Provenance)
}

// countQuality counts in runs, as most results have the same quality as the one before.
func (s *survey) countQuality(q cas.QualityFlag) {
	if q != s.quality {
		s.endRun()
		s.quality = q
	}
	s.alike++
}

func (s *survey) endRun() {
	if s.alike > 0 {
		s.counts.ByQuality[s.quality] += s.alike
	}
	s.alike = 0
}

// distinct adds a text that is not in the list yet, if there is room.
func (d *DatasetSummary) distinct(texts []string, text string) []string {
	text = kinds.Cut(text, maxDistinctLength)
	switch {
	case text == "" || len(texts) == maxDistinct && d.More || slices.Contains(texts, text):
		return texts
	case len(texts) == maxDistinct:
		d.More = true
		return texts
	}
	return append(texts, strings.Clone(text))
}

// A WarningCount is how often the service gave one kind of warning.
type WarningCount struct {
	Dataset string `json:"dataset,omitempty"` // if the warning is about one that was asked for
	Kind    string `json:"kind"`              // its text with # for numbers, on one line
	Count   int    `json:"count"`
	Example string `json:"example,omitempty"` // the first such warning, as it was sent, cut at 500 bytes
}

const (
	maxWarningKinds  = 200 // that are counted separately
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

// sorted returns the counts, the most frequent first; those that were not counted separately come last.
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
