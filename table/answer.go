package table

import (
	"fmt"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/wire"
)

// An answer is an outcome taken apart, or those of a feature, one after the other: the result of each dataset, and what failed.
type answer struct {
	plan     *Plan
	at       int                    // slot of the outcome that was taken last
	next     int                    // slot of the one that is due
	results  []*cas.AttributeResult // by part; nil where there is none
	own      []cas.AttributeResult  // copies, where a row is of several outcomes, by part
	failures []cas.DatasetFailure   // of the outcome; none if it has not failed
}

func (p *Plan) newAnswer() *answer {
	a := &answer{plan: p, results: make([]*cas.AttributeResult, len(p.parts))}
	if p.form.Wide {
		a.own = make([]cas.AttributeResult, len(p.parts))
	}
	return a
}

func (a *answer) slot() *slot { return &a.plan.slots[a.at] }

// first and last report whether the outcome is the first and the last of its feature.
func (a *answer) first() bool { return a.at == 0 }
func (a *answer) last() bool  { return a.next == 0 }

// take reads an outcome. What it shows is valid until the next one; in a wide table, until the next feature's.
func (a *answer) take(o *bulk.Outcome) error {
	a.at, a.next = a.next, (a.next+1)%len(a.plan.slots)
	s := a.slot()
	if o.Period != s.period {
		return fmt.Errorf("feature %d (id %q): there is an outcome for the period %q where that for %q is due", o.Feature.Index, o.Feature.ID, o.Period, s.period)
	}
	if a.own == nil || a.first() {
		clear(a.results)
	}
	found := 0
	if o.Response != nil {
		for i := range o.Response.Results {
			r := &o.Response.Results[i]
			if d, asked := s.find(i, r.DatasetID); asked && a.results[s.parts[d]] == nil {
				a.put(s.parts[d], r)
				found++
			}
		}
	}
	a.failures = o.Failures()
	if len(a.failures) == 0 && found < len(s.datasets) { // an outcome of someone else's making: nothing goes unsaid
		a.failures = cas.Missing(o.Response, s.datasets)
	}
	return nil
}

// put takes a result in. A response is good until the next outcome.
func (a *answer) put(part int, r *cas.AttributeResult) {
	if a.own != nil {
		own := &a.own[part]
		*own = *r
		if r.Value.NumClasses() > 0 {
			own.Value, _ = wire.ClassesValue(r.Value.Classes())
		}
		r = own
	}
	a.results[part] = r
}

// find is the number of the dataset of the i-th result. Results mostly stand in the order in which they were asked for.
func (s *slot) find(i int, dataset string) (d int, asked bool) {
	if i < len(s.datasets) && s.datasets[i] == dataset {
		return i, true
	}
	d, asked = s.index[dataset]
	return d, asked
}
