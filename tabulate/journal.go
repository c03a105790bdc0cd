package tabulate

import (
	"github.com/community-attribute-service/cas-go/bulk/journal"
)

// JournalPath is the name of the journal beside a table: attributes.csv.journal beside attributes.csv.
func JournalPath(table string) string { return table + ".journal" }

// spoolPath is the name of the spool beside the journal.
func spoolPath(table string) string { return table + ".spool" }

// openJournal opens the journal that the run may go on with, or begins one, and scans the input. A journal that must not be touched ends
// the run before that; an input with bad ids ends it before a journal is begun or a finished one is replaced, for that takes a record.
func (j *Job) openJournal(fingerprint journal.Fingerprint, scan func() error) (*journal.Journal, error) {
	open := journal.Create
	if j.Resume {
		open = journal.Open
	}
	opened, err := open(JournalPath(j.Output), fingerprint)
	if err != nil {
		return nil, err
	}
	if err := scan(); err != nil {
		opened.Close()
		return nil, err
	}
	return opened, nil
}
