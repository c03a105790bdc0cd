package table

import (
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table/internal/csvtext"
)

// failureWriter writes the list of failures, a CSV with the columns
//   - id: as in the table
//   - dataset: empty if the whole feature failed
//   - period: only in a run with periods; empty for a static dataset, or if all periods failed
//   - reason: on one line, so that a line is a failure also for programs that do not know quotes
//   - service: its base URL; empty if the feature was not sent
//   - time: when the failure was recorded, in UTC
type failureWriter struct {
	lines
	form     Form
	sessions []journal.Session
	periods  bool
}

func newFailureWriter(w io.Writer, p *Plan, sessions []journal.Session) *failureWriter {
	return &failureWriter{form: p.form, lines: lines{w: w, buf: []byte(failureHead(p))}, sessions: sessions, periods: p.hasPeriods()}
}

func failureHead(p *Plan) string {
	if p.hasPeriods() {
		return "id,dataset,period,reason,service,time\n"
	}
	return "id,dataset,reason,service,time\n"
}

func (f *failureWriter) write(o *bulk.Outcome, failures []cas.DatasetFailure) error {
	var service string
	if sent := o.Response != nil || errors.As(o.Err, new(*cas.Error)); sent && o.Session < len(f.sessions) {
		service = f.sessions[o.Session].ServiceURL
	}
	for _, failure := range failures {
		b := append(csvtext.Append(f.buf, f.form.TableID(o.Feature.ID)), ',')
		b = append(csvtext.Append(b, failure.DatasetID), ',')
		if f.periods {
			b = append(csvtext.Append(b, o.Period), ',')
		}
		b = append(csvtext.Append(b, oneLine(failure.Reason)), ',')
		b = append(csvtext.Append(b, service), ',')
		if !o.Time.IsZero() {
			b = o.Time.AppendFormat(b, time.RFC3339)
		}
		f.buf = append(b, '\n')
	}
	return f.commit()
}

// oneLine replaces every run of white space by a blank if the text has several lines.
func oneLine(text string) string {
	if !strings.ContainsAny(text, "\n\r") {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// A failedOutcome is an outcome and what failed of it.
type failedOutcome struct {
	outcome  bulk.Outcome // its response is no longer valid
	failures []cas.DatasetFailure
}

// failedFeature collects the failed outcomes of one feature.
type failedFeature struct{ outcomes []failedOutcome }

func (f *failedFeature) add(a *answer) {
	if len(a.failures) > 0 {
		f.outcomes = append(f.outcomes, failedOutcome{a.outcome, a.failures})
	}
}

// take empties the collection and returns what to list: one outcome without a period if the whole feature failed in every slot for the
// same reason, otherwise all of them.
func (f *failedFeature) take(slots int) []failedOutcome {
	all := f.outcomes
	f.outcomes = f.outcomes[:0]
	first := all[0].failures[0]
	other := func(o failedOutcome) bool {
		return len(o.failures) != 1 || o.failures[0].DatasetID != "" || o.failures[0].Reason != first.Reason
	}
	if slots > 1 && len(all) == slots && !slices.ContainsFunc(all, other) {
		all[0].outcome.Period = ""
		return all[:1]
	}
	return all
}
