package tabulate

import (
	"context"
	"errors"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// Codes of features whose ids would end a run.
const (
	MissingID   preflight.Code = "missing_id"   // the id is not a string or a number
	DuplicateID preflight.Code = "duplicate_id" // another feature has the same id
)

// A Finding is a problem of one feature.
type Finding struct {
	Feature int            `json:"feature"` // position, from 0
	ID      string         `json:"id"`      // of the feature
	Code    preflight.Code `json:"code"`    // kind of problem
	Reason  string         `json:"reason"`  // what is wrong, and what to do
}

// mostWithout is the number of features, from the first one, that may lack the property of the id before its name is taken for misspelt.
const mostWithout = 1000

// Validate checks every feature of an input as a run does before it sends anything. It calls tell for each problem and counts. A run
// ends at the first id that is missing or occurs twice; Validate finds all of them. It returns an error if the input cannot be read
// further, or a [features.FieldError] if no feature, or none of the first 1,000, has the property that holds the id; then it does not
// call tell.
func Validate(soft context.Context, in Input, tell func(Finding) error) (total, bad int, err error) {
	var without *features.FieldError // nil after a feature that has the property
	var held []Finding
	for f, err := range drained(soft, in.Source.Pass(features.Pass{Keep: []string{}, Lenient: true})) {
		if err != nil {
			return total, bad, err
		}
		total++
		refused := findings(f)
		if len(refused) > 0 {
			bad++
		}
		held = append(held, refused...)
		if lacks := (*features.FieldError)(nil); errors.As(f.Err, &lacks) && (total == 1 || without != nil) {
			if without = lacks; total == mostWithout {
				break
			}
			continue
		}
		without = nil
		for _, finding := range held {
			if err := tell(finding); err != nil {
				return total, bad, err
			}
		}
		held = held[:0]
	}
	if without != nil {
		return total, bad, without
	}
	return total, bad, nil
}

func findings(f features.Feature) (refused []Finding) {
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
		if code == preflight.BadRecord && (f.Geometry == nil || string(f.Geometry) == "null") {
			return refused // the geometry was not read for the same reason
		}
		f.Err = nil
	}
	var problem *preflight.Error
	if errors.As(Check(f), &problem) {
		refused = append(refused, found(problem.Code, problem.Message))
	}
	return refused
}
