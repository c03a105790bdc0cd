package tabulate

import (
	"github.com/community-attribute-service/cas-go/bulk"
)

// JournalPath is the name of the journal beside a table: attributes.csv.journal beside attributes.csv.
func JournalPath(table string) string { return table + ".journal" }

// spoolPath is the name of the spool beside the journal.
func spoolPath(table string) string { return table + ".spool" }

// openJournal opens the journal that the run may go on with, or begins one. Between, the input is scanned: a journal that must not be
// touched ends the run before that, an input with bad ids ends it before a journal is begun or a finished one is replaced.
func (j *Job) openJournal(fingerprint bulk.Fingerprint, scan func() error) (*bulk.Journal, error) {
	path := JournalPath(j.Output)
	state, err := bulk.InspectJournal(path)
	if err != nil {
		return nil, err
	}
	begin := bulk.CreateJournal
	if j.Resume {
		begin = bulk.OpenJournal
	}
	answered := state.Done+state.Failed > 0
	if !j.Resume && (state.Finished || !answered) || !state.Exists {
		if err := scan(); err != nil {
			return nil, err
		}
		return begin(path, fingerprint)
	}
	journal, err := begin(path, fingerprint)
	if err != nil {
		return nil, err
	}
	if err := scan(); err != nil {
		journal.Close()
		return nil, err
	}
	return journal, nil
}
