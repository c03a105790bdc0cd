package tabulate

import (
	"context"
	"errors"
	"fmt"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/geojson"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// DuplicateID is the code of a feature whose id another one has.
const DuplicateID preflight.Code = "duplicate_id"

// A Finding is what is wrong, or odd, with one feature.
type Finding struct {
	Feature int            `json:"feature"` // position, from 0
	ID      string         `json:"id"`      // of the feature
	Code    preflight.Code `json:"code"`    // "note" is no reason to refuse it
	Reason  string         `json:"reason"`  // what is wrong, and what to do
}

// Note is the code of what looks odd but is no reason to refuse a feature.
const Note preflight.Code = "note"

// Validate judges every feature of an input as a run would before it asks, tells of what it finds, and counts. Where a run would end
// with the first duplicate id, all of them are found. An error is text that cannot be read on, or a feature without the id that idField
// asks for.
func Validate(soft context.Context, in Input, idField string, tell func(Finding) error) (total, bad int, err error) {
	var ids features.IDSet
	read := geojson.Options{IDField: idField, Keep: []string{}, TrustIDs: true}
	for f, err := range Features(soft, in, read) {
		if err != nil {
			return total, bad, err
		}
		total++
		refused, notes := findings(f, &ids)
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

func findings(f features.Feature, ids *features.IDSet) (refused, notes []Finding) {
	found := func(code preflight.Code, reason string) Finding { return Finding{f.Index, f.ID, code, reason} }
	if first, added := ids.Add(f.ID, f.Index); !added {
		refused = append(refused, found(DuplicateID, fmt.Sprintf("feature %d has this id too", first)))
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
