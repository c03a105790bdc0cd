package bulk

import (
	"errors"
	"fmt"
	"iter"
)

// ErrNotRecorded is a feature of which the journal knows nothing.
var ErrNotRecorded = errors.New("the journal has no outcome")

// Outcomes yields what became of the features, in their order: for a second pass over the input of a run, with other
// properties kept if need be, that writes a table from the journal. A feature without a record, and what the features'
// iterator or the file end with, is an error, yielded last.
func (j *Journal) Outcomes(features iter.Seq2[Feature, error]) iter.Seq2[Outcome, error] {
	return func(yield func(Outcome, error) bool) {
		for f, err := range features {
			if err != nil {
				yield(Outcome{}, err)
				return
			}
			o, found, err := j.Lookup(f.ID, HashGeometry(f.Geometry))
			if err == nil && !found {
				err = fmt.Errorf("%w of feature %d (id %q): has the input changed since?", ErrNotRecorded, f.Index, f.ID)
			}
			if err != nil {
				yield(Outcome{}, err)
				return
			}
			o.Feature = f
			if !yield(o, nil) {
				return
			}
		}
	}
}
