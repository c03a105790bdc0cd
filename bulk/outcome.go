package bulk

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/cas"
)

// An Outcome is the result of one feature, or of one feature in one period.
type Outcome struct {
	Feature features.Feature
	// Period is the one of Options.Periods that was asked for, start/end as it goes out; "" in runs without them, and for the datasets of
	// Options.Static.
	Period string
	// Response is the service's answer; nil if the whole feature failed.
	Response *cas.AttributeResponse
	// Err is nil if every dataset has a result; a null value is a result. Otherwise the feature has failed, and a resumed run asks for
	// it again:
	//
	//   - a [*preflight.Error] or another error of Options.Check: it was refused and not sent,
	//   - a [*PartialError]: Response is set and lacks datasets,
	//   - a [*cas.Error]: its request failed, or the service refused it inside a batch (status 200).
	Err error
	// FromJournal marks an answer of an earlier run.
	FromJournal bool
	Session     int       // of what a [Recording] yields: the run that was answered, its place in [Recording.Sessions]
	Time        time.Time // of what a [Recording] yields: when the answer was recorded; zero in old journals
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

// A PartialError is an answer that lacks datasets. What the service said about them is in Failures, in the order
// in which they were asked for.
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

// recorded is the outcome that a journal has of a feature.
func recorded(f features.Feature, e journal.Entry) Outcome {
	o := Outcome{
		Feature: f, Period: e.Period, Response: e.Response, Err: e.Err, FromJournal: true, Session: e.Session, Time: e.Time,
	}
	if len(e.Missing) > 0 {
		o.Err = &PartialError{Failures: e.Missing}
	}
	return o
}

// partial is the error of an answer that lacks datasets, nil if it does not.
func partial(r *cas.AttributeResponse, datasetIDs []string) error {
	if missing := cas.Missing(r, datasetIDs); len(missing) > 0 {
		return &PartialError{Failures: missing}
	}
	return nil
}
