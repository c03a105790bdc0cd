package journal

import (
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/wire"
)

// An Entry is the outcome of one feature.
type Entry struct {
	ID       string                 // of the feature
	Period   string                 // that was requested, start/end as it is sent; "" if none
	Response *cas.AttributeResponse // the answer; nil if there is none
	Missing  []cas.DatasetFailure   // the datasets that the answer lacks, with the service's reasons
	// Err is why there is no answer. Errors have the types and texts that they had; a [*cas.Error] keeps its status, type, message,
	// request id and attempts.
	Err     error
	Session int       // the run that recorded this, as an index of [Journal.Sessions]
	Time    time.Time // when it was recorded, UTC, to a second; zero in a journal that does not say
}

// Lookup returns the newest outcome of the feature with that id and geometry.
func (j *Journal) Lookup(id string, geometry GeometryHash) (e Entry, found bool, err error) {
	n, found := j.Find(id, geometry)
	if !found {
		return Entry{}, false, nil
	}
	e, err = j.Entry(n)
	return e, err == nil, err
}

// Done reports whether the feature has an answer to every dataset. Such a feature is not requested again.
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

// confirm returns a function that reports whether the record at a place is of that feature.
func (j *Journal) confirm(id string, geometry GeometryHash) func(place) bool {
	return func(at place) bool {
		j.reading.Lock()
		defer j.reading.Unlock()
		head, err := j.reader.head(at)
		return err == nil && head.id == id && head.geometry == geometry
	}
}

// place is where a record lies.
func (j *Journal) place(n Number) place {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.index.place(n)
}

// Entry reads a record. The caller may keep it.
func (j *Journal) Entry(n Number) (Entry, error) {
	at := j.place(n)
	session, when := j.When(n) // locks mu, which comes before reading
	j.reading.Lock()
	defer j.reading.Unlock()
	e, err := j.reader.entry(at)
	if err != nil {
		return Entry{}, err
	}
	e.Session, e.Time = session, when
	if e.Response != nil {
		e.Response = keep(e.Response)
	}
	return e, nil
}

// keep copies a response that is valid only until the next one is read.
func keep(r *cas.AttributeResponse) *cas.AttributeResponse {
	own := *r
	own.Warnings = slices.Clone(r.Warnings)
	own.Results = slices.Clone(r.Results)
	for i := range own.Results {
		result := &own.Results[i]
		if result.Timestamp != nil {
			stamp := *result.Timestamp
			result.Timestamp = &stamp
		}
		if result.ValidRange != nil {
			bounds := *result.ValidRange
			result.ValidRange = &bounds
		}
		if n := result.Value.NumClasses(); n > 0 {
			result.Value, _ = wire.ClassesValue(result.Value.Classes())
		}
	}
	return &own
}

// Newest yields the number of every feature's newest record, in the order in which they were written.
func (j *Journal) Newest() iter.Seq2[Number, error] {
	return func(yield func(Number, error) bool) {
		for n := range Number(j.State().Records) {
			id, geometry, err := j.identify(n)
			if err != nil {
				yield(n, err)
				return
			}
			if newest, _ := j.Find(id, geometry); newest == n && !yield(n, nil) {
				return
			}
		}
	}
}

// identify returns the feature of a record.
func (j *Journal) identify(n Number) (id string, geometry GeometryHash, err error) {
	at := j.place(n)
	j.reading.Lock()
	defer j.reading.Unlock()
	head, err := j.reader.head(at)
	if err != nil {
		return "", geometry, err
	}
	return strings.Clone(head.id), head.geometry, nil // the head is valid until the reader moves
}

// A Reader reads records one by one. It keeps the blocks that it read last, so records that are read in the order in which they were
// written are read from the disk once. A Reader is not for concurrent use; a journal can have any number of them.
type Reader struct {
	journal *Journal
	blocks  []openBlock
	known   map[int64]int // index in blocks by place in the file
	usual   int           // bytes that are read at once; usually they are a whole block
	turns   int
	buffer  []byte
}

// An openBlock is a block of records that is being read.
type openBlock struct {
	at     int64 // in the file; 0 is none
	used   int   // the reader's turn when it was last used
	reader blockReader
	period string // of its records
	bodies int    // where they begin
	heads  []recordHead
	next   int // the record whose body the reader is at
	delta  deltaReader
}

// usualBlocks is the usual number of requests in flight, whose records alternate. mostBlocks bounds the blocks of periods, which take
// some 16 KiB of memory each: the records of one feature are in different blocks, one for each period.
const (
	usualBlocks = 4
	mostBlocks  = 2048
)

// NewReader returns a reader of the journal's records.
func (j *Journal) NewReader() *Reader {
	blocks, full := usualBlocks, fullBlock
	if n := len(j.asked.Periods); n > 0 {
		blocks, full = min(n+usualBlocks, mostBlocks), fullPeriod
	}
	return &Reader{journal: j, blocks: make([]openBlock, blocks), known: make(map[int64]int, blocks), usual: blockHead + full + 4<<10}
}

// Entry reads a record. Its response is valid until the next call and must not be changed.
func (r *Reader) Entry(n Number) (Entry, error) {
	e, err := r.entry(r.journal.place(n))
	if err != nil {
		return Entry{}, err
	}
	e.Session, e.Time = r.journal.When(n)
	return e, nil
}

// entry reads the record at a place, but for its session and time. Whether it is done is what the index says: datasets may have been
// added since it was written.
func (r *Reader) entry(at place) (Entry, error) {
	b, err := r.blockOf(at)
	if err != nil {
		return Entry{}, err
	}
	if at.index() < b.next {
		b.rewind()
	}
	var response *cas.AttributeResponse
	var failure recordedFailure
	for ; b.next <= at.index(); b.next++ {
		response, failure = b.body(b.heads[b.next].flags)
	}
	if err := b.reader.err(); err != nil {
		b.at = 0
		return Entry{}, r.unreadable(at.block(), err)
	}
	head := b.heads[at.index()]
	e := Entry{ID: head.id, Period: b.period, Response: response}
	switch {
	case head.flags&flagFailure != 0:
		e.Err = failure.error()
	case !at.done() && b.period != "":
		e.Missing = cas.Missing(response, r.journal.each)
	case !at.done():
		e.Missing = cas.Missing(response, r.journal.once)
	}
	return e, nil
}

// head reads what identifies the record at a place.
func (r *Reader) head(at place) (*recordHead, error) {
	b, err := r.blockOf(at)
	if err != nil {
		return nil, err
	}
	return &b.heads[at.index()], nil
}

// blockOf returns the block of the record at a place.
func (r *Reader) blockOf(at place) (*openBlock, error) {
	b, err := r.block(at.block())
	if err == nil && at.index() >= len(b.heads) {
		err = r.unreadable(at.block(), errBadRecord)
	}
	return b, err
}

// rewind goes back to the first body.
func (b *openBlock) rewind() {
	b.reader.pos, b.next = b.bodies, 0
	b.delta.begin()
}

// body reads the next body, of a record with these flags.
func (b *openBlock) body(flags byte) (response *cas.AttributeResponse, failure recordedFailure) {
	if flags&flagResponse != 0 {
		response = b.delta.next(&b.reader)
	}
	if flags&flagFailure != 0 {
		failure = b.reader.failure()
	}
	return response, failure
}

// block returns the block that begins at a place in the file, and reads it unless it is kept.
func (r *Reader) block(at int64) (*openBlock, error) {
	r.turns++
	if i, kept := r.known[at]; kept && r.blocks[i].at == at {
		r.blocks[i].used = r.turns
		return &r.blocks[i], nil
	}
	i := r.oldest()
	b := &r.blocks[i]
	delete(r.known, b.at)
	r.known[at] = i
	b.at = 0
	content, err := r.read(at)
	if err != nil {
		return nil, r.unreadable(at, err)
	}
	b.reader, b.period = readBlock(content)
	b.heads = b.reader.heads(b.heads)
	b.bodies = b.reader.pos
	b.rewind()
	if err := b.reader.err(); err != nil {
		return nil, r.unreadable(at, err)
	}
	b.at, b.used = at, r.turns
	return b, nil
}

// oldest picks the block that makes room for another one: the one that was not used for longest. If there are more periods than blocks,
// that would always be the block that is needed next; then it picks any.
func (r *Reader) oldest() (oldest int) {
	if len(r.blocks) == mostBlocks {
		return rand.IntN(mostBlocks)
	}
	for i := range r.blocks {
		if r.blocks[i].used < r.blocks[oldest].used {
			oldest = i
		}
	}
	return oldest
}

// read reads the content of the block that begins at a place in the file.
func (r *Reader) read(at int64) ([]byte, error) {
	if cap(r.buffer) < r.usual {
		r.buffer = make([]byte, r.usual)
	}
	r.buffer = r.buffer[:r.usual]
	n, err := r.journal.file.ReadAt(r.buffer, at)
	if err != nil && err != io.EOF {
		return nil, err
	}
	length, _, err := blockLength(r.buffer[:n])
	if err != nil {
		return nil, err
	}
	if whole := blockHead + length; whole > n {
		r.buffer = append(r.buffer[:n], make([]byte, whole-n)...)
		if _, err := r.journal.file.ReadAt(r.buffer[n:], at+int64(n)); err != nil {
			return nil, err
		}
	}
	return blockContent(r.buffer)
}

func (r *Reader) unreadable(at int64, err error) error {
	return fmt.Errorf("reading the journal %s at byte %d: %w", r.journal.path, at, err)
}
