package tabulate

import (
	"context"
	"errors"
	"fmt"

	"github.com/community-attribute-service/cas-go/bulk"
)

// DuplicateID is the code of a feature whose id another one has.
const DuplicateID bulk.GeometryCode = "duplicate_id"

// A Finding is what is wrong, or odd, with one feature.
type Finding struct {
	Feature int               `json:"feature"` // position, from 0
	ID      string            `json:"id"`
	Code    bulk.GeometryCode `json:"code"` // "note" is no reason to refuse it
	Reason  string            `json:"reason"`
}

// Note is the code of what looks odd but is no reason to refuse a feature.
const Note bulk.GeometryCode = "note"

// Validate judges every feature of an input as a run would before it asks, tells of what it finds, and counts. Where a run would end
// with the first duplicate id, all of them are found. An error is text that cannot be read on, or a feature without the id that idField
// asks for.
func Validate(soft context.Context, in Input, idField string, tell func(Finding) error) (features, bad int, err error) {
	var ids bulk.IDSet
	read := bulk.ReadOptions{IDField: idField, Keep: []string{}, TrustIDs: true}
	for f, err := range Features(soft, in, read) {
		if err != nil {
			return features, bad, err
		}
		features++
		refused, notes := findings(f, &ids)
		if len(refused) > 0 {
			bad++
		}
		for _, finding := range append(refused, notes...) {
			if err := tell(finding); err != nil {
				return features, bad, err
			}
		}
	}
	return features, bad, nil
}

func findings(f bulk.Feature, ids *bulk.IDSet) (refused, notes []Finding) {
	found := func(code bulk.GeometryCode, reason string) Finding { return Finding{f.Index, f.ID, code, reason} }
	if first, added := ids.Add(f.ID, f.Index); !added {
		refused = append(refused, found(DuplicateID, fmt.Sprintf("feature %d has this id too", first)))
	}
	inspected := bulk.Inspect(f)
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
