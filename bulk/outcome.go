package bulk

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

// An Outcome is the result of one feature, or of one feature in one period.
type Outcome struct {
	Feature features.Feature
	// Period is the one of Options.Periods that was requested, start/end as it is sent; "" in a run without periods, and for the datasets
	// of Options.Static.
	Period string
	// Response is the service's answer; nil if the whole feature failed.
	Response *cas.AttributeResponse
	// Err is nil if every dataset has a result; a null value is a result. Otherwise the feature has failed, and a resumed run requests it
	// again:
	//
	//   - a [*preflight.Error] or another error of Options.Check: it was refused and not sent,
	//   - a [*PartialError]: Response is set and lacks datasets,
	//   - a [*cas.Error]: its request failed, or the service refused it inside a batch (status 200).
	Err error
	// FromJournal marks an answer of an earlier run.
	FromJournal bool
	Session     int       // the run that got the answer, as an index of [Recording.Sessions]; set by a [Recording]
	Time        time.Time // when the answer was recorded, set by a [Recording]; zero in old journals
}

// Failures lists the failures of the feature, one for each row of an error table. It is empty if the feature has not failed. If the
// whole feature failed, it has one failure with an empty DatasetID, else one for every missing dataset.
func (o Outcome) Failures() []cas.DatasetFailure {
	var partial *PartialError
	switch {
	case o.Err == nil:
		return nil
	case errors.As(o.Err, &partial):
		return partial.Failures
	default:
		return []cas.DatasetFailure{{Reason: o.Err.Error()}}
	}
}

// A PartialError means that an answer lacks datasets. Failures has what the service said about them, in the order in which they were
// requested.
type PartialError struct {
	Failures []cas.DatasetFailure
}

// Error names the datasets and the reasons, in one line.
func (e *PartialError) Error() string {
	reasons := make([]string, len(e.Failures))
	for i, f := range e.Failures {
		reasons[i] = fmt.Sprintf("%s: %s", f.DatasetID, strings.Join(strings.Fields(f.Reason), " "))
	}
	return "no result for " + strings.Join(reasons, "; ")
}

// recorded returns the outcome that a journal has of a feature.
func recorded(f features.Feature, e journal.Entry) Outcome {
	o := Outcome{
		Feature: f, Period: e.Period, Response: e.Response, Err: e.Err, FromJournal: true, Session: e.Session, Time: e.Time,
	}
	if len(e.Missing) > 0 {
		o.Err = &PartialError{Failures: e.Missing}
	}
	return o
}

// partial returns the error of an answer that lacks datasets, or nil.
func partial(r *cas.AttributeResponse, datasetIDs []string) error {
	if missing := cas.Missing(r, datasetIDs); len(missing) > 0 {
		return &PartialError{Failures: missing}
	}
	return nil
}

// answer returns the outcome of an item that the service sent a response for.
func (it *item) answer(r *cas.AttributeResponse) Outcome {
	if err := cas.ResponseError(r); err != nil {
		return it.fail(err)
	}
	if it.before != nil {
		r = merge(it.before, r, it.datasets, it.slot.datasets)
	}
	return it.outcomeOf(r)
}

// fail returns the outcome of an item whose request failed. If an earlier run has a part of the answer, the error becomes the reason why
// the other datasets are still missing.
func (it *item) fail(err error) Outcome {
	if it.before == nil {
		return Outcome{Feature: it.feature, Period: it.slot.period, Err: err}
	}
	r := &cas.AttributeResponse{RequestID: it.before.RequestID, GeometryHash: it.before.GeometryHash, ElapsedMS: it.before.ElapsedMS}
	for _, id := range it.datasets {
		r.Warnings = append(r.Warnings, id+": "+err.Error())
	}
	return it.outcomeOf(merge(it.before, r, it.datasets, it.slot.datasets))
}

func (it *item) outcomeOf(r *cas.AttributeResponse) Outcome {
	return Outcome{Feature: it.feature, Period: it.slot.period, Response: r, Err: partial(r, it.slot.datasets)}
}

// An answer is kept by dataset: for a feature with a partial answer, only the missing datasets are requested, and the new answer is merged
// with the earlier one before it is recorded. So the newest record of a feature has everything that is known of it.

// lacking lists the datasets that an entry has no result for.
func lacking(e journal.Entry, datasetIDs []string) []string {
	if e.Response == nil || len(e.Response.Results) == 0 {
		return datasetIDs
	}
	var lacks []string
	for _, id := range datasetIDs {
		if slices.ContainsFunc(e.Missing, func(m cas.DatasetFailure) bool { return m.DatasetID == id }) {
			lacks = append(lacks, id)
		}
	}
	return lacks
}

// merge returns an earlier response, updated by a newer one to a request for the datasets asked: the newer results win, and the newer
// warnings about these datasets replace the earlier ones. What the newer response lacks stays as it was. Results are in the order of all.
func merge(before, newer *cas.AttributeResponse, asked, all []string) *cas.AttributeResponse {
	m := *newer
	m.Results = slices.DeleteFunc(slices.Clone(newer.Results), func(r cas.AttributeResult) bool { return !slices.Contains(asked, r.DatasetID) })
	for _, r := range before.Results {
		if !slices.ContainsFunc(m.Results, func(n cas.AttributeResult) bool { return n.DatasetID == r.DatasetID }) {
			m.Results = append(m.Results, r)
		}
	}
	place := func(r cas.AttributeResult) int {
		if i := slices.Index(all, r.DatasetID); i >= 0 {
			return i
		}
		return len(all)
	}
	slices.SortStableFunc(m.Results, func(a, b cas.AttributeResult) int { return cmp.Compare(place(a), place(b)) })
	m.Warnings = slices.DeleteFunc(slices.Clone(before.Warnings), func(w string) bool {
		id, _, found := strings.Cut(w, ": ")
		return found && slices.Contains(asked, id)
	})
	m.Warnings = append(m.Warnings, newer.Warnings...)
	return &m
}
