package journal

import (
	"fmt"
	"io"
	"os"

	"github.com/community-attribute-service/cas-go/cas"
)

// A cursor reads the records of a journal. It keeps the blocks that it read last, and goes on in them where it stands: records that are
// asked for in the order in which they were written are read once.
type cursor struct {
	file   *os.File
	path   string
	blocks []openBlock // most recently read
	turns  int
	buffer []byte
}

// An openBlock is a block of records that is being read.
type openBlock struct {
	at     int64 // in the file; 0 is none
	used   int   // the cursor's turn at which it was last
	reader blockReader
	period string // of its records
	bodies int    // where they begin
	heads  []recordHead
	next   int // the record whose body is due
	delta  deltaReader
}

// A recordedOutcome is what became of a feature, as the journal has it. What it holds is good until the next one is read.
type recordedOutcome struct {
	recordHead
	period   string
	response *cas.AttributeResponse // nil where there is none
	failure  recordedFailure
}

// usualBlocks is as many requests as usually are in flight, whose records take turns.
const usualBlocks = 4

func newCursor(path string, file *os.File) cursor {
	return cursor{path: path, file: file, blocks: make([]openBlock, usualBlocks)}
}

// head reads what identifies the record at a place.
func (c *cursor) head(at place) (*recordHead, error) {
	b, err := c.blockOf(at)
	if err != nil {
		return nil, err
	}
	return &b.heads[at.index()], nil
}

// record reads the record at a place.
func (c *cursor) record(at place) (rec recordedOutcome, err error) {
	b, err := c.blockOf(at)
	if err != nil {
		return rec, err
	}
	if at.index() < b.next {
		b.rewind()
	}
	for ; b.next <= at.index(); b.next++ {
		rec.response, rec.failure = b.body(b.heads[b.next].flags)
	}
	if err := b.reader.err(); err != nil {
		b.at = 0
		return rec, c.unreadable(at.block(), err)
	}
	rec.recordHead, rec.period = b.heads[at.index()], b.period
	return rec, nil
}

// blockOf gives the block that has a record at that place.
func (c *cursor) blockOf(at place) (*openBlock, error) {
	b, err := c.block(at.block())
	if err == nil && at.index() >= len(b.heads) {
		err = c.unreadable(at.block(), errBadRecord)
	}
	return b, err
}

// rewind goes back to the first body.
func (b *openBlock) rewind() {
	b.reader.pos, b.next = b.bodies, 0
	b.delta.begin()
}

// body reads the body that is due.
func (b *openBlock) body(flags byte) (response *cas.AttributeResponse, failure recordedFailure) {
	if flags&flagResponse != 0 {
		response = b.delta.next(&b.reader)
	}
	if flags&flagFailure != 0 {
		failure = b.reader.failure()
	}
	return response, failure
}

// block gives the block that begins there.
func (c *cursor) block(at int64) (*openBlock, error) {
	c.turns++
	oldest := &c.blocks[0]
	for i := range c.blocks {
		b := &c.blocks[i]
		if b.at == at {
			b.used = c.turns
			return b, nil
		}
		if b.used < oldest.used {
			oldest = b
		}
	}
	oldest.at = 0
	content, err := c.read(at)
	if err != nil {
		return nil, c.unreadable(at, err)
	}
	oldest.reader, oldest.period = readBlock(content)
	oldest.heads = oldest.reader.heads(oldest.heads)
	oldest.bodies = oldest.reader.pos
	oldest.rewind()
	if err := oldest.reader.err(); err != nil {
		return nil, c.unreadable(at, err)
	}
	oldest.at, oldest.used = at, c.turns
	return oldest, nil
}

// read reads the content of the block that begins there.
func (c *cursor) read(at int64) ([]byte, error) {
	const usual = blockHead + fullBlock + 4<<10
	if cap(c.buffer) < usual {
		c.buffer = make([]byte, usual)
	}
	c.buffer = c.buffer[:cap(c.buffer)]
	n, err := c.file.ReadAt(c.buffer, at)
	if err != nil && err != io.EOF {
		return nil, err
	}
	length, _, err := blockLength(c.buffer[:n])
	if err != nil {
		return nil, err
	}
	if whole := blockHead + length; whole > n {
		c.buffer = append(c.buffer[:n], make([]byte, whole-n)...)
		if _, err := c.file.ReadAt(c.buffer[n:], at+int64(n)); err != nil {
			return nil, err
		}
	}
	return blockContent(c.buffer)
}

func (c *cursor) unreadable(at int64, err error) error {
	return fmt.Errorf("reading the journal %s at byte %d: %w", c.path, at, err)
}

// entry is the record as an Entry, done or not as the index says: datasets may have been added since. It is good as long as the record.
func (rec *recordedOutcome) entry(datasetIDs []string, done bool) Entry {
	e := Entry{ID: rec.id, Period: rec.period, Response: rec.response}
	switch {
	case rec.flags&flagFailure != 0:
		e.Err = rec.failure.error()
	case !done:
		e.Missing = cas.Missing(rec.response, datasetIDs)
	}
	return e
}
