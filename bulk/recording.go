package bulk

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"
)

// A Recording is what a run left in its journal, in the order of its input. It holds 4 bytes a feature and period, and is good until the
// journal is closed.
type Recording struct {
	journal *journal.Journal
	slots   []slot
	order   journal.Order // a feature's slots stand together
}

// Record is [Extract] for a run whose outcomes are read when all are there, as those of a table are: what becomes of the features goes
// into the journal, Options.Journal, which has to be set, and is not kept in memory, nor yielded. Errors are those of Extract.
func Record(ctx context.Context, service Extractor, features iter.Seq2[features.Feature, error], o Options) (*Recording, error) {
	options, err := o.complete()
	if err != nil {
		return nil, err
	}
	if o.Journal == nil {
		return nil, errors.New("bulk: Record needs Options.Journal, where the outcomes go")
	}
	r := newRun(ctx, service, options)
	r.recording = true
	defer r.stop()
	r.start(features)
	recording := &Recording{journal: o.Journal, slots: r.slots}
	for it := range r.settled() {
		recording.order.Put(it.place, it.record)
	}
	for _, it := range r.amended {
		recording.order.Put(it.place, it.record)
	}
	if err := r.verdict(); err != nil {
		return nil, err
	}
	return recording, nil
}

// Len is the number of features.
func (r *Recording) Len() int { return r.order.Len() / len(r.slots) }

// Sessions lists the runs that the journal has answers of, oldest first, and counts the features of this recording that each answered
// last, with Options.Periods in each slot.
func (r *Recording) Sessions() []journal.Session {
	list := r.journal.Sessions()
	for i := range r.order.Len() {
		n := r.order.At(i)
		at, _ := r.journal.When(n)
		list[at].Features++
		if !r.journal.IsDone(n) {
			list[at].Failed++
		}
	}
	return list
}

// Outcomes yields what became of the features, in input order, and with Options.Periods one for each slot of a feature: first that of the
// static datasets, where there are any, then one for each period. It can be ranged over any number of times. The Feature of an Outcome is
// the one at the same place in again, a second pass over the input with whatever properties are wanted; where again is nil it has
// ID and Index alone. The response is good until the next iteration, and is not to be changed.
//
// What cannot be read, features that are not those of the run, and the error that again ends with, are yielded last, once.
func (r *Recording) Outcomes(again iter.Seq2[features.Feature, error]) iter.Seq2[Outcome, error] {
	return func(yield func(Outcome, error) bool) {
		c := r.journal.NewReader()
		i := 0
		next := func(f *features.Feature) bool {
			for s := range r.slots {
				o, err := r.outcome(c, i, s, f)
				if !yield(o, err) || err != nil {
					return false
				}
			}
			i++
			return true
		}
		if again == nil {
			for i < r.Len() && next(nil) {
			}
			return
		}
		for f, err := range again {
			if err != nil {
				yield(Outcome{}, err)
				return
			}
			if !next(&f) {
				return
			}
		}
		if i < r.Len() {
			yield(Outcome{}, fmt.Errorf("%w: there are %d features, not %d", errOtherInput, i, r.Len()))
		}
	}
}

var errOtherInput = errors.New("this is not the input of the run: has it changed since?")

// outcome is that of a slot of the i-th feature.
func (r *Recording) outcome(c *journal.Reader, i, slot int, f *features.Feature) (Outcome, error) {
	if i >= r.Len() {
		return Outcome{}, fmt.Errorf("%w: there are more than %d features", errOtherInput, r.Len())
	}
	entry, err := c.Entry(r.order.At(i*len(r.slots) + slot))
	if err != nil {
		return Outcome{}, err
	}
	o := recorded(features.Feature{ID: entry.ID, Index: i}, entry)
	if f == nil {
		return o, nil
	}
	if f.ID != entry.ID {
		return Outcome{}, fmt.Errorf("%w: feature %d has the id %q, not %q", errOtherInput, i, f.ID, entry.ID)
	}
	o.Feature = *f
	return o, nil
}
