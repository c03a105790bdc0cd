package journal

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"github.com/community-attribute-service/cas-go/cas"
)

// A cursor reads the records of a journal. It keeps the blocks that it read last, and goes on in them where it stands: records that are
// asked for in the order in which they were written are read once.
type cursor struct {
	file   *os.File
	path   string
	blocks []openBlock   // most recently read
	known  map[int64]int // where in the file to place in blocks, where there are many
	chance bool          // which of them makes room: they take turns, and are too many to wait for theirs
	usual  int           // bytes that are read to find a block whole
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

// usualBlocks is as many requests as usually are in flight, whose records take turns. mostBlocks bounds the blocks of periods, some 16 KiB
// of memory each: a feature's records lie apart, one in a block of each period, and so do the next one's.
const (
	usualBlocks = 4
	mostBlocks  = 2048
)

func newCursor(path string, file *os.File, periods int) cursor {
	c := cursor{path: path, file: file, blocks: make([]openBlock, usualBlocks), usual: blockHead + fullBlock + 4<<10}
	if periods > 0 {
		n := min(periods+usualBlocks, mostBlocks)
		c.chance = n == mostBlocks
		c.blocks, c.known, c.usual = make([]openBlock, n), make(map[int64]int, n), blockHead+fullPeriod+4<<10
	}
	return c
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
	if i, kept := c.known[at]; kept && c.blocks[i].at == at {
		c.blocks[i].used = c.turns
		return &c.blocks[i], nil
	}
	place, kept := c.search(at)
	oldest := &c.blocks[place]
	if kept {
		oldest.used = c.turns
		return oldest, nil
	}
	if c.known != nil {
		delete(c.known, oldest.at)
		c.known[at] = place
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

// search finds where a block is kept, or which one is to make room for it: the one that was used longest ago.
func (c *cursor) search(at int64) (place int, kept bool) {
	if c.chance {
		return rand.IntN(len(c.blocks)), false
	}
	for i := range c.blocks {
		if c.blocks[i].at == at {
			return i, true
		}
		if c.blocks[i].used < c.blocks[place].used {
			place = i
		}
	}
	return place, false
}

// read reads the content of the block that begins there.
func (c *cursor) read(at int64) ([]byte, error) {
	if cap(c.buffer) < c.usual {
		c.buffer = make([]byte, c.usual)
	}
	c.buffer = c.buffer[:c.usual]
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
