package bulk

import (
	"errors"
	"iter"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// read takes in the features, one by one as there is room for them. What is known already, or refused, has its outcome at once.
func (r *run) read(features iter.Seq2[features.Feature, error]) {
	var g round
	for f, err := range features {
		if err != nil {
			r.end(err)
			return
		}
		if g.add(f, &r.options, len(r.slots)) {
			if !r.readRound(&g) {
				return
			}
			g.next()
		}
	}
	if !r.readRound(&g) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue.ended = true
	r.changed.Broadcast()
}

// readRound takes in the features of a round, one slot after the other; false if the run ends before.
func (r *run) readRound(g *round) bool {
	n := len(g.features)
	g.refusals, g.checked = make([]error, n), make([]bool, n)
	if r.options.Journal != nil {
		for _, f := range g.features {
			g.hashes = append(g.hashes, journal.HashGeometry(f.Geometry))
		}
	}
	for s := range r.slots {
		for i, f := range g.features {
			it := newItem(f, &r.slots[s])
			it.place = (g.first+i)*len(r.slots) + s
			if g.hashes != nil {
				it.hash = g.hashes[i].In(it.slot.period)
			}
			if err := r.judge(it, func() error { return g.check(i, &r.options) }); err != nil {
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

// judge settles a feature that an earlier run was answered, or that is not to be sent.
func (r *run) judge(it *item, check func() error) error {
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
	refusal := check()
	if refusal == nil {
		return nil
	}
	if it.before != nil { // it was answered once, and is not any more
		it.outcome, it.settled = before, true
		return nil
	}
	if isSameRefusal(before.Err, refusal) { // the journal has it
		it.outcome, it.settled = Outcome{Feature: it.feature, Period: it.slot.period, Err: refusal}, true
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

// admit waits for room and puts the feature into the window; false if the run ends before.
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

// count takes an outcome into the progress.
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
