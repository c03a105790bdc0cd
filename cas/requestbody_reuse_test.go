package cas_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// narrow is a listener whose connections hold little, so that a request waits for its reader.
type narrow struct{ net.Listener }

const narrowBytes = 16 << 10

func (l narrow) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		err = conn.(*net.TCPConn).SetReadBuffer(narrowBytes)
	}
	return conn, err
}

// A service may answer before it has read the request, and read on when the call is long over and the next one on its way: what it
// reads must still be that request, though its bytes are meant for others by then.
func TestRequestBytesAreNotReusedWhileRead(t *testing.T) {
	t.Parallel()
	const calls = 6
	filler := strings.Repeat("x", 1<<20)
	var arrivals atomic.Int32
	var arrived [calls + 1]chan struct{}
	for i := range arrived {
		arrived[i] = make(chan struct{})
	}
	close(arrived[calls]) // nobody comes behind the last one
	read := make(chan string, calls)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := arrivals.Add(1) - 1
		close(arrived[n])
		control := http.NewResponseController(w)
		assert.NoError(t, control.EnableFullDuplex())
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, emptyExtract)
		assert.NoError(t, control.Flush())
		<-arrived[n+1]
		body, _ := io.ReadAll(r.Body) // an error where the client has closed the connection
		read <- string(body)
	}))
	server.Listener = narrow{server.Listener}
	server.Start()
	defer server.Close()
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			err = conn.(*net.TCPConn).SetWriteBuffer(narrowBytes)
		}
		return conn, err
	}}
	defer transport.CloseIdleConnections()
	client, err := cas.NewClient(server.URL, cas.WithHTTPClient(&http.Client{Transport: transport}), cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	for i := range calls {
		letter := string(rune('a' + i))
		text := `{"type":"Point","coordinates":[1,2],"` + letter + `":"` + strings.ReplaceAll(filler, "x", letter) + `"}`
		_, _ = client.Extract(t.Context(), cas.ExtractRequest{Geometry: json.RawMessage(text), DatasetIDs: []string{letter}})
	}
	for range calls {
		body := <-read
		const head = `{"geometry":{"type":"Point","coordinates":[1,2],"`
		require.Greater(t, len(body), len(head))
		letter := body[len(head) : len(head)+1]
		for i := range calls {
			if other := string(rune('a' + i)); other != letter {
				assert.NotContains(t, body[len(head):], strings.Repeat(other, 10), "a request with another one's bytes")
			}
		}
	}
}
