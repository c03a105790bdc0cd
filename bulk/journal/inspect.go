package journal

import (
	"errors"
	"io/fs"
	"os"
)

// JournalState is what a journal holds. The zero state is that of no journal.
type State struct {
	Exists      bool        // there is a journal with a record
	Finished    bool        // the run came to its end, with failures or without
	Note        string      // of the run that came to its end last
	Fingerprint Fingerprint // parameters of the newest session
	Sessions    []Session   // the runs that wrote records, oldest first
	Done        int         // features with an answer to every dataset
	Failed      int         // features without, which a further run asks again
	Records     int         // in all: more than features where some were asked for again
	Damaged     int         // places where records cannot be read and do not count; not the end, if it was cut off
}

// InspectJournal reads the journal at path without locking or changing it. No file, an empty one and one
// that was cut off before its first record are the zero state. Errors: ErrNotJournal, and those of the file system.
func Inspect(path string) (State, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, nil
	}
	if err != nil {
		return State{}, err
	}
	defer file.Close()
	j := newJournal(path, file)
	if err := j.load(false); err != nil || !j.begun {
		return State{}, err
	}
	return j.State(), nil
}
