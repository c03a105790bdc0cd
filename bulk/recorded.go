package bulk

import (
	"errors"
	"fmt"
	"iter"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"
)

// ErrNotAsked is a feature that a journal knows nothing of.
var ErrNotAsked = errors.New("the journal has no answer")

// Recorded is what an earlier run left in its journal of these features, without asking for anything. A feature that was not asked for yet
// is ErrNotAsked. Where features is nil, it is all that the journal has, in the order in which it was answered last.
func Recorded(j *journal.Journal, all iter.Seq2[features.Feature, error]) (*Recording, error) {
	r := &Recording{journal: j}
	if all == nil {
		for n, err := range j.Newest() {
			if err != nil {
				return nil, err
			}
			r.order.Add(n)
		}
		return r, nil
	}
	for f, err := range all {
		if err != nil {
			return nil, err
		}
		n, found := j.Find(f.ID, journal.HashGeometry(f.Geometry))
		if !found {
			return nil, fmt.Errorf("feature %d (id %q): %w: is the run unfinished, or of another input?", f.Index, f.ID, ErrNotAsked)
		}
		r.order.Add(n)
	}
	return r, nil
}
