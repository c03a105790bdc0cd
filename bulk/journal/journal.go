package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// A Journal is the memory of a run on disk: an append-only file with the outcome of each feature, keyed by id and geometry. A run
// appends every answer as it arrives, and takes from the journal what an earlier run has answered. Every outcome can be looked up
// again, so a table can be written from the file in any order. In memory, a feature takes at most 20 bytes.
//
// The file survives the end of its process at any byte. When it is opened again, a record that was cut off is dropped, damaged records
// are left out, and their features are requested again. The file is synced to the disk every five seconds while answers arrive, and by
// Finish and Close; if the machine fails, younger answers are requested again. The file is locked (flock, LockFileEx) while it is open;
// the lock ends with the process.
//
// A Journal is safe for use by many goroutines.
type Journal struct {
	path   string
	file   *os.File
	locked bool
	asked  Fingerprint // of this run
	each   []string    // its datasets that are requested in each period
	once   []string    // its datasets that are requested once

	mu       sync.RWMutex
	stored   Fingerprint // the newest in the file
	index    *index
	end      int64 // where the next block goes
	done     int   // features with an answer to every dataset
	damaged  int
	finished bool
	note     string // of the run that finished last
	broken   error  // why nothing can be appended any more

	sessions     []Session // in the file, before this run's; none if nothing was recorded
	session      Session   // this run's; First is set when it is first written
	sessionDirty bool      // it differs from the one in the file
	sessionAt    time.Time // when it was written last
	stamps       []stamp

	reading sync.Mutex // guards reader; locked after mu, if both are
	reader  *Reader

	syncing  sync.Mutex // guards lastSync; held while the file is synced
	lastSync time.Time
}

var (
	// ErrLocked means that another process, or another Journal of this process, has the journal open.
	ErrLocked = errors.New("the journal is in use by another run")
	// ErrNotJournal means that a file is not a journal, or that its head is damaged. The file is left as it is.
	ErrNotJournal = errors.New("not a journal")
)

// Open opens the journal at path to resume it, finished or not, or begins one if there is none. If its answers have another
// fingerprint, the error is a [*FingerprintError] and the file is not touched. Datasets and periods may be added; every feature is
// requested for them. Other errors are ErrLocked, ErrNotJournal, and those of the file system.
func Open(path string, fingerprint Fingerprint) (*Journal, error) {
	return open(path, fingerprint, (*Journal).resume)
}

// Create begins the journal at path anew. What the file holds, whatever its parameters, is replaced when the first record is written.
// Errors are ErrLocked, ErrNotJournal, and those of the file system.
func Create(path string, fingerprint Fingerprint) (*Journal, error) {
	return open(path, fingerprint, (*Journal).checkHead)
}

// open locks the file and lets take read what it needs of it.
func open(path string, fingerprint Fingerprint, take func(*Journal) error) (*Journal, error) {
	file, locked, err := openLocked(path)
	if err != nil {
		return nil, err
	}
	j := newJournal(path, file, fingerprint)
	j.locked = locked
	if err := take(j); err != nil {
		j.removeEmpty()
		file.Close()
		return nil, err
	}
	return j, nil
}

func newJournal(path string, file *os.File, asked Fingerprint) *Journal {
	j := &Journal{path: path, file: file, index: newIndex(), stored: asked, session: Session{Parameters: asked}, lastSync: time.Now()}
	j.ask(asked)
	return j
}

// ask sets the parameters of this run.
func (j *Journal) ask(f Fingerprint) {
	j.asked = f
	j.each, j.once = f.Split()
	j.reader = j.NewReader()
}

// resume loads the file for a run that goes on with it.
func (j *Journal) resume() error {
	if err := j.load(false); err != nil {
		return err
	}
	if changes := j.asked.Conflicts(j.stored); len(changes) > 0 {
		return &FingerprintError{Path: j.path, Changes: changes}
	}
	if j.asked.grows(j.stored) {
		j.forgetDone()
		j.finished = false
	}
	return nil
}

// checkHead refuses a file that is not a journal, and takes nothing from it.
func (j *Journal) checkHead() error { return newJournal(j.path, j.file, j.asked).load(true) }

// openLocked opens a file, which it creates if there is none, and locks it. Another run may remove an empty file in between: then the
// lock is that of a file without a name, and openLocked tries again.
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
		return true // reading the file will report the error
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(opened, named)
}

// removeEmpty removes a file in which nothing was written.
func (j *Journal) removeEmpty() {
	if info, err := j.file.Stat(); err == nil && info.Size() == 0 && j.locked {
		os.Remove(j.path) // Windows does not remove an open file; an empty file is no journal there either
	}
}

// Read opens a journal to read what it holds, for the parameters of the run that wrote it. Nothing is locked or changed, and nothing
// can be appended. Records that another process appends meanwhile are not seen. Errors are fs.ErrNotExist, ErrNotJournal, a journal
// without a record, and those of the file system.
func Read(path string) (*Journal, error) {
	j, err := openToRead(path)
	if err == nil && len(j.sessions) == 0 {
		j.file.Close()
		return nil, fmt.Errorf("%s: the journal holds no record", path)
	}
	return j, err
}

// Inspect reads the journal at path without locking or changing it. If there is no file, or it is empty or was cut off before its first
// record, Inspect returns the zero State. Errors are ErrNotJournal, and those of the file system.
func Inspect(path string) (State, error) {
	j, err := openToRead(path)
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, nil
	}
	if err != nil {
		return State{}, err
	}
	defer j.file.Close()
	if len(j.sessions) == 0 {
		return State{}, nil
	}
	return j.State(), nil
}

func openToRead(path string) (*Journal, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	j := newJournal(path, file, Fingerprint{})
	if err := j.load(false); err != nil {
		file.Close()
		return nil, err
	}
	j.ask(j.stored)
	j.broken = fmt.Errorf("the journal %s is open for reading only", path)
	return j, nil
}

// A State is what a journal holds. The zero State means that there is no journal.
type State struct {
	Exists      bool        // there is a journal with a record
	Finished    bool        // the run came to its end, with failures or without
	Note        string      // of the run that finished last
	Fingerprint Fingerprint // parameters of the newest session
	Sessions    []Session   // the runs that wrote records, oldest first
	Done        int         // features with an answer to every dataset
	Failed      int         // the other features, which a resumed run requests again
	Records     int         // all records; more than features if some were requested again
	Damaged     int         // places whose records cannot be read and do not count; an end that was cut off is none
}

// State returns what the journal holds now.
func (j *Journal) State() State {
	sessions := j.Sessions()
	j.mu.RLock()
	defer j.mu.RUnlock()
	return State{
		Exists: true, Finished: j.finished, Note: j.note, Fingerprint: j.stored, Sessions: sessions,
		Done: j.done, Failed: j.index.n - j.done, Records: j.index.places.n, Damaged: j.damaged,
	}
}

// Path returns the path of the file.
func (j *Journal) Path() string { return j.path }

// Fingerprint returns the parameters that the journal was opened for.
func (j *Journal) Fingerprint() Fingerprint { return j.asked }

// Locked reports whether the file is locked against a second run. Some file systems, such as those of clusters, have no locks.
func (j *Journal) Locked() bool { return j.locked }

// Finish marks the run as finished and syncs the file to the disk. A later record removes the mark.
func (j *Journal) Finish() error { return j.FinishWith("") }

// FinishWith is Finish with a note, which [State] has.
func (j *Journal) FinishWith(note string) error {
	if err := j.writeFooter(note); err != nil {
		return err
	}
	return j.file.Sync()
}

// Close syncs the file to the disk and closes it, which releases the lock. The journal stays.
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
	j.removeEmpty()
	return errors.Join(err, j.file.Sync(), j.file.Close())
}
