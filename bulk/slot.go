package bulk

import (
	"fmt"
	"slices"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

// A slot is one of the questions that every feature is asked: for datasets, in a period or in none. Without Options.Periods there is one.
type slot struct {
	period    string            // that the journal tells it by; "" is none
	timeRange cas.TimeRangeLike // that goes out
	datasets  []string
}

// slots are the questions, in the order in which a feature's outcomes stand.
func (o *Options) slots() (slots []slot) {
	if len(o.Periods) == 0 {
		return []slot{{timeRange: o.TimeRange, datasets: o.DatasetIDs}}
	}
	for _, s := range slotsOf(o.Fingerprint("")) {
		if s.period != "" {
			s.timeRange = o.Periods[len(slots)-min(1, len(o.Static))]
		}
		slots = append(slots, s)
	}
	return slots
}

// slotsOf are the questions of a run with this fingerprint, which is all that is known of an earlier run.
func slotsOf(f journal.Fingerprint) (slots []slot) {
	each, once := f.Split()
	if len(once) > 0 {
		slots = append(slots, slot{datasets: once})
	}
	for _, period := range f.Periods {
		slots = append(slots, slot{period: period, datasets: each})
	}
	return slots
}

// checkPeriods refuses what cannot be asked.
func (o *Options) checkPeriods() error {
	if len(o.Periods) == 0 {
		if len(o.Static) > 0 {
			return fmt.Errorf("bulk: Options.Static is for runs with Options.Periods")
		}
		return nil
	}
	if o.TimeRange != nil {
		return fmt.Errorf("bulk: Options.TimeRange and Options.Periods: give one of them")
	}
	known := map[string]bool{}
	for i, period := range o.periods() {
		if period == "" {
			return fmt.Errorf("bulk: Options.Periods[%d] is no period", i)
		}
		if known[period] {
			return fmt.Errorf("bulk: Options.Periods has %s twice", period)
		}
		known[period] = true
	}
	for _, id := range o.Static {
		if !slices.Contains(o.DatasetIDs, id) {
			return fmt.Errorf("bulk: Options.Static names %s, which Options.DatasetIDs does not", id)
		}
	}
	if each, _ := o.Fingerprint("").Split(); len(each) == 0 {
		return fmt.Errorf("bulk: no dataset is left for Options.Periods: all are in Options.Static")
	}
	return nil
}

// periods spells the periods.
func (o *Options) periods() (texts []string) {
	for _, p := range o.Periods {
		texts = append(texts, periodText(p))
	}
	return texts
}

// A round is features that are asked every question before the next features are: with one question, a feature; with several, as many as
// fit into a request, so that those of a period make one.
type round struct {
	features []features.Feature
	hashes   []journal.GeometryHash // set if there is a journal
	refusals []error                // by feature, once they were checked
	checked  []bool
	bytes    int // of geometries
	first    int // feature's number in the input
}

// add takes in a feature and reports that the round is full.
func (g *round) add(f features.Feature, o *Options, slots int) (full bool) {
	g.features = append(g.features, f)
	g.bytes += len(f.Geometry)
	return slots == 1 || len(g.features) == o.BatchSize || g.bytes >= o.BatchBytes
}

// check judges a feature when somebody wants to know.
func (g *round) check(i int, o *Options) error {
	if !g.checked[i] {
		g.refusals[i], g.checked[i] = o.Check(g.features[i]), true
	}
	return g.refusals[i]
}

// next begins the round behind this one.
func (g *round) next() { *g = round{first: g.first + len(g.features)} }
