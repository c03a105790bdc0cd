package bulk

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"
)

// A Recording is the outcomes of a run in its journal, in the order of the input. It takes 4 bytes of memory for each feature and period,
// and is valid until the journal is closed.
type Recording struct {
	journal *journal.Journal
	slots   []slot
	order   journal.Order // the slots of a feature stand together
}

// Record is [Extract] for a run whose outcomes are read when all are there, as for a table. The outcomes go to Options.Journal, which must
// be set; they are neither yielded nor kept in memory. Errors are those of Extract.
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

// ErrNotAsked means that the journal has nothing about a feature.
var ErrNotAsked = errors.New("the journal has no answer")

// Recorded returns the outcomes of an earlier run for these features, without a request. If one of them was not requested yet, the error is
// ErrNotAsked. If all is nil, Recorded returns everything that the journal has, in the order of the newest answers.
func Recorded(j *journal.Journal, all iter.Seq2[features.Feature, error]) (*Recording, error) {
	r := &Recording{journal: j, slots: slotsOf(j.Fingerprint())}
	if all == nil {
		return r, r.takeAll()
	}
	for f, err := range all {
		if err != nil {
			return nil, err
		}
		hash := journal.HashGeometry(f.Geometry)
		for _, s := range r.slots {
			n, found := j.Find(f.ID, hash.In(s.period))
			if !found {
				return nil, fmt.Errorf("feature %d (id %q): %w%s: is the run unfinished, or of another input?", f.Index, f.ID, ErrNotAsked, in(s.period))
			}
			r.order.Add(n)
		}
	}
	return r, nil
}

func in(period string) string {
	if period == "" {
		return ""
	}
	return " for " + period
}

// takeAll takes all records of the journal. With several slots, the records of a feature are found by its id.
func (r *Recording) takeAll() error {
	if len(r.slots) == 1 {
		for n, err := range r.journal.Newest() {
			if err != nil {
				return err
			}
			r.order.Add(n)
		}
		return nil
	}
	slots := make(map[string]int, len(r.slots))
	for i, s := range r.slots {
		slots[s.period] = i
	}
	var found []bool
	firsts := map[string]int{} // index of an id's first record in order and found
	c := r.journal.NewReader()
	for n, err := range r.journal.Newest() {
		var entry journal.Entry
		if err == nil {
			entry, err = c.Entry(n)
		}
		if err != nil {
			return err
		}
		slot, asked := slots[entry.Period]
		if !asked {
			continue
		}
		first, known := firsts[entry.ID]
		if !known {
			first = len(found)
			found = append(found, make([]bool, len(slots))...)
			firsts[entry.ID] = first
		}
		r.order.Put(first+slot, n)
		found[first+slot] = true
	}
	for id, first := range firsts {
		for i, s := range r.slots {
			if !found[first+i] {
				return fmt.Errorf("id %q: %w%s: is the run unfinished?", id, ErrNotAsked, in(s.period))
			}
		}
	}
	return nil
}

// Len is the number of features.
func (r *Recording) Len() int { return r.order.Len() / len(r.slots) }

// Sessions lists the runs that wrote to the journal, oldest first. It counts for each the features of this recording whose newest answer it
// got; with Options.Periods, a feature counts for each period.
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

// Outcomes yields the outcomes in input order. With Options.Periods, a feature has several: first that of the static datasets, if there are
// any, then one for each period. Outcomes can be ranged over any number of times. The Feature of an Outcome is the one at the same place
// in again, a second pass over the input with the properties that you want; if again is nil, it has only ID and Index. The response is
// valid until the next iteration and must not be changed.
//
// An error is yielded last, once: a record that cannot be read, a feature that is not of the run, or the error of again.
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

// outcome returns the outcome of a slot of the i-th feature; f is the feature of the second pass, or nil.
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
