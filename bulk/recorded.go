package bulk

import (
	"errors"
	"fmt"
	"iter"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"
)

// ErrNotAsked means that the journal has nothing about a feature.
var ErrNotAsked = errors.New("the journal has no answer")

// Recorded is what an earlier run left in its journal of these features, without asking for anything. A feature that was not asked for yet
// is ErrNotAsked. Where features is nil, it is all that the journal has, in the order in which it was answered last.
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

// takeAll takes all records that the journal has. Where a feature has several, they are found by its id.
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
	firsts := map[string]int{} // where the records of an id begin
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
