package bulk

import (
	"cmp"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
)

// What a feature is known by is kept by dataset: a feature that was answered in part is asked only for what it lacks, and what comes of
// that is merged with what there was before it is recorded. So the newest record of a feature is always all that is known of it.

// lacking lists the datasets that an earlier outcome has no result for.
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

// merge is an earlier response with what a newer one says of the datasets that were asked for: its results win, and its warnings about
// them replace the earlier ones. What the newer one lacks stays as it was. Results are in the order of all.
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

// mergeFailure is an earlier response with the reason why datasets are still lacking.
func mergeFailure(before *cas.AttributeResponse, reason error, asked, all []string) *cas.AttributeResponse {
	newer := &cas.AttributeResponse{RequestID: before.RequestID, GeometryHash: before.GeometryHash, ElapsedMS: before.ElapsedMS}
	for _, id := range asked {
		newer.Warnings = append(newer.Warnings, id+": "+reason.Error())
	}
	return merge(before, newer, asked, all)
}

// answer is the outcome of an item that the service sent a response for.
func (it *item) answer(r *cas.AttributeResponse) Outcome {
	if err := cas.ResponseError(r); err != nil {
		return it.fail(err)
	}
	if it.before != nil {
		r = merge(it.before, r, it.datasets, it.slot.datasets)
	}
	return Outcome{Feature: it.feature, Period: it.slot.period, Response: r, Err: partial(r, it.slot.datasets)}
}

// fail is the outcome of an item that has no answer to what it was asked for.
func (it *item) fail(err error) Outcome {
	if it.before == nil {
		return Outcome{Feature: it.feature, Period: it.slot.period, Err: err}
	}
	r := mergeFailure(it.before, err, it.datasets, it.slot.datasets)
	return Outcome{Feature: it.feature, Period: it.slot.period, Response: r, Err: partial(r, it.slot.datasets)}
}
