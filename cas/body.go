package cas

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

const (
	sampleBytes   = 4 << 10 // of a body, kept in an Error
	maxErrorBytes = 4 << 20 // of an error's body, read for its detail: a 422 echoes the request
)

var errTooLarge = errors.New("the body is larger than the limit")

// bodyReader reads an answer's body up to a limit, and remembers how that ended: whoever decodes from it sees a reading error only
// wrapped into one of its own.
type bodyReader struct {
	from   io.Reader
	left   int64 // bytes until the limit
	read   int64
	keep   int     // how many bytes the sample takes
	sample []byte  // the first bytes
	pooled *[]byte // what the sample was taken from
	err    error   // why reading ended, if neither by the end of the body nor by the decoder
}

func (b *bodyReader) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	// One byte more than allowed is asked for, to tell a body that ends at the limit from one that does not.
	if int64(len(p))-1 > b.left {
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	if int64(n) > b.left {
		n, b.err = int(b.left), errTooLarge
	} else if err != nil && err != io.EOF {
		b.err = err
	}
	if room := b.keep - len(b.sample); room > 0 && n > 0 {
		if b.pooled == nil {
			b.pooled = samples.Get().(*[]byte)
			b.sample = (*b.pooled)[:0]
		}
		b.sample = append(b.sample, p[:min(n, room)]...)
	}
	b.left -= int64(n)
	b.read += int64(n)
	if b.err != nil {
		return n, b.err
	}
	return n, err
}

// samples are the samples of answers that turned out well.
var samples = sync.Pool{New: func() any { return new([]byte) }}

// forget gives up the sample, which nobody may hold.
func (b *bodyReader) forget() {
	if b.pooled != nil {
		*b.pooled = b.sample
		samples.Put(b.pooled)
		b.pooled, b.sample = nil, nil
	}
}

// fill reads on until the sample is full or the body ends, for an answer that is of no other use.
func (b *bodyReader) fill() []byte {
	_, _ = io.CopyN(io.Discard, b, int64(b.keep-len(b.sample)))
	return b.sample
}

// buffers are the bodies of answers that are decoded whole; what is decoded from one does not point into it.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// keepBuffer is the size up to which a buffer is kept for the next answer.
const keepBuffer = 16 << 20

// all reads the rest of the body into a buffer, which release gives back.
func (b *bodyReader) all(sizeHint int64) (text []byte, release func(), err error) {
	buffer := buffers.Get().(*[]byte)
	text = (*buffer)[:0]
	if hint := min(sizeHint, b.left, keepBuffer); int64(cap(text)) <= hint {
		text = make([]byte, 0, hint+1) // one more, so that the end is seen without growing
	}
	release = func() {
		if cap(text) <= keepBuffer {
			*buffer = text[:0]
			buffers.Put(buffer)
		}
	}
	for {
		if len(text) == cap(text) {
			text = append(text, 0)[:len(text)]
		}
		n, err := b.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		if err == io.EOF {
			return text, release, nil
		}
		if err != nil {
			return text, release, err
		}
	}
}

func tooLarge(limit int64) string {
	return fmt.Sprintf("the answer is larger than %d bytes: ask for less at once, or raise WithMaxResponseBytes", limit)
}
