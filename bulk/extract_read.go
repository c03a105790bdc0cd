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
	for f, err := range features {
		if err != nil {
			r.end(err)
			return
		}
		it := newItem(f)
		if err := r.judge(it); err != nil {
			r.end(err)
			return
		}
		if !r.admit(it) {
			return
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue.ended = true
	r.changed.Broadcast()
}

// judge settles a feature that an earlier run was answered, or that is not to be sent.
func (r *run) judge(it *item) error {
	var before Outcome
	it.datasets = r.options.DatasetIDs
	if j := r.options.Journal; j != nil {
		it.hash = journal.HashGeometry(it.feature.Geometry)
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
			it.datasets = lacking(entry, r.options.DatasetIDs)
			if len(it.datasets) < len(r.options.DatasetIDs) {
				it.before = entry.Response
				it.bytes += resultBytes * len(entry.Response.Results)
			}
		}
	}
	refusal := r.options.Check(it.feature)
	if refusal == nil {
		return nil
	}
	if it.before != nil { // it was answered once, and is not any more
		it.outcome, it.settled = before, true
		return nil
	}
	if isSameRefusal(before.Err, refusal) { // the journal has it
		it.outcome, it.settled = Outcome{Feature: it.feature, Err: refusal}, true
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
