package journal

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A Journal is the memory of a run on disk: an append-only file of what became of each feature, keyed by id and
// geometry. [Extract] appends to it with every answer that arrives, and takes from it what an earlier run had
// answered. Every outcome can be looked up again, so that a table can be written from it in any order and
// memory holds 20 bytes a feature at most.
//
// The file survives the end of its process at any byte: records that were cut off are dropped when it is opened
// again, those that are damaged are left out, and their features are asked again. It reaches the disk every five
// seconds while answers arrive, and with Finish and Close; when the machine itself fails, what is younger is asked
// again. The file is locked (flock, LockFileEx) for as long as it is open; the lock ends with the process.
//
// A Journal is safe for use by many goroutines.
type Journal struct {
	path   string
	file   *os.File
	asked  Fingerprint // of this run
	stored Fingerprint // of the file
	begun  bool        // the file has the header of this run
	ready  bool        // and nothing behind its last record
	locked bool

	mu       sync.RWMutex
	index    *index
	end      int64 // where the next record goes
	done     int   // features with an answer to every dataset
	damaged  int
	finished bool
	broken   error // why nothing can be appended any more

	reading sync.Mutex // after mu, where both are held
	cursor  cursor

	syncing  atomic.Bool
	lastSync atomic.Int64 // Unix nanoseconds
}

// Errors of opening a journal, for errors.Is; another one is [ErrNotJournal].
var (
	// ErrJournalLocked is a journal that another process, or another Journal of this one, has open.
	ErrLocked = errors.New("the journal is in use by another run")
	// ErrUnfinished is a journal with answers of a run that did not come to its end.
	ErrUnfinished = errors.New("the journal holds the answers of an unfinished run")
)

// OpenJournal opens the journal at path to go on with it, finished or not, or begins one if there is none. The
// file's answers have to be of the same fingerprint, else the error is a [*FingerprintError] and nothing is touched.
// Further errors: ErrJournalLocked, ErrNotJournal, and those of the file system.
func Open(path string, fingerprint Fingerprint) (*Journal, error) {
	return open(path, fingerprint, func(j *Journal) error {
		if err := j.load(); err != nil || !j.begun {
			return err
		}
		if changes := fingerprint.Changes(j.stored); len(changes) > 0 {
			return &FingerprintError{Path: path, Changes: changes}
		}
		return nil
	})
}

// CreateJournal begins the journal at path anew. One that is finished, or holds no answer, is replaced, whatever
// its parameters, when the first record is written; one that is unfinished is ErrUnfinished and not touched.
// Further errors: ErrJournalLocked, ErrNotJournal, and those of the file system.
func Create(path string, fingerprint Fingerprint) (*Journal, error) {
	return open(path, fingerprint, func(j *Journal) error {
		finished, err := j.endsFinished()
		if err == nil && !finished {
			err = j.load()
		}
		if err != nil {
			return err
		}
		if !finished && !j.finished && j.index.n > 0 {
			return fmt.Errorf("%s: %w (%d features); resume it, or remove it", path, ErrUnfinished, j.index.n)
		}
		j.begun = false
		return nil
	})
}

// openJournal locks a file, and lets take decide about what it holds.
func open(path string, fingerprint Fingerprint, take func(*Journal) error) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	j := newJournal(path, file)
	j.asked = fingerprint
	j.lastSync.Store(time.Now().UnixNano())
	if err := j.open(take); err != nil {
		j.removeEmpty()
		file.Close()
		return nil, err
	}
	return j, nil
}

func newJournal(path string, file *os.File) *Journal {
	return &Journal{path: path, file: file, index: newIndex(), cursor: cursor{path: path, file: file}}
}

func (j *Journal) open(take func(*Journal) error) error {
	switch err := lockFile(j.file); {
	case err == nil:
		j.locked = true
	case !errors.Is(err, errors.ErrUnsupported):
		return fmt.Errorf("%s: %w", j.path, err)
	}
	if err := take(j); err != nil {
		return err
	}
	if !j.begun {
		j.stored, j.index, j.done, j.damaged, j.finished = j.asked, newIndex(), 0, 0, false
	}
	return nil
}

// begin makes the file ready for records, once: it loses what was cut off at its end, or all that it holds and gets a header.
func (j *Journal) begin() error {
	if j.ready {
		return nil
	}
	if !j.begun {
		header, err := appendHeader(nil, j.asked)
		if err != nil {
			return err
		}
		if err := j.file.Truncate(0); err != nil {
			return err
		}
		if _, err := j.file.WriteAt(header, 0); err != nil {
			return err
		}
		j.begun, j.end = true, int64(len(header))
	}
	j.ready = true
	return j.file.Truncate(j.end)
}

// removeEmpty removes a file in which there never was anything.
func (j *Journal) removeEmpty() {
	if info, err := j.file.Stat(); err == nil && info.Size() == 0 && j.locked {
		os.Remove(j.path) // Windows does not remove what is open; an empty file is no journal there either
	}
}

// Path is where the journal lies.
func (j *Journal) Path() string { return j.path }

// Fingerprint is what the journal was opened for.
func (j *Journal) Fingerprint() Fingerprint { return j.asked }

// Locked reports whether the file is locked against a second run. It is not where the file system knows no
// locks, as some cluster file systems do not.
func (j *Journal) Locked() bool { return j.locked }

// State is what the journal holds by now.
func (j *Journal) State() State {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return State{
		Exists: true, Finished: j.finished, Fingerprint: j.stored,
		Done: j.done, Failed: j.index.n - j.done, Records: j.index.places.n, Damaged: j.damaged,
	}
}

// Finish marks the run as come to its end and brings everything to the disk. Later records unmark it.
func (j *Journal) Finish() error {
	j.mu.Lock()
	if !j.finished {
		if _, err := j.write(footer); err != nil {
			j.mu.Unlock()
			return err
		}
		j.finished = true
	}
	j.mu.Unlock()
	return j.file.Sync()
}

// Close brings everything to the disk, closes the file and so gives up the lock. The journal stays.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if errors.Is(j.broken, os.ErrClosed) {
		return nil
	}
	j.broken = fmt.Errorf("the journal %s: %w", j.path, os.ErrClosed)
	if !j.begun {
		j.removeEmpty()
	}
	return errors.Join(j.file.Sync(), j.file.Close())
}
