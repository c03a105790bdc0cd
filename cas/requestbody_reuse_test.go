package cas_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// A service may answer before it has read the request, and read on when the call is long over: what it reads must still be that
// request, though its bytes are meant for others by then.
func TestRequestBytesAreNotReusedWhileRead(t *testing.T) {
	t.Parallel()
	const calls, callers = 4, 3
	filler := strings.Repeat("x", 3<<20) // more than the sockets hold
	var read sync.WaitGroup
	bodies := make(chan string, calls*callers)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer read.Done()
		assert.NoError(t, http.NewResponseController(w).EnableFullDuplex())
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, emptyExtract)
		_ = http.NewResponseController(w).Flush()
		body, _ := io.ReadAll(r.Body) // an error where the client has closed the connection
		bodies <- string(body)
	}))
	defer server.Close()
	client, err := cas.NewClient(server.URL, cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	var callersDone sync.WaitGroup
	for caller := range callers {
		callersDone.Go(func() {
			for range calls {
				read.Add(1)
				letter := string(rune('a' + caller))
				text := `{"type":"Point","coordinates":[1,2],"` + letter + `":"` + strings.ReplaceAll(filler, "x", letter) + `"}`
				_, _ = client.Extract(t.Context(), cas.ExtractRequest{Geometry: json.RawMessage(text), DatasetIDs: []string{letter}})
			}
		})
	}
	callersDone.Wait()
	require.NoError(t, client.Close())
	read.Wait()
	close(bodies)
	for body := range bodies {
		const head = `{"geometry":{"type":"Point","coordinates":[1,2],"`
		if len(body) <= len(head) {
			continue
		}
		letter := body[len(head) : len(head)+1]
		for _, other := range []string{"a", "b", "c"} {
			if other != letter {
				assert.NotContains(t, body[len(head):], strings.Repeat(other, 10), "a request with another one's bytes")
			}
		}
	}
}
