package cas

import "strings"

// Lookup finds the result of a dataset: results are not in the order of the request, and one may be missing. Of several results of
// one dataset (asked for twice) it gives the first.
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

// DatasetFailure is a dataset that was asked for and not answered.
type DatasetFailure struct {
	DatasetID string // as it was asked for
	Reason    string // the service's warning without its "<id>: " prefix, or that it gave none
}

const noReason = "the service gave no result and no reason; it does so when a dataset runs into its request timeout"

// Missing lists the datasets that were asked for and have no result, in the order of datasetIDs; one asked for twice and answered
// once is listed once. It is how to find what failed inside a 200: warnings alone also remark on results that are present.
func Missing(r *AttributeResponse, datasetIDs []string) []DatasetFailure {
	if answersInOrder(r, datasetIDs) {
		return nil
	}
	present := map[string]int{}
	var warnings []string
	if r != nil {
		for i := range r.Results {
			present[r.Results[i].DatasetID]++
		}
		warnings = r.Warnings
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
		} else if reason, ok := reasonFor(id, warnings); ok {
			failure.Reason = reason
		}
		failures = append(failures, failure)
	}
	return failures
}

// answersInOrder reports a response with a result for each dataset, in the order asked, as most have: nothing needs to be counted.
func answersInOrder(r *AttributeResponse, datasetIDs []string) bool {
	if r == nil || len(r.Results) < len(datasetIDs) {
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

// refusedGeometry is the geometry_hash by which the service marks a geometry of a batch that it refused.
const refusedGeometry = "error"

// ResponseError is the failure that a batch hides inside a 200: a geometry that the service refused, such as one over its vertex
// limit. It is an *[Error] with StatusCode 200 and the service's warning as Message, ErrRequestLimit where that speaks of a limit;
// nil for every other response.
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

// AggregationMismatches lists the results whose aggregation is not the one asked for ("" is mean): the service takes it as a wish
// and answers categorical datasets, for one, always by distribution.
func AggregationMismatches(r *AttributeResponse, asked AggregationMethod) []AttributeResult {
	if asked == "" {
		asked = AggregationMean
	}
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
