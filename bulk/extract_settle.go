package bulk

import (
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/cas"
)

// answers are the outcomes of some features, in their order. With a journal they are written down while they arrive, and brought into
// it when all are there.
type answers struct {
	run      *run
	items    []*item
	outcomes []Outcome
	records  *journal.Writer  // nil if there is no journal
	numbers  []journal.Number // in the journal
}

func (r *run) newAnswers(items []*item) *answers {
	a := &answers{run: r}
	if r.options.Journal != nil {
		a.records = new(journal.Writer)
	}
	a.begin(items)
	return a
}

// begin forgets what there was, but for the memory: a worker has one for all that it asks.
func (a *answers) begin(items []*item) {
	a.items = items
	clear(a.outcomes)
	a.outcomes, a.numbers = a.outcomes[:0], nil
	if a.records != nil {
		a.records.Reset()
	}
}

// take takes in the response for the feature that is due.
func (a *answers) take(response *cas.AttributeResponse) {
	it := a.items[len(a.outcomes)]
	a.add(answered(it.feature, response, a.run.options.DatasetIDs))
}

// fail takes in why the feature that is due has no answer.
func (a *answers) fail(err error) {
	it := a.items[len(a.outcomes)]
	a.add(Outcome{Feature: it.feature, Err: err})
}

func (a *answers) add(o Outcome) {
	if a.records != nil {
		a.records.Add(o.Feature.ID, a.items[len(a.outcomes)].hash, o.Response, o.Err)
	}
	if a.run.recording {
		o.Feature, o.Response = features.Feature{}, nil
	}
	a.outcomes = append(a.outcomes, o)
}

// record brings the outcomes into the journal, if there is one.
func (a *answers) record() (err error) {
	if a.records != nil {
		a.numbers, err = a.run.options.Journal.Append(a.records)
	}
	return err
}

// give gives the outcomes to their features.
func (a *answers) give() {
	for i, it := range a.items {
		it.outcome, it.settled = a.outcomes[i], true
		if a.numbers != nil {
			it.record = a.numbers[i]
		}
		if a.run.recording {
			it.feature = features.Feature{}
		}
	}
}

// settle ends the work on features that were asked for.
func (r *run) settle(a *answers) {
	if err := a.record(); err != nil {
		r.end(err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	a.give()
	for _, o := range a.outcomes {
		r.count(o)
	}
	r.rate.add(time.Now(), len(a.items))
	r.changed.Broadcast()
}

// settleFailed ends the work on features that have no answer.
func (r *run) settleFailed(items []*item, errs []error) {
	a := r.newAnswers(items)
	for _, err := range errs {
		a.fail(err)
	}
	r.settle(a)
}
