package bulk

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

// answers are the outcomes of some items of one period, in their order. With a journal, the records are made as the outcomes arrive, and
// appended when all are there.
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

// begin begins with other items, and keeps the memory: a worker uses one answers for all its requests.
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

// take adds the response to the next item.
func (a *answers) take(response *cas.AttributeResponse) {
	a.add(a.items[len(a.outcomes)].answer(response))
}

// fail adds the reason why the next item has no answer.
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

// record appends the outcomes to the journal, if there is one.
func (a *answers) record() (err error) {
	if a.records != nil {
		a.numbers, err = a.run.options.Journal.Append(a.records)
	}
	return err
}

// give hands the outcomes to their items. If the journal alone keeps the answers, the items drop their features.
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

// settle ends the work on items that were requested.
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

// settleFailed ends the work on items that have no answer.
func (r *run) settleFailed(items []*item, errs ...error) {
	a := r.newAnswers(items)
	for _, err := range errs {
		a.fail(err)
	}
	r.settle(a)
}

// count adds an outcome to the progress. It is called with mu locked.
func (r *run) count(o Outcome) {
	if o.Err != nil {
		r.tally.Failed++
		return
	}
	r.tally.Done++
	if o.FromJournal {
		r.tally.FromJournal++
	}
}

// A parked item is a feature that failed alone, with the reason. It is requested once more when no other feature has to wait for it.
type parked struct {
	*item
	err error
}

// park puts a lone feature aside. If the journal alone keeps the answers, the failure is its outcome for now, so that the features
// after it need not wait.
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

// retry returns a request for a parked feature if it is its turn: nothing else is to be requested, or it holds up the window. It is called
// with mu locked.
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

// fewest is the number of features, the first that are answered, that must lack the same dataset for the same reason to end a run.
const fewest = 200

// A pattern looks for datasets that every feature lacks for the same reason, at the start of a run without earlier answers.
type pattern struct {
	left    int               // features to look at
	reasons map[string]string // by dataset that all features so far lack
}

func newPattern(o *Options) pattern {
	if len(o.Periods) > 0 {
		return pattern{} // a dataset may begin after the first period
	}
	if o.Journal != nil && o.Journal.State().Records > 0 {
		return pattern{} // the user has seen the failures of the earlier run
	}
	return pattern{left: fewest}
}

// numbered matches the words of a reason that differ from feature to feature: numbers, times, request ids.
var numbered = regexp.MustCompile(`\w*[0-9]\w*`)

// see looks at the error of a feature that was answered. An error that it returns ends the run.
func (p *pattern) see(err error) error {
	if p.left == 0 {
		return nil
	}
	lacks := map[string]string{}
	var lacking *PartialError
	if errors.As(err, &lacking) {
		for _, f := range lacking.Failures {
			lacks[f.DatasetID] = numbered.ReplaceAllString(f.Reason, "#")
		}
	}
	if p.left == fewest {
		p.reasons = lacks
	}
	for id, reason := range p.reasons {
		if now, still := lacks[id]; !still || now != reason {
			delete(p.reasons, id)
		}
	}
	if p.left--; len(p.reasons) == 0 {
		p.left = 0
	}
	if p.left > 0 || len(p.reasons) == 0 {
		return nil
	}
	e := &HopelessError{Features: fewest}
	for _, f := range lacking.Failures {
		if _, ok := p.reasons[f.DatasetID]; ok {
			e.Failures = append(e.Failures, f)
		}
	}
	return e
}

// notice shows an outcome to the pattern until it is decided.
func (r *run) notice(o Outcome) {
	if o.Response == nil || !r.watching.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.pattern.see(o.Err); err != nil {
		r.endWith(err)
	}
	r.watching.Store(r.pattern.left > 0)
}

// A HopelessError ends a new run if its first features all lack the same datasets for the same reason. A journal keeps their answers. A
// run that resumes from it skips this check, and so does a run with [Options.Periods].
type HopelessError struct {
	Features int                  // number of features that were tried
	Failures []cas.DatasetFailure // the datasets, with the reason that one of the features got
}

// Error names the datasets and the reasons.
func (e *HopelessError) Error() string {
	text := fmt.Sprintf("none of the first %d features has a result for", e.Features)
	for i, f := range e.Failures {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(" %s (%s)", f.DatasetID, strings.Join(strings.Fields(f.Reason), " "))
	}
	return text
}
