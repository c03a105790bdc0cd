package journal

import (
	"fmt"
	"time"
)

// syncEvery is how old a record may become before it is synced to the disk, while records arrive.
const syncEvery = 5 * time.Second

// Append appends the records of w in one write, and returns their numbers when the operating system has them.
func (j *Journal) Append(w *Writer) ([]Number, error) {
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

func (j *Journal) appendBlocks(w *Writer) ([]Number, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now().UTC()
	if err := j.stamp(now); err != nil {
		return nil, err
	}
	at, err := j.write(w.blocks)
	if err != nil {
		return nil, err
	}
	j.finished = false
	j.session.Last, j.sessionDirty = now, true
	if err := j.noteSession(now, false); err != nil {
		return nil, err
	}
	numbers := make([]Number, len(w.heads))
	for i := range w.heads {
		numbers[i] = j.remember(&w.heads[i], w.places[i].behind(at))
	}
	return numbers, nil
}

// remember puts a record into the index, where it replaces an older one of its feature. It is called with mu locked.
func (j *Journal) remember(head *recordHead, at place) Number {
	n, before := j.index.put(j.index.key(head.id, head.geometry), at, j.confirm(head.id, head.geometry))
	if before.done() {
		j.done--
	}
	if head.done() {
		j.done++
	}
	return n
}

// syncNowAndThen spares the disk: it syncs from one goroutine at a time, and not for every answer.
func (j *Journal) syncNowAndThen() error {
	if !j.syncing.TryLock() {
		return nil
	}
	defer j.syncing.Unlock()
	now := time.Now()
	if now.Sub(j.lastSync) < syncEvery {
		return nil
	}
	j.lastSync = now
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	return nil
}

// writeFooter appends the mark of a run that finished, unless it is there with this note.
func (j *Journal) writeFooter(note string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.finished && j.note == note {
		return nil
	}
	if err := j.noteSession(time.Now(), true); err != nil {
		return err
	}
	if _, err := j.write(appendBlock(nil, []byte{footerBlock}, []byte(note))); err != nil {
		return err
	}
	j.finished, j.note = true, note
	return nil
}

// write appends whole blocks and returns where they begin. After a failure nothing more is written, because the end of the file is not
// known. It is called with mu locked.
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

// begin makes the file ready for the records of this run, once: it drops what was cut off at the end, or everything if the journal is
// begun anew, and writes the session twice.
func (j *Journal) begin() error {
	if !j.session.First.IsZero() {
		return nil
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	if n := len(j.sessions); n > 0 && !now.After(j.sessions[n-1].First) {
		now = j.sessions[n-1].First.Add(time.Millisecond) // sessions are told apart by it
	}
	j.session.First, j.session.Last = now, now
	session, err := j.session.block()
	if err != nil {
		return err
	}
	if err := j.file.Truncate(j.end); err != nil {
		return err
	}
	// The first line is written in any case: it may be damaged, or that of version 2.
	if _, err := j.file.WriteAt([]byte(fileMagic), 0); err != nil {
		return err
	}
	j.end = max(j.end, int64(len(fileMagic)))
	if _, err := j.file.WriteAt(append(session, session...), j.end); err != nil {
		return err
	}
	j.end += 2 * int64(len(session))
	j.sessionAt = now
	return nil
}
