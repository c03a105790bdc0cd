package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
)

func (a *app) journalCommand() *cobra.Command {
	var dump bool
	c := &cobra.Command{
		Use:   "journal FILE",
		Short: "Check and count what a run has kept",
		Long: `Read the journal of a run from beginning to end. FILE is the journal or the table beside it. The command prints the parameters of the
run, the numbers of features with an answer to every dataset and of those that lack one (incomplete; for each period, if there are periods),
why, and the number of damaged records. It changes nothing and may be used while a run writes the journal.

With --dump, print every feature's newest answer as a line of JSON: id, period (if there are periods), response (as the service gave it),
missing datasets, error.`,
		Example: `  cas journal attributes.csv
  cas journal attributes.journal --dump | jq -c '[.id, .response.elapsed_ms]'`,
		Args: exactly(1, "a journal or a table"),
		RunE: func(_ *cobra.Command, args []string) error {
			if dump {
				return a.dumpJournal(journalOf(args[0]))
			}
			return a.showJournal(journalOf(args[0]))
		},
	}
	c.Flags().BoolVar(&dump, "dump", false, "print every answer as a line of JSON")
	a.jsonFlag(c)
	return c
}

func (a *app) showJournal(path string) error {
	state, err := journal.Inspect(path)
	if err != nil {
		return err
	}
	if !state.Exists {
		return usage("%s: there is no journal with a record", path)
	}
	if a.json {
		err = a.printJSON(counted{state.Finished, state.Done, state.Failed, state.Records, state.Damaged, state.Fingerprint, state.Sessions})
	} else {
		err = a.printState(state)
	}
	if err == nil && state.Failed > 0 && !a.json {
		err = a.tellReasons(path)
	}
	if err == nil && state.Damaged > 0 {
		err = fmt.Errorf("%s: %d places are damaged; what was there is asked for again", path, state.Damaged)
	}
	return err
}

// counted is the JSON of `cas journal --json`.
type counted struct {
	Finished   bool                `json:"finished"`   // the run came to its end
	Answered   int                 `json:"answered"`   // features with an answer to every dataset
	Failed     int                 `json:"failed"`     // features that lack one at least
	Records    int                 `json:"records"`    // more than features where some were asked for again
	Damaged    int                 `json:"damaged"`    // places that cannot be read
	Parameters journal.Fingerprint `json:"parameters"` // of the newest session
	Sessions   []journal.Session   `json:"sessions"`   // the runs that wrote records, oldest first
}

// tellReasons prints why features are incomplete. It reads the journal, because there is no list of failures before a run has ended.
func (a *app) tellReasons(path string) error {
	var counts reasonCounter
	err := eachNewest(path, func(entry *journal.Entry) error {
		for _, m := range entry.Missing {
			counts.add(m.DatasetID, m.Reason)
		}
		if entry.Err != nil {
			counts.add("", entry.Err.Error())
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(a.out, "\nWhy they are incomplete; --dump has each by its id:")
	counts.print(a.out)
	return nil
}

func (a *app) printState(s journal.State) error {
	end := "no: the run has not come to its end"
	if s.Finished {
		end = "yes"
	}
	t := newTable(a.out, "FINISHED", end)
	t.row("ANSWERED", fmt.Sprint(s.Done))
	t.row("INCOMPLETE", fmt.Sprint(s.Failed))
	t.row("RECORDS", fmt.Sprint(s.Records))
	t.row("DAMAGED", fmt.Sprint(s.Damaged))
	for _, id := range s.Fingerprint.DatasetIDs {
		t.row("DATASET", id)
	}
	for _, p := range []struct{ name, value string }{
		{"AGGREGATION", string(s.Fingerprint.Aggregation)}, {"PERIOD", s.Fingerprint.TimeRange}, {"TARGET CRS", s.Fingerprint.TargetCRS}, {"ID FIELD", s.Fingerprint.IDField},
	} {
		if p.value != "" {
			t.row(p.name, p.value)
		}
	}
	if periods := s.Fingerprint.Periods; len(periods) > 0 {
		t.row("PERIODS", fmt.Sprint(len(periods)), periods[0], periods[len(periods)-1])
	}
	for _, id := range s.Fingerprint.Static {
		t.row("ASKED ONCE", id)
	}
	for i, session := range s.Sessions {
		t.row(fmt.Sprint("SESSION ", i+1), session.ServiceURL, session.ServiceVersion, session.Client, timeText(session.First), timeText(session.Last))
	}
	return t.flush()
}

// timeText is a time to the second, in UTC; "" if it is not known.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// dumped is a line of `cas journal --dump`.
type dumped struct {
	ID       string                 `json:"id"`
	Period   string                 `json:"period,omitempty"`
	Response *cas.AttributeResponse `json:"response,omitempty"`
	Missing  []missing              `json:"missing,omitempty"`
	Error    string                 `json:"error,omitempty"`
}

type missing struct {
	Dataset string `json:"dataset"`
	Reason  string `json:"reason"`
}

func (a *app) dumpJournal(path string) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	return eachNewest(path, func(entry *journal.Entry) error {
		line := dumped{ID: entry.ID, Period: entry.Period, Response: entry.Response}
		for _, m := range entry.Missing {
			line.Missing = append(line.Missing, missing{m.DatasetID, m.Reason})
		}
		if entry.Err != nil {
			line.Error = entry.Err.Error()
		}
		return e.Encode(line)
	})
}

// eachNewest calls f with every feature's newest answer.
func eachNewest(path string, f func(*journal.Entry) error) error {
	j, err := journal.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	defer j.Close()
	r := j.NewReader()
	for n, err := range j.Newest() {
		if err != nil {
			return err
		}
		entry, err := r.Entry(n)
		if err != nil {
			return err
		}
		if err := f(&entry); err != nil {
			return err
		}
	}
	return nil
}
