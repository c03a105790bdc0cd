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
	each   []string    // its datasets that are asked for in each period
	once   []string    // and those that are asked for once
	stored Fingerprint // of the file
	begun  bool        // the file has a session
	ready  bool        // and this run's, and nothing behind its last record
	old    bool        // its first line is to be written anew
	locked bool

	mu       sync.RWMutex
	index    *index
	end      int64 // where the next record goes
	done     int   // features with an answer to every dataset
	damaged  int
	finished bool
	note     string // of the run that came to its end
	broken   error  // why nothing can be appended any more

	sessions     []Session // of the file, before this one
	session      Session   // this one; First is set with its first record
	sessionDirty bool      // it is other than in the file
	sessionAt    time.Time // when it was written
	stamps       paged[stamp]

	reading sync.Mutex // after mu, where both are held
	cursor  cursor

	syncing  atomic.Bool
	lastSync atomic.Int64 // Unix nanoseconds
}

// ErrLocked is a journal that another process, or another Journal of this one, has open. Another error of opening one is [ErrNotJournal].
var ErrLocked = errors.New("the journal is in use by another run")

// Open opens the journal at path to go on with it, finished or not, or begins one if there is none. The file's answers have to be
// of the same fingerprint, else the error is a [*FingerprintError] and nothing is touched; datasets may be added, for which every
// feature is asked then. Further errors: ErrLocked, ErrNotJournal, and those of the file system.
func Open(path string, fingerprint Fingerprint) (*Journal, error) {
	return open(path, fingerprint, func(j *Journal) error {
		if err := j.load(false); err != nil || !j.begun {
			return err
		}
		if changes := fingerprint.Conflicts(j.stored); len(changes) > 0 {
			return &FingerprintError{Path: path, Changes: changes}
		}
		if fingerprint.grows(j.stored) {
			j.forgetDone()
			j.finished = false
		}
		return nil
	})
}

// Create begins the journal at path anew: what it holds, whatever its parameters, is replaced when the first record is written.
// Errors: ErrLocked, ErrNotJournal, and those of the file system.
func Create(path string, fingerprint Fingerprint) (*Journal, error) {
	return open(path, fingerprint, func(j *Journal) error {
		err := j.load(true)
		j.begun = false
		return err
	})
}

// open locks a file, and lets take decide about what it holds.
func open(path string, fingerprint Fingerprint, take func(*Journal) error) (*Journal, error) {
	file, locked, err := openLocked(path)
	if err != nil {
		return nil, err
	}
	j := newJournal(path, file)
	j.ask(fingerprint)
	j.locked = locked
	j.session = Session{Parameters: fingerprint}
	j.lastSync.Store(time.Now().UnixNano())
	if err := j.open(take); err != nil {
		j.removeEmpty()
		file.Close()
		return nil, err
	}
	return j, nil
}

// openLocked opens a file, which is made where there is none, and locks it. Another run may remove an empty one in between: then the
// lock is that of a file without a name, and the next one is tried.
func openLocked(path string) (file *os.File, locked bool, err error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, false, err
		}
		err = lockFile(file)
		if errors.Is(err, errors.ErrUnsupported) {
			return file, false, nil
		}
		if err != nil {
			file.Close()
			return nil, false, fmt.Errorf("%s: %w", path, err)
		}
		if isNamed(file, path) {
			return file, true, nil
		}
		file.Close()
	}
}

// isNamed reports whether an open file still has its name.
func isNamed(file *os.File, path string) bool {
	opened, err := file.Stat()
	if err != nil {
		return true // what is wrong shows when it is read
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(opened, named)
}

func newJournal(path string, file *os.File) *Journal {
	return &Journal{path: path, file: file, index: newIndex(), cursor: newCursor(path, file, 0)}
}

func (j *Journal) open(take func(*Journal) error) error {
	if err := take(j); err != nil {
		return err
	}
	if !j.begun {
		j.stored, j.index, j.done, j.damaged, j.finished, j.note, j.sessions = j.asked, newIndex(), 0, 0, false, "", nil
		j.stamps = paged[stamp]{}
	}
	return nil
}

// begin makes the file ready for the records of this run, once: it loses what was cut off at its end, or all that it holds, and gets
// the session, twice.
func (j *Journal) begin() error {
	if j.ready {
		return nil
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	if n := len(j.sessions); n > 0 && !now.After(j.sessions[n-1].First) {
		now = j.sessions[n-1].First.Add(time.Millisecond) // sessions are told apart by it
	}
	j.session.First, j.session.Last = now, now
	head, err := appendSession(nil, j.session)
	if err != nil {
		return err
	}
	head = append(head, head...)
	if !j.begun {
		j.end = 0
		head = append([]byte(fileMagic), head...)
	}
	if err := j.file.Truncate(j.end); err != nil {
		return err
	}
	if j.begun && j.old {
		if _, err := j.file.WriteAt([]byte(fileMagic), 0); err != nil {
			return err
		}
	}
	if _, err := j.file.WriteAt(head, j.end); err != nil {
		return err
	}
	j.end += int64(len(head))
	j.begun, j.ready, j.old, j.sessionAt = true, true, false, now
	return nil
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

func (j *Journal) ask(f Fingerprint) {
	j.asked = f
	j.each, j.once = f.Split()
	j.cursor = newCursor(j.path, j.file, len(f.Periods))
}

// asking lists the datasets of a record in a period.
func (j *Journal) asking(period string) []string {
	if period != "" {
		return j.each
	}
	return j.once
}

// Locked reports whether the file is locked against a second run. It is not where the file system knows no
// locks, as some cluster file systems do not.
func (j *Journal) Locked() bool { return j.locked }

// State is what the journal holds by now.
func (j *Journal) State() State {
	sessions := j.Sessions()
	j.mu.RLock()
	defer j.mu.RUnlock()
	return State{
		Exists: true, Finished: j.finished, Note: j.note, Fingerprint: j.stored, Sessions: sessions,
		Done: j.done, Failed: j.index.n - j.done, Records: j.index.places.n, Damaged: j.damaged,
	}
}

// Finish marks the run as come to its end and brings everything to the disk. Later records unmark it.
func (j *Journal) Finish() error { return j.FinishWith("") }

// FinishWith is Finish with a note that State gives.
func (j *Journal) FinishWith(note string) error {
	j.mu.Lock()
	if !j.finished || j.note != note {
		err := j.noteSession(time.Now(), true)
		if err == nil {
			_, err = j.write(appendBlock(nil, []byte{footerBlock}, []byte(note)))
		}
		if err != nil {
			j.mu.Unlock()
			return err
		}
		j.finished, j.note = true, note
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
	var err error
	if j.broken == nil {
		err = j.noteSession(time.Now(), true)
	}
	j.broken = fmt.Errorf("the journal %s: %w", j.path, os.ErrClosed)
	if !j.begun {
		j.removeEmpty()
	}
	return errors.Join(err, j.file.Sync(), j.file.Close())
}
