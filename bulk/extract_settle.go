package bulk

import (
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/cas"
)

// answers are the outcomes of some features in one period, in their order. With a journal they are written down while they arrive, and brought into
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
		if len(items) > 0 {
			a.records.In(items[0].slot.period)
		}
	}
}

// take takes in the response for the feature that is due.
func (a *answers) take(response *cas.AttributeResponse) {
	a.add(a.items[len(a.outcomes)].answer(response))
}

// fail takes in why the feature that is due has no answer.
func (a *answers) fail(err error) {
	a.add(a.items[len(a.outcomes)].fail(err))
}

func (a *answers) add(o Outcome) {
	if a.records != nil {
		a.records.Add(o.Feature.ID, a.items[len(a.outcomes)].hash, o.Response, o.Err)
	}
	a.run.notice(o)
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
			it.feature, it.before = features.Feature{}, nil
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
	for i, it := range a.items {
		if it.provisional {
			r.tally.Failed--
			r.detached--
			r.amended = append(r.amended, it)
		}
		r.count(a.outcomes[i])
	}
	r.rate.add(time.Now(), len(a.items))
	r.changed.Broadcast()
}

// settleFailed ends the work on features that have no answer.
func (r *run) settleFailed(items []*item, errs ...error) {
	a := r.newAnswers(items)
	for _, err := range errs {
		a.fail(err)
	}
	r.settle(a)
}

// A parked item is a feature that failed alone, with why. It is asked for once more when that holds nobody up.
type parked struct {
	*item
	err error
}

// park puts a lone feature aside. Where the journal alone keeps the answers, the feature has its failure for an outcome until then, so
// that those behind it need not wait.
func (r *run) park(it *item, err error) {
	aside := it
	if r.recording && !it.provisional {
		own := *it
		own.provisional = true
		aside = &own
		r.mu.Lock()
		r.detached++
		r.mu.Unlock()
		r.settleFailed([]*item{it}, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.parked = append(r.parked, parked{aside, err})
	r.parkedBytes += aside.bytes
	r.changed.Broadcast()
}

// retry takes a parked feature if it is its turn: nothing else is to be asked for, or it holds up the window.
func (r *run) retry() *chunk {
	if len(r.parked) == 0 {
		return nil
	}
	q := &r.queue
	turn := q.idle() || q.full && q.empty()
	if r.recording {
		turn = turn || len(r.parked) > q.window/4 || r.parkedBytes > q.windowBytes/4
	} else {
		turn = turn || r.parked[0].position == q.order[0].position && (len(q.order) > q.window/2 || q.bytes > q.windowBytes/2)
	}
	if !turn {
		return nil
	}
	it := r.parked[0]
	r.parked = r.parked[1:]
	r.parkedBytes -= it.bytes
	c := newChunk([]*item{it.item}, true)
	c.again = true
	return c
}
