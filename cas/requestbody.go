package cas

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/community-attribute-service/cas-go/gen"
)

// requestBody is the encoded body of a request, built once and read from its start by every attempt.
//
// Its bytes are used again for another request, once nobody can read them any more. net/http may read a body while an answer
// arrives, and even after a call has failed; only the Close of a body tells that the transport is done with it (http.RoundTripper).
// So the bytes are kept until the call is over and every reader ever given out is closed, and a closed reader reads nothing.
// A small body has bytes of its own instead: net/http sends it in one piece with the headers, if it knows the type of its reader.
type requestBody struct {
	mu    sync.Mutex
	text  []byte
	room  *[]byte // what text was taken from; nil for a small body
	users int     // the call itself, and the readers that are not closed
}

// smallBody is the size up to which a body is cheaper to copy than to send on its own.
const smallBody = 4 << 10

var requestBytes = sync.Pool{New: func() any { return new([]byte) }}

// newRequestBody gives a body without content, which the call is the user of.
func newRequestBody() *requestBody {
	room := requestBytes.Get().(*[]byte)
	return &requestBody{text: (*room)[:0], room: room, users: 1}
}

// built ends the building of the body.
func (b *requestBody) built() {
	if len(b.text) <= smallBody {
		own := bytes.Clone(b.text)
		b.giveBack()
		b.text = own
	}
}

// giveBack ends the use of the pooled bytes.
func (b *requestBody) giveBack() {
	if b.room != nil && cap(b.text) <= keepBuffer {
		*b.room = b.text
		requestBytes.Put(b.room)
	}
	b.text, b.room = nil, nil
}

// release tells that the call is over.
func (b *requestBody) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.leave()
}

// leave takes one of the users away.
func (b *requestBody) leave() {
	if b.users--; b.users == 0 {
		b.giveBack()
	}
}

// open gives a reader of the whole.
func (b *requestBody) open() (io.ReadCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.users == 0 {
		return nil, errors.New("cas: the request is over")
	}
	b.users++
	return &bodyCursor{body: b}, nil
}

// send sends the body with a request like one that the generated client made without, whose URL and headers it shares. To have it made
// for every call would parse the URL and write the headers as often.
func (b *requestBody) send(ctx context.Context, to gen.HttpRequestDoer, like *http.Request, edit gen.RequestEditorFn) (*http.Response, error) {
	r := like.WithContext(ctx)
	r.ContentLength, r.GetBody = int64(len(b.text)), b.open
	if text := b.text; b.room == nil {
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	}
	err := edit(ctx, r)
	if err != nil {
		return nil, err
	}
	if r.Body, err = r.GetBody(); err != nil {
		return nil, err
	}
	return to.Do(r)
}

// bodyCursor is one reader of a requestBody.
type bodyCursor struct {
	body   *requestBody
	pos    int
	closed bool
}

func (c *bodyCursor) Read(p []byte) (int, error) {
	c.body.mu.Lock()
	defer c.body.mu.Unlock()
	switch {
	case c.closed:
		return 0, http.ErrBodyReadAfterClose
	case c.pos == len(c.body.text):
		return 0, io.EOF
	}
	n := copy(p, c.body.text[c.pos:])
	c.pos += n
	return n, nil
}

// WriteTo writes the rest in one piece. Until w has returned its bytes are in use, whether or not the cursor is closed meanwhile.
func (c *bodyCursor) WriteTo(w io.Writer) (int64, error) {
	rest, err := c.hold()
	if err != nil {
		return 0, err
	}
	n, err := w.Write(rest)
	c.body.mu.Lock()
	defer c.body.mu.Unlock()
	c.pos += n
	c.body.leave()
	return int64(n), err
}

// hold gives the rest to one more user of the body.
func (c *bodyCursor) hold() (rest []byte, err error) {
	c.body.mu.Lock()
	defer c.body.mu.Unlock()
	if c.closed {
		return nil, http.ErrBodyReadAfterClose
	}
	c.body.users++
	return c.body.text[c.pos:], nil
}

// left is the length of the rest.
func (c *bodyCursor) left() int64 {
	c.body.mu.Lock()
	defer c.body.mu.Unlock()
	return int64(len(c.body.text) - c.pos)
}

func (c *bodyCursor) Close() error {
	c.body.mu.Lock()
	defer c.body.mu.Unlock()
	if !c.closed {
		c.closed = true
		c.body.leave()
	}
	return nil
}
