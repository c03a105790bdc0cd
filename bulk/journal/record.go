package journal

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// After its kind, a block of records has the period if it is a period block, the number of records, the head of each, and the body of
// each. A head identifies a record; loading the file reads nothing else.
//
//	head: flags(1) id geometry(16)
//	body: the response, if there is one; the failure, if there is one
//
// Numbers are varints, a float64 is its 8 bytes, and a text is its length and its bytes. A response is written as its difference from
// the one before it in the block (delta.go), because most of what the service sends is the same in every answer.

// The flags of a head.
const (
	flagDone     = 1 << iota // every dataset is answered; not requested again
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
	// fullBlock is the size at which a block takes no more records. To read one record, a reader reads its block up to there.
	fullBlock = 64 << 10
	// fullPeriod is the same for a period block. To read a feature in all periods, a reader keeps as many blocks.
	fullPeriod = 8 << 10
	// mostRecords is the number of records of a block, as a [place] has bits for.
	mostRecords = 1 << 15
)

// A Writer makes blocks of records, which [Journal.Append] appends in one write. The zero Writer is ready for use. It is not for
// concurrent use.
type Writer struct {
	blocks []byte  // finished blocks
	places []place // of the records, as if the file began with blocks
	heads  []recordHead

	period        string // of the records that are added
	front, bodies []byte // of the block that is being made: heads and bodies
	count         int    // its records
	delta         deltaWriter
}

// keepBlocks is the largest buffer of blocks that Reset keeps. An answer for a thousand features takes a megabyte or two.
const keepBlocks = 8 << 20

// Reset drops the records, but keeps the memory for new ones.
func (w *Writer) Reset() {
	if cap(w.blocks) > keepBlocks {
		w.blocks = nil
	}
	clear(w.heads)
	w.blocks, w.places, w.heads = w.blocks[:0], w.places[:0], w.heads[:0]
	w.period = ""
	w.begin()
}

// In sets the period of the records that are added from now on, start/end as it is sent; "" is none. The geometries of these records
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

// Add appends the outcome of a feature: a response, or the error that it failed with. An error beside a response means that the response
// lacks datasets.
func (w *Writer) Add(id string, geometry GeometryHash, response *cas.AttributeResponse, err error) {
	head := recordHead{id: id, geometry: geometry}
	switch {
	case response != nil:
		head.flags |= flagResponse
		w.bodies = w.delta.append(w.bodies, response)
	case err != nil:
		head.flags |= flagFailure
		w.bodies = failureOf(err).append(w.bodies)
	}
	if err == nil {
		head.flags |= flagDone
	}
	w.front = append(w.front, head.flags)
	w.front = appendText(w.front, head.id)
	w.front = append(w.front, geometry[:]...)
	w.heads = append(w.heads, head)
	w.places = append(w.places, placeOf(int64(len(w.blocks)), w.count, head.done()))
	w.count++
	full := fullBlock
	if w.period != "" {
		full = fullPeriod
	}
	if len(w.front)+len(w.bodies) >= full || w.count == mostRecords {
		w.end()
	}
}

// end finishes the block that is being made, if it has a record.
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

// A blockReader reads the content of a block. After the first error it returns zero values.
type blockReader struct {
	text  string // texts that are read share its memory
	pos   int
	wrong bool
}

// readBlock begins to read a block of records: it reads the kind and the period.
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

// take returns the next n bytes.
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

// uint reads a varint. It is faster here than binary.Uvarint.
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

// count reads the number of items that follow. An item has at least so many bytes.
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
	return math.Float64frombits(binary.LittleEndian.Uint64([]byte(s)))
}

const leastHead = 1 + 1 + len(GeometryHash{})

// heads reads the number of records and their heads, into the memory of another list.
func (r *blockReader) heads(memory []recordHead) []recordHead {
	n := r.count(leastHead)
	heads := memory[:0]
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

// A recordedFailure is the error of an outcome without a response. A [preflight.Error] has a code, a [cas.Error] a type.
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

// error returns the error that was recorded.
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
