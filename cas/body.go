package cas

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
)

// requestBody is the body of the requests of one call. A large text of the caller is one of its parts and is sent without a copy, which
// would cost a quarter of the call (bench, polygon-text: 2.28 times raw HTTP, without it 1.78). The caller may change that text as soon
// as the call has returned, when a transport may still be reading; end stops it.
type requestBody struct {
	parts net.Buffers
	mu    sync.RWMutex // read-locked while the parts are read
	ended bool
}

// attach makes b the body of r. Every attempt, and every connection that net/http tries, reads it from its start.
func (b *requestBody) attach(r *http.Request) {
	size := size(b.parts)
	r.ContentLength = size
	r.GetBody = func() (io.ReadCloser, error) {
		if size <= smallBody && len(b.parts) == 1 {
			return io.NopCloser(bytes.NewReader(b.parts[0])), nil
		}
		return &largeBody{requestBody: b, rest: slices.Clone(b.parts)}, nil
	}
	r.Body, _ = r.GetBody()
}

// end waits until no part is being read. Later reads fail.
func (b *requestBody) end() {
	b.mu.Lock()
	b.ended = true
	b.mu.Unlock()
}

// smallBody is the size up to which a body is a bytes.Reader, which net/http sends in one piece with the headers.
const smallBody = 4 << 10

// largeBody reads a body; conn sends it without a copy.
type largeBody struct {
	*requestBody
	rest net.Buffers // not read yet
}

var errCallOver = errors.New("cas: the call is over")

func (b *largeBody) Read(p []byte) (int, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.ended {
		return 0, errCallOver
	}
	return b.rest.Read(p)
}

// sendTo sends the rest in one system call. largeBody is no io.WriterTo, because another writer might block for longer than the call.
func (b *largeBody) sendTo(c *net.TCPConn) (int64, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.ended {
		return 0, errCallOver
	}
	return b.rest.WriteTo(c)
}

func (*largeBody) Close() error { return nil }

func size(parts net.Buffers) (n int64) {
	for _, part := range parts {
		n += int64(len(part))
	}
	return n
}

const (
	sampleBytes   = 4 << 10 // of a body, kept in an Error
	maxErrorBytes = 4 << 20 // of an error's body, read for its detail: a 422 echoes the request
)

// bodyReader reads the body of an answer up to a limit. It keeps the error of reading, which a decoder wraps in its own.
type bodyReader struct {
	from   io.Reader
	length int64  // by its Content-Length, at most the limit; -1 without one
	read   int64  // bytes
	keep   int    // largest length of sample
	sample []byte // the first bytes
	err    error  // of reading, except io.EOF
}

func newBodyReader(res *http.Response, limit int64, keep int) *bodyReader {
	return &bodyReader{from: http.MaxBytesReader(nil, res.Body, limit), length: min(res.ContentLength, limit), keep: keep}
}

func (b *bodyReader) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.from.Read(p)
	if err != io.EOF {
		b.err = err
	}
	if room := b.keep - len(b.sample); room > 0 {
		b.sample = append(b.sample, p[:min(n, room)]...)
	}
	b.read += int64(n)
	return n, err
}

// fill reads on until the sample is full or the body ends, and returns the sample.
func (b *bodyReader) fill() []byte {
	_, _ = io.CopyN(io.Discard, b, int64(b.keep-len(b.sample)))
	return b.sample
}

// all reads the whole body and passes it to use. use may not keep it, because the next body gets the same memory.
func (b *bodyReader) all(use func(text []byte) error) error {
	const most = 16 << 20 // the announced length may be wrong
	text := buffers.Get().(*bytes.Buffer)
	text.Reset()
	text.Grow(int(max(min(b.length, most), 0) + bytes.MinRead))
	_, err := text.ReadFrom(b.from)
	b.read, b.err = int64(text.Len()), err
	if err == nil {
		err = use(text.Bytes())
	}
	if err != nil { // err may refer to text
		b.sample = bytes.Clone(text.Bytes()[:min(text.Len(), b.keep)])
	} else if text.Cap() <= keptBuffer {
		buffers.Put(text)
	}
	return err
}

// buffers holds the buffers of decoded bodies. Without them an extract of ten datasets allocates 1.8 times as many bytes, which slows down
// 64 concurrent callers (bench, concurrent).
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// keptBuffer is the largest size of a buffer that is used again.
const keptBuffer = 1 << 20
