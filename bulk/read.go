package bulk

import (
	"errors"
	"iter"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// A candidate is a feature that was read, with what is the same for all its slots.
type candidate struct {
	feature features.Feature
	hash    journal.GeometryHash // of the geometry; set if there is a journal
	checked bool
	refusal error // of Options.Check, if checked
}

// check judges the feature when that is needed first.
func (c *candidate) check(o *Options) error {
	if !c.checked {
		c.refusal, c.checked = o.Check(c.feature), true
	}
	return c.refusal
}

// read reads the features into the queue as there is room for them. It does so in rounds: all features of a round are queued for the
// first slot, then all for the next. Without periods, a round is one feature; with periods it is as many as fit into a request, so that
// those of a period make one.
func (r *run) read(features iter.Seq2[features.Feature, error]) {
	var round []candidate
	first, bytes := 0, 0
	for f, err := range features {
		if err != nil {
			r.end(err)
			return
		}
		c := candidate{feature: f}
		if r.options.Journal != nil {
			c.hash = journal.HashGeometry(f.Geometry)
		}
		round = append(round, c)
		bytes += len(f.Geometry)
		if len(r.slots) > 1 && len(round) < r.options.BatchSize && bytes < r.options.BatchBytes {
			continue
		}
		if !r.readRound(round, first) {
			return
		}
		first += len(round)
		clear(round)
		round, bytes = round[:0], 0
	}
	if !r.readRound(round, first) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue.ended = true
	r.changed.Broadcast()
}

// readRound queues the features of a round, of which the first has that number in the input. It returns false if the run ends.
func (r *run) readRound(round []candidate, first int) bool {
	for s := range r.slots {
		for i := range round {
			c := &round[i]
			it := newItem(c.feature, &r.slots[s])
			it.place = (first+i)*len(r.slots) + s
			if r.options.Journal != nil {
				it.hash = c.hash.In(it.slot.period)
			}
			if err := r.judge(it, c); err != nil {
				r.end(err)
				return false
			}
			if !r.admit(it) {
				return false
			}
		}
	}
	return true
}

// judge settles an item that an earlier run has an answer to, or that is refused.
func (r *run) judge(it *item, c *candidate) error {
	var before Outcome
	if j := r.options.Journal; j != nil {
		if n, found := j.Find(it.feature.ID, it.hash); found {
			it.record = n
			if j.IsDone(n) && r.recording {
				it.outcome, it.settled = Outcome{FromJournal: true}, true
				return nil
			}
			entry, err := j.Entry(n)
			if err != nil {
				return err
			}
			if before = recorded(it.feature, entry); before.Err == nil {
				it.outcome, it.settled = before, true
				return nil
			}
			it.datasets = lacking(entry, it.slot.datasets)
			if len(it.datasets) < len(it.slot.datasets) {
				it.before = entry.Response
				it.bytes += resultBytes * len(entry.Response.Results)
			}
		}
	}
	refusal := c.check(&r.options)
	if refusal == nil {
		return nil
	}
	if it.before != nil { // an earlier run did not refuse it
		it.outcome, it.settled = before, true
		return nil
	}
	if isSameRefusal(before.Err, refusal) { // the journal has it
		it.outcome, it.settled = it.fail(refusal), true
		return nil
	}
	a := r.newAnswers([]*item{it})
	a.fail(refusal)
	if err := a.record(); err != nil {
		return err
	}
	a.give()
	return nil
}

func isSameRefusal(before, refusal error) bool {
	var a, b *preflight.Error
	return errors.As(before, &a) && errors.As(refusal, &b) && *a == *b
}

// admit waits for room and puts the item into the queue. It returns false if the run ends first.
func (r *run) admit(it *item) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.failure == nil && !r.queue.room(it) {
		if !r.queue.full {
			r.queue.full = true
			r.changed.Broadcast()
		}
		r.changed.Wait()
	}
	r.queue.full = false
	if r.failure != nil {
		return false
	}
	it.position = r.tally.Read
	r.queue.admit(it)
	r.tally.Read++
	if it.settled {
		r.count(it.outcome)
	}
	r.changed.Broadcast()
	return true
}
