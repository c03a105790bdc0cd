package tabulate

import (
	"context"
	"errors"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// The codes of features whose ids would end a run.
const (
	MissingID   preflight.Code = "missing_id"   // no string or number where the id belongs
	DuplicateID preflight.Code = "duplicate_id" // another feature has the same id
)

// A Finding is what is wrong, or odd, with one feature.
type Finding struct {
	Feature int            `json:"feature"` // position, from 0
	ID      string         `json:"id"`      // of the feature
	Code    preflight.Code `json:"code"`    // "note" is no reason to refuse it
	Reason  string         `json:"reason"`  // what is wrong, and what to do
}

// Note is the code of what looks odd but is no reason to refuse a feature.
const Note preflight.Code = "note"

// Validate judges every feature of an input as a run would before it asks, tells of what it finds, and counts. Where a run
// would end with the first id that is missing or occurs twice, all of them are found. An error is an input that cannot be read
// on.
func Validate(soft context.Context, in Input, tell func(Finding) error) (total, bad int, err error) {
	for f, err := range drained(soft, in.Source.Pass(features.Pass{Keep: []string{}, Lenient: true})) {
		if err != nil {
			return total, bad, err
		}
		total++
		refused, notes := findings(f)
		if len(refused) > 0 {
			bad++
		}
		for _, finding := range append(refused, notes...) {
			if err := tell(finding); err != nil {
				return total, bad, err
			}
		}
	}
	return total, bad, nil
}

func findings(f features.Feature) (refused, notes []Finding) {
	found := func(code preflight.Code, reason string) Finding { return Finding{f.Index, f.ID, code, reason} }
	if f.Err != nil {
		code := preflight.BadRecord
		switch {
		case errors.Is(f.Err, features.ErrDuplicateID):
			code = DuplicateID
		case errors.Is(f.Err, features.ErrMissingID):
			code = MissingID
		}
		refused = append(refused, found(code, f.Err.Error()))
		f.Err = nil
	}
	inspected := preflight.Inspect(f)
	for _, note := range inspected.Notes {
		notes = append(notes, found(Note, note))
	}
	problem := inspected.Problem
	if problem == nil {
		errors.As(ValidPolygons(f), &problem)
	}
	if problem != nil {
		refused = append(refused, found(problem.Code, problem.Message))
	}
	return refused, notes
}
