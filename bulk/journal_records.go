package bulk

import (
	"fmt"
	"time"
)

// Lookup gives what became of the feature with that id and geometry when it was asked for last: an answer, or the
// failure of an earlier run. The outcome's Feature has the ID alone, FromJournal is set. Failures have the types
// and texts that they had; of a cas.Error status, type, message, request id and attempts are kept.
func (j *Journal) Lookup(id string, geometry GeometryHash) (o Outcome, found bool, err error) {
	n, found := j.find(id, geometry)
	if !found {
		return Outcome{}, false, nil
	}
	o, err = j.outcome(n)
	return o, err == nil, err
}

// Done reports whether the feature has an answer to every dataset, which is never asked for again.
func (j *Journal) Done(id string, geometry GeometryHash) bool {
	n, found := j.find(id, geometry)
	return found && j.place(n).done()
}

// find gives the number of a feature's newest record.
func (j *Journal) find(id string, geometry GeometryHash) (recordNumber, bool) {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.index.find(j.index.key(id, geometry), j.confirm(id, geometry))
}

func (j *Journal) place(n recordNumber) place {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.index.place(n)
}

// outcome is the outcome of a record, the caller's to keep.
func (j *Journal) outcome(n recordNumber) (Outcome, error) {
	at := j.place(n)
	j.reading.Lock()
	defer j.reading.Unlock()
	rec, err := j.cursor.record(at)
	if err != nil {
		return Outcome{}, err
	}
	o := rec.outcome(j.asked.DatasetIDs)
	if o.Response != nil {
		o.Response = keep(o.Response)
	}
	return o, nil
}

// confirm tells whether the record at a place is that feature's.
func (j *Journal) confirm(id string, geometry GeometryHash) func(place) bool {
	return func(at place) bool {
		j.reading.Lock()
		defer j.reading.Unlock()
		head, err := j.cursor.head(at)
		return err == nil && head.id == id && head.geometry == geometry
	}
}

// syncEvery is how old a record may become before it reaches the disk, while records arrive.
const syncEvery = 5 * time.Second

// append appends the records in one write, and returns when the operating system has them. It gives their numbers.
func (j *Journal) append(w *recordWriter) ([]recordNumber, error) {
	w.end()
	if len(w.heads) == 0 {
		return nil, nil
	}
	numbers, err := j.appendBlocks(w)
	if err != nil {
		return nil, err
	}
	return numbers, j.syncNowAndThen()
}

func (j *Journal) appendBlocks(w *recordWriter) ([]recordNumber, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	at, err := j.write(w.blocks)
	if err != nil {
		return nil, err
	}
	j.finished = false
	numbers := make([]recordNumber, len(w.heads))
	for i := range w.heads {
		numbers[i] = j.remember(&w.heads[i], w.places[i].behind(at))
	}
	return numbers, nil
}

// write appends whole blocks and tells where. After a failure nothing more is written: the end of the file is not known.
func (j *Journal) write(b []byte) (at int64, err error) {
	if j.broken != nil {
		return 0, j.broken
	}
	if err = j.begin(); err == nil {
		at = j.end
		_, err = j.file.WriteAt(b, at)
	}
	if err != nil {
		j.broken = fmt.Errorf("writing the journal: %w", err)
		return 0, j.broken
	}
	j.end += int64(len(b))
	return at, nil
}

// remember puts a record into the index, in the place of an older one.
func (j *Journal) remember(head *recordHead, at place) recordNumber {
	n, before := j.index.put(j.index.key(head.id, head.geometry), at, j.confirm(head.id, head.geometry))
	if before.done() {
		j.done--
	}
	if head.done() {
		j.done++
	}
	return n
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
