package cas

import (
	"cmp"
	"strings"
)

// Lookup finds the result of a dataset. Results are not in the order of the request, and some may be missing. If a dataset has several
// results, Lookup returns the first.
func Lookup(r *AttributeResponse, datasetID string) (AttributeResult, bool) {
	if r != nil {
		for i := range r.Results {
			if r.Results[i].DatasetID == datasetID {
				return r.Results[i], true
			}
		}
	}
	return AttributeResult{}, false
}

// DatasetFailure is a requested dataset without a result.
type DatasetFailure struct {
	DatasetID string // as in the request
	Reason    string // the service's warning without its "<id>: " prefix, or a note that there was none
}

const noReason = "the service gave no result and no reason; it does so when a dataset runs into its request timeout"

// Missing lists the requested datasets that have no result, in the order of datasetIDs. A dataset that is requested twice and answered
// once is listed once. Use it to find what failed inside a 200; the warnings alone do not tell, because some concern results that are
// present.
func Missing(r *AttributeResponse, datasetIDs []string) []DatasetFailure {
	if r == nil {
		r = new(AttributeResponse)
	}
	if answersInOrder(r, datasetIDs) {
		return nil
	}
	present := map[string]int{}
	for i := range r.Results {
		present[r.Results[i].DatasetID]++
	}
	refused := ResponseError(r)
	var failures []DatasetFailure
	for _, id := range datasetIDs {
		if present[id] > 0 {
			present[id]--
			continue
		}
		failure := DatasetFailure{DatasetID: id, Reason: noReason}
		if refused != nil {
			failure.Reason = refused.(*Error).Message
		} else if reason, ok := reasonFor(id, r.Warnings); ok {
			failure.Reason = reason
		}
		failures = append(failures, failure)
	}
	return failures
}

// answersInOrder reports whether a response has a result for each dataset, in the order of the request. Most have, and need no counting.
func answersInOrder(r *AttributeResponse, datasetIDs []string) bool {
	if len(r.Results) < len(datasetIDs) {
		return false
	}
	for i, id := range datasetIDs {
		if r.Results[i].DatasetID != id {
			return false
		}
	}
	return true
}

func reasonFor(id string, warnings []string) (string, bool) {
	for _, w := range warnings {
		if reason, ok := strings.CutPrefix(w, id+": "); ok {
			return reason, true
		}
	}
	return "", false
}

// refusedGeometry is the geometry_hash of a geometry of a batch that the service refused.
const refusedGeometry = "error"

// ResponseError returns an error if the service refused this geometry of a batch, such as one over the vertex limit; such a refusal
// comes inside a 200. The error is an *[Error] with StatusCode 200 and the service's warning as Message. It is ErrRequestLimit if the
// warning is about a limit. For every other response, ResponseError returns nil.
func ResponseError(r *AttributeResponse) error {
	if r == nil || r.GeometryHash != refusedGeometry {
		return nil
	}
	e := &Error{StatusCode: 200, Type: ErrorTypeUpstream, Message: strings.Join(r.Warnings, "; "), RequestID: r.RequestID}
	if e.Message == "" {
		e.Message = "the service refused the geometry and gave no reason"
	}
	if strings.Contains(e.Message, "> limit") {
		e.Type = ErrorTypeRequestLimit
	}
	return e
}

// AggregationMismatches lists the results whose aggregation differs from the requested one ("" is mean). The service treats the request
// as a wish; for example, it always answers categorical datasets with a distribution.
func AggregationMismatches(r *AttributeResponse, asked AggregationMethod) []AttributeResult {
	asked = cmp.Or(asked, AggregationMean)
	var others []AttributeResult
	if r != nil {
		for _, result := range r.Results {
			if result.Aggregation != asked {
				others = append(others, result)
			}
		}
	}
	return others
}
