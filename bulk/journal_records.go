package bulk

import (
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json"
)

// Lookup gives what became of the feature with that id and geometry when it was asked for last: an answer, or the
// failure of an earlier run. The outcome's Feature has the ID alone, FromJournal is set. Failures have the types
// and texts that they had; of a cas.Error status, type, message, request id and attempts are kept.
func (j *Journal) Lookup(id string, geometry GeometryHash) (o Outcome, found bool, err error) {
	at, found := j.find(id, geometry)
	if !found {
		return Outcome{}, false, nil
	}
	text, err := j.read(at)
	if err != nil {
		return Outcome{}, false, err
	}
	var e journalEntry
	if err := json.Unmarshal(text, &e); err != nil {
		return Outcome{}, false, j.unreadable(at, err)
	}
	return e.outcome(j.asked.DatasetIDs), true, nil
}

// Done reports whether the feature has an answer to every dataset, which is never asked for again.
func (j *Journal) Done(id string, geometry GeometryHash) bool {
	at, found := j.find(id, geometry)
	return found && at.done()
}

func (j *Journal) find(id string, geometry GeometryHash) (place, bool) {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.index.find(j.index.key(id, geometry), j.confirm(id, geometry))
}

// confirm tells whether the record at a place is that feature's.
func (j *Journal) confirm(id string, geometry GeometryHash) func(place) bool {
	return func(at place) bool {
		text, err := j.read(at)
		if err != nil {
			return false
		}
		head, err := new(headReader).read(text)
		return err == nil && head.ID == id && head.Geometry == geometry
	}
}

// read gives the JSON of the record at a place.
func (j *Journal) read(at place) ([]byte, error) {
	line := make([]byte, 2<<10)
	n, err := j.file.ReadAt(line, at.offset())
	if err != nil && err != io.EOF {
		return nil, j.unreadable(at, err)
	}
	length, _, err := journalPrefixOf(line[:n])
	if err != nil {
		return nil, j.unreadable(at, err)
	}
	whole := journalPrefix + int(length) + 1
	if whole > n {
		line = append(line[:n], make([]byte, whole-n)...)
		if _, err := j.file.ReadAt(line[n:], at.offset()+int64(n)); err != nil {
			return nil, j.unreadable(at, err)
		}
	}
	text, err := journalText(line[:whole])
	if err != nil {
		return nil, j.unreadable(at, err)
	}
	return text, nil
}

func (j *Journal) unreadable(at place, err error) error {
	return fmt.Errorf("reading the journal %s at byte %d: %w", j.path, at.offset(), err)
}

// syncEvery is how old a record may become before it reaches the disk, while records arrive.
const syncEvery = 5 * time.Second

// record appends outcomes in one write, and returns when the operating system has them.
func (j *Journal) record(entries []journalEntry) error {
	var b []byte
	starts := make([]int, len(entries))
	for i, e := range entries {
		var err error
		starts[i] = len(b)
		if b, err = e.append(b); err != nil {
			return err
		}
	}
	if err := j.append(b, entries, starts); err != nil {
		return err
	}
	return j.syncNowAndThen()
}

func (j *Journal) append(b []byte, entries []journalEntry, starts []int) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	at := j.end
	if err := j.write(b); err != nil {
		return err
	}
	j.finished = false
	for i, e := range entries {
		j.remember(e, at+int64(starts[i]))
	}
	return nil
}

// write appends whole lines. After a failure nothing more is written: the end of the file is not known.
func (j *Journal) write(b []byte) error {
	if j.broken != nil {
		return j.broken
	}
	if _, err := j.file.WriteAt(b, j.end); err != nil {
		j.broken = fmt.Errorf("writing the journal: %w", err)
		return j.broken
	}
	j.end += int64(len(b))
	return nil
}

// remember puts a record into the index, in the place of an older one.
func (j *Journal) remember(e journalEntry, at int64) {
	before := j.index.put(j.index.key(e.ID, e.Geometry), placeOf(at, e.Done), j.confirm(e.ID, e.Geometry))
	if before.done() {
		j.done--
	}
	if e.Done {
		j.done++
	}
}

// syncNowAndThen spares the disk: one worker at a time, and not for every answer.
func (j *Journal) syncNowAndThen() error {
	now := time.Now().UnixNano()
	if now-j.lastSync.Load() < int64(syncEvery) || !j.syncing.CompareAndSwap(false, true) {
		return nil
	}
	defer j.syncing.Store(false)
	j.lastSync.Store(now)
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	return nil
}
