package journal

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/community-attribute-service/cas-go/cas"
)

// The content of a block of records, behind its kind: the period, if the kind is that of a period; the number of records, the head of
// each, and the body of each. A head is what identifies a record; to find its place nothing else is read.
//
//	head: flags(1) id geometry(16)
//	body: the response, if there is one; the failure, if there is one
//
// Numbers are varints, float64s their 8 bytes, texts their length and their bytes. Of a response, only that is written in which it
// differs from the one before in the block (journal_delta.go): most of what the service sends is said with every answer.

// The flags of a head.
const (
	flagDone     = 1 << iota // every dataset is answered; not asked again
	flagResponse             // the body has a response
	flagFailure              // the body has a failure
)

// A recordHead identifies a record.
type recordHead struct {
	id       string
	geometry GeometryHash
	flags    byte
}

func (h *recordHead) done() bool { return h.flags&flagDone != 0 }

const (
	// fullBlock is the size from which on a block takes no more records. Whoever reads one record reads the block up to it.
	fullBlock = 64 << 10
	// mostRecords is how many records of a block a [place] can tell apart.
	mostRecords = 1 << 15
)

// A recordWriter makes blocks of records, to be appended to a journal in one write.
type Writer struct {
	blocks []byte  // whole ones
	places []place // of the records, as if blocks stood at the beginning of the file
	heads  []recordHead

	period        string // of the records that are added
	front, bodies []byte // of the block that is being made
	count         int    // its records
	delta         deltaWriter
}

// keepBlocks is the size up to which the memory of blocks is used again: an answer for a thousand features takes a megabyte or two.
const keepBlocks = 8 << 20

// Reset forgets what was written, but for the memory.
func (w *Writer) Reset() {
	if cap(w.blocks) > keepBlocks {
		w.blocks = nil
	}
	clear(w.heads)
	w.blocks, w.places, w.heads = w.blocks[:0], w.places[:0], w.heads[:0]
	w.period = ""
	w.begin()
}

// In says in which period the features were asked for that are added from now on, start/end as it goes out; "" is none. Their geometries
// have the hashes of that period: see [GeometryHash.In].
func (w *Writer) In(period string) {
	if period != w.period {
		w.end()
		w.period = period
	}
}

// begin begins a block.
func (w *Writer) begin() {
	w.front, w.bodies, w.count = w.front[:0], w.bodies[:0], 0
	w.delta.begin()
}

// Add appends what became of a feature: a response, or the error that it failed with. err beside a response says that
// the response lacks datasets.
func (w *Writer) Add(id string, geometry GeometryHash, response *cas.AttributeResponse, err error) {
	head := recordHead{id: id, geometry: geometry}
	var failure *recordedFailure
	switch {
	case response != nil:
		head.flags |= flagResponse
	case err != nil:
		head.flags |= flagFailure
		failure = failureOf(err)
	}
	if err == nil {
		head.flags |= flagDone
	}
	w.front = append(w.front, head.flags)
	w.front = appendText(w.front, head.id)
	w.front = append(w.front, geometry[:]...)
	if response != nil {
		w.bodies = w.delta.append(w.bodies, response)
	}
	if failure != nil {
		w.bodies = failure.append(w.bodies)
	}
	w.heads = append(w.heads, head)
	w.places = append(w.places, placeOf(int64(len(w.blocks)), w.count, head.done()))
	w.count++
	if len(w.front)+len(w.bodies) >= fullBlock || w.count == mostRecords {
		w.end()
	}
}

// end ends the block that is being made, if it has a record.
func (w *Writer) end() {
	if w.count == 0 {
		return
	}
	start := []byte{recordsBlock}
	if w.period != "" {
		start = appendText([]byte{periodBlock}, w.period)
	}
	start = binary.AppendUvarint(start, uint64(w.count))
	w.blocks = appendBlock(w.blocks, start, w.front, w.bodies)
	w.begin()
}

// readRecordHeads reads the heads of a block.
func readRecordHeads(content []byte) ([]recordHead, error) {
	r, _ := readBlock(content)
	heads := r.heads(nil)
	return heads, r.err()
}

// A recordReader takes the content of a block apart. After the first thing that is wrong it gives zero values.
type blockReader struct {
	text  string // texts that are read are parts of it
	pos   int
	wrong bool
}

// readBlock begins to read a block of records, behind its kind and the period that it is of.
func readBlock(content []byte) (r blockReader, period string) {
	r = blockReader{text: string(content), pos: 1}
	if content[0] == periodBlock {
		period = r.string()
	}
	return r, period
}

var errBadRecord = errors.New("damaged record")

func (r *blockReader) err() error {
	if r.wrong {
		return errBadRecord
	}
	return nil
}

// take gives the next n bytes.
func (r *blockReader) take(n int) string {
	if r.wrong || n < 0 || n > len(r.text)-r.pos {
		r.wrong = true
		return ""
	}
	r.pos += n
	return r.text[r.pos-n : r.pos]
}

func (r *blockReader) byte() byte {
	if r.wrong || r.pos == len(r.text) {
		r.wrong = true
		return 0
	}
	r.pos++
	return r.text[r.pos-1]
}

func (r *blockReader) uint() uint64 {
	var n uint64
	for shift := 0; shift < 64; shift += 7 {
		b := r.byte()
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
	r.wrong = true
	return 0
}

// int reads what appendInt wrote.
func (r *blockReader) int() int64 {
	n := r.uint()
	return int64(n>>1) ^ -int64(n&1)
}

// count reads how many items of at least so many bytes follow.
func (r *blockReader) count(size int) int {
	n := r.uint()
	if n > uint64((len(r.text)-r.pos)/size) {
		r.wrong = true
		return 0
	}
	return int(n)
}

func (r *blockReader) string() string { return r.take(r.count(1)) }

func (r *blockReader) float() float64 {
	s := r.take(8)
	if r.wrong {
		return 0
	}
	return math.Float64frombits(uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56)
}

const leastHead = 1 + 1 + len(GeometryHash{})

// heads reads the number of records and their heads.
func (r *blockReader) heads(room []recordHead) []recordHead {
	n := r.count(leastHead)
	heads := room[:0]
	for range n {
		head := recordHead{flags: r.byte()}
		head.id = r.string()
		copy(head.geometry[:], r.take(len(head.geometry)))
		heads = append(heads, head)
	}
	if r.wrong || n > mostRecords {
		r.wrong = true
		return nil
	}
	return heads
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func appendInt(b []byte, n int64) []byte { return binary.AppendVarint(b, n) }

func appendFloat(b []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
}

// A recordedFailure is the error of an outcome without a response: a GeometryError has a code, a cas.Error a type.
type recordedFailure struct {
	message   string
	code      preflight.Code
	kind      cas.ErrorType
	status    int
	requestID string
	attempts  int
}

func failureOf(err error) *recordedFailure {
	f := &recordedFailure{message: err.Error()}
	var refused *preflight.Error
	var failed *cas.Error
	switch {
	case errors.As(err, &refused):
		f.message, f.code = refused.Message, refused.Code
	case errors.As(err, &failed):
		f.message, f.kind, f.status, f.requestID, f.attempts = failed.Message, failed.Type, failed.StatusCode, failed.RequestID, failed.Attempts
	}
	return f
}

func (f *recordedFailure) append(b []byte) []byte {
	for _, text := range []string{f.message, string(f.code), string(f.kind), f.requestID} {
		b = appendText(b, text)
	}
	return appendInt(appendInt(b, int64(f.status)), int64(f.attempts))
}

func (r *blockReader) failure() recordedFailure {
	return recordedFailure{
		message: r.string(), code: preflight.Code(r.string()), kind: cas.ErrorType(r.string()), requestID: r.string(),
		status: int(r.int()), attempts: int(r.int()),
	}
}

// error is the error that was recorded.
func (f recordedFailure) error() error {
	switch {
	case f.code != "":
		return &preflight.Error{Code: f.code, Message: f.message}
	case f.kind != "":
		return &cas.Error{StatusCode: f.status, Type: f.kind, Message: f.message, RequestID: f.requestID, Attempts: f.attempts}
	default:
		return errors.New(f.message)
	}
}
