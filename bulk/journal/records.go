package journal

import (
	"fmt"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// An Entry is what became of one feature.
type Entry struct {
	ID       string                 // of the feature
	Period   string                 // that it was asked for in, start/end as it goes out; "" is none
	Response *cas.AttributeResponse // the answer; nil where there is none
	Missing  []cas.DatasetFailure   // the datasets that the answer lacks, with the service's reasons
	// Err is why there is no answer. Errors have the types and texts that they had; of a [*cas.Error] status, type,
	// message, request id and attempts are kept.
	Err     error
	Session int       // the run that recorded this: its place in [Journal.Sessions]
	Time    time.Time // when it was recorded, UTC, to a second; zero in journals that do not say
}

// Lookup returns what became of the feature with that id and geometry when it was asked for last.
func (j *Journal) Lookup(id string, geometry GeometryHash) (e Entry, found bool, err error) {
	n, found := j.Find(id, geometry)
	if !found {
		return Entry{}, false, nil
	}
	e, err = j.Entry(n)
	return e, err == nil, err
}

// Done reports whether the feature has an answer to every dataset, which is never asked for again.
func (j *Journal) Done(id string, geometry GeometryHash) bool {
	n, found := j.Find(id, geometry)
	return found && j.IsDone(n)
}

// IsDone reports whether the record is an answer to every dataset.
func (j *Journal) IsDone(n Number) bool { return j.place(n).done() }

// Find returns the number of a feature's newest record.
func (j *Journal) Find(id string, geometry GeometryHash) (Number, bool) {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.index.find(j.index.key(id, geometry), j.confirm(id, geometry))
}

func (j *Journal) place(n Number) place {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.index.place(n)
}

// Entry reads a record. It is the caller's to keep.
func (j *Journal) Entry(n Number) (Entry, error) {
	at := j.place(n)
	j.reading.Lock()
	defer j.reading.Unlock()
	rec, err := j.cursor.record(at)
	if err != nil {
		return Entry{}, err
	}
	e := rec.entry(j.asking(rec.period), at.done())
	e.Session, e.Time = j.When(n)
	if e.Response != nil {
		e.Response = keep(e.Response)
	}
	return e, nil
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

// Append appends the records in one write, and returns when the operating system has them. It gives their numbers.
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

// An Order is a list of records, in 4 bytes each.
type Order struct{ numbers paged[Number] }

// Add appends a record.
func (o *Order) Add(n Number) { o.numbers.add(n) }

// Set replaces the i-th record.
func (o *Order) Set(i int, n Number) { o.numbers.set(i, n) }

// Put is Set where there may be fewer records yet; those between are that of number 0 until they are set.
func (o *Order) Put(i int, n Number) {
	for o.numbers.n <= i {
		o.numbers.add(0)
	}
	o.Set(i, n)
}

// Len is the number of records.
func (o *Order) Len() int { return o.numbers.n }

// At is the i-th record, from 0.
func (o *Order) At(i int) Number { return o.numbers.at(i) }

// A RecordReader reads records one after the other. Records that are read in the order in which they were written are read
// once from the disk. It is not for concurrent use; a journal can have any number of them.
type Reader struct {
	journal *Journal
	cursor  cursor
}

// NewReader returns a reader of the journal's records.
func (j *Journal) NewReader() *Reader {
	return &Reader{journal: j, cursor: newCursor(j.path, j.file)}
}

// Keep has the reader keep so many blocks of records, of 64 KiB each or a little more, in place of 4: as many as take turns where records
// are not read in the order in which they were written.
func (r *Reader) Keep(blocks int) {
	r.cursor.blocks = make([]openBlock, max(blocks, usualBlocks))
}

// Entry reads a record. Its response is good until the next call and is not to be changed.
func (r *Reader) Entry(n Number) (Entry, error) {
	at := r.journal.place(n)
	rec, err := r.cursor.record(at)
	if err != nil {
		return Entry{}, err
	}
	e := rec.entry(r.journal.asking(rec.period), at.done())
	e.Session, e.Time = r.journal.When(n)
	return e, nil
}
