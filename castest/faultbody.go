package castest

import (
	"bytes"
	"context"
	"io"
	"net/http"
)

// pieces is how many a body is sent in that trickles.
const pieces = 10

// blanks are what bodies are padded with.
var blanks = bytes.Repeat([]byte{' '}, 64<<10)

// write sends the body as far as the fault lets it: padded, in pieces, cut. It returns when the caller goes away.
func (f *Fault) write(w http.ResponseWriter, ctx context.Context, body []byte) {
	whole := io.MultiReader(bytes.NewReader(body), &padding{left: f.Pad})
	length := int64(len(body)) + max(f.Pad, 0)
	switch {
	case f.Truncate < 0:
		return
	case f.Truncate > 0:
		length = min(length, int64(f.Truncate))
	}
	if f.Trickle <= 0 {
		if f.Pad <= 0 {
			_, _ = w.Write(body[:length]) // the caller may have gone
			return
		}
		_, _ = io.CopyN(w, whole, length)
		return
	}
	out := http.NewResponseController(w)
	for sent, n := int64(0), int64(1); n <= pieces; n++ {
		upTo := length * n / pieces
		if !sleep(ctx, f.Trickle) {
			return
		}
		if _, err := io.CopyN(w, whole, upTo-sent); err != nil || out.Flush() != nil {
			return
		}
		sent = upTo
	}
}

// padding reads as blanks.
type padding struct{ left int64 }

// Read fills p with blanks, as many as are left.
func (b *padding) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && b.left > 0 {
		step := copy(p[n:min(len(p), n+int(min(b.left, int64(len(blanks)))))], blanks)
		n += step
		b.left -= int64(step)
	}
	return n, nil
}
