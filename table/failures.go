package table

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table/internal/csvtext"
)

// failureWriter writes the list of what failed: a CSV of id, dataset (empty where the whole feature failed), period (if there are periods;
// empty where it is none, or all), reason, service (its base URL; empty where the feature was not sent) and time (when that was recorded,
// UTC). A reason is on one line, so that a line is a failure also to programs that know no quotes.
type failureWriter struct {
	lines
	sessions []journal.Session
	periods  bool
}

func newFailureWriter(w io.Writer, p *Plan, sessions []journal.Session) *failureWriter {
	f := &failureWriter{lines: lines{w: w, buf: []byte("id,dataset,reason,service,time\n")}, sessions: sessions, periods: p.hasPeriods()}
	if f.periods {
		f.buf = []byte("id,dataset,period,reason,service,time\n")
	}
	return f
}

func (f *failureWriter) write(o *bulk.Outcome, failures []cas.DatasetFailure) error {
	var service string
	if sent := o.Response != nil || errors.As(o.Err, new(*cas.Error)); sent && o.Session < len(f.sessions) {
		service = f.sessions[o.Session].ServiceURL
	}
	for _, failure := range failures {
		f.buf = append(csvtext.Append(f.buf, o.Feature.ID), ',')
		f.buf = append(csvtext.Append(f.buf, failure.DatasetID), ',')
		if f.periods {
			f.buf = append(csvtext.Append(f.buf, o.Period), ',')
		}
		f.buf = append(csvtext.Append(f.buf, oneLine(failure.Reason)), ',')
		f.buf = append(csvtext.Append(f.buf, service), ',')
		if !o.Time.IsZero() {
			f.buf = o.Time.AppendFormat(f.buf, time.RFC3339)
		}
		f.buf = append(f.buf, '\n')
	}
	return f.commit()
}

// oneLine makes one blank of every run of white space in a text of several lines.
func oneLine(text string) string {
	if !strings.ContainsAny(text, "\n\r") {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}
