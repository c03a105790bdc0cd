package cas

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// connected gives both ends of a connection.
func connected(t *testing.T) (near net.Conn, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	near, err = dial(t.Context(), "tcp", l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = near.Close() })
	far, err = l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _ = far.Close() })
	return near, far
}

func TestConnSendsWhatItReads(t *testing.T) {
	t.Parallel()
	const text = "some request"
	for name, c := range map[string]struct {
		limit int64
		want  string
	}{
		"whole":          {limit: int64(len(text)), want: text},
		"a higher limit": {limit: 100, want: text},
		"a lower limit":  {limit: 4, want: "some"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			near, far := connected(t)
			body := &requestBody{parts: net.Buffers{[]byte(text[:3]), []byte(text[3:])}}
			cursor := &largeBody{requestBody: body, rest: slices.Clone(body.parts)}
			from := &io.LimitedReader{R: cursor, N: c.limit}
			n, err := near.(io.ReaderFrom).ReadFrom(from)
			require.NoError(t, err)
			assert.EqualValues(t, len(c.want), n)
			assert.Equal(t, c.limit-n, from.N)
			rest, err := io.ReadAll(cursor)
			require.NoError(t, err)
			assert.Equal(t, text[n:], string(rest))
			require.NoError(t, near.Close())
			got, err := io.ReadAll(far)
			require.NoError(t, err)
			assert.Equal(t, c.want, string(got))
		})
	}
	near, far := connected(t)
	_, err := near.(io.ReaderFrom).ReadFrom(strings.NewReader("of another kind"))
	require.NoError(t, err)
	require.NoError(t, near.Close())
	got, err := io.ReadAll(far)
	require.NoError(t, err)
	assert.Equal(t, "of another kind", string(got))
}

// A service that does not read on keeps no call longer than its context, though its body is being written in one piece.
func TestLargeBodyIsGivenUp(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	defer server.Close()
	defer close(over)
	client, err := NewClient(server.URL)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	point := []byte(`{"type":"Point","coordinates":[1,2],"name":"` + strings.Repeat("x", 20<<20) + `"}`)
	_, err = client.Extract(ctx, ExtractRequest{Geometry: point, DatasetIDs: []string{"a:b"}})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	clear(point) // nobody reads it any more, or the race detector says so
}

// Whoever ends a body waits for what is being sent of it, and nothing is read of it afterwards.
func TestTheEndOfABodyWaitsForItsReaders(t *testing.T) {
	t.Parallel()
	near, far := connected(t)
	body := &requestBody{parts: net.Buffers{make([]byte, 64<<20)}}
	reader := &largeBody{requestBody: body, rest: slices.Clone(body.parts)}
	sent := make(chan error, 1)
	go func() {
		_, err := reader.sendTo(near.(*conn).TCPConn)
		sent <- err
	}()
	_, err := io.ReadFull(far, make([]byte, 1)) // the far end reads no more, so that sending blocks
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		body.end()
		close(ended)
	}()
	select {
	case <-ended:
		t.Fatal("the body ended while it was being sent")
	case <-time.After(50 * time.Millisecond):
	}
	require.NoError(t, near.Close())
	require.Error(t, <-sent)
	<-ended
	_, err = reader.Read(make([]byte, 1))
	require.ErrorIs(t, err, errCallOver)
	_, err = reader.sendTo(near.(*conn).TCPConn)
	require.ErrorIs(t, err, errCallOver)
}
