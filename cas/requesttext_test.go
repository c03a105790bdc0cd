package cas_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// latecomer is a transport that reads and closes a request's body long after the answer, as http.RoundTripper allows. The service
// itself is asked without a body.
type latecomer struct{ bodies chan io.ReadCloser }

func (t latecomer) RoundTrip(r *http.Request) (*http.Response, error) {
	t.bodies <- r.Body
	asked := r.Clone(r.Context())
	asked.Body, asked.GetBody, asked.ContentLength = nil, nil, 0
	return http.DefaultTransport.RoundTrip(asked)
}

// The caller's text is the caller's again when the call has returned: a transport that reads on gets an error, nobody else's bytes and
// no part of what the text has become.
func TestATextIsNotReadAfterTheCall(t *testing.T) {
	t.Parallel()
	const calls = 5
	transport := latecomer{bodies: make(chan io.ReadCloser, calls)}
	client := serve(t, reply(http.StatusOK, emptyExtract)).client(t, cas.WithHTTPClient(&http.Client{Transport: transport}))
	for _, length := range []int{10, 100_000} {
		var want []string
		for i := range calls {
			text := []byte(`{"type":"Point","coordinates":[1,2],"name":"` + strings.Repeat(string(rune('a'+i)), length) + `"}`)
			want = append(want, `{"geometry":`+string(text)+`,"dataset_ids":["a:b"]}`)
			_, err := client.Extract(t.Context(), cas.ExtractRequest{Geometry: json.RawMessage(text), DatasetIDs: []string{"a:b"}})
			require.NoError(t, err)
			clear(text)
		}
		for i := range calls {
			body := <-transport.bodies
			got, err := io.ReadAll(body)
			if length > 1000 {
				require.ErrorContains(t, err, "the call is over")
				assert.Empty(t, got)
			} else {
				require.NoError(t, err)
				assert.True(t, want[i] == string(got), "a request with another one's bytes")
			}
			require.NoError(t, body.Close())
		}
	}
}

// A text reaches the service as it was, whatever becomes of it once the method has returned.
func TestATextMayChangeAfterTheCall(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct{ before, geometry, after string }{
		"alone":        {"", `{"type":"Point","coordinates":[1,2],"name":"` + long + `"}`, ""},
		"within space": {" ", `{"type":"Point","coordinates":[1,2],"name":"` + long + `"}`, "\n"},
		"in a Feature": {`{"type":"Feature","geometry":`, `{"type":"Point","coordinates":[1,2]}`, `,"properties":{"name":"` + long + `"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, reply(http.StatusServiceUnavailable, ""), reply(http.StatusOK, emptyExtract))
			client := s.client(t, cas.WithRetry(cas.RetryPolicy{MaxAttempts: 2, MinBackoff: time.Millisecond}))
			text := []byte(c.before + c.geometry + c.after)
			request := cas.ExtractRequest{Geometry: text, DatasetIDs: []string{"a:b"}}
			_, err := client.Extract(t.Context(), request)
			require.NoError(t, err)
			later := client.Async().Extract(t.Context(), request)
			clear(text)
			_, err = later.Wait(t.Context())
			require.NoError(t, err)
			assert.Len(t, s.Requests(), 3)
			for _, r := range s.Requests() {
				assert.True(t, r.Body == `{"geometry":`+c.geometry+`,"dataset_ids":["a:b"]}`, r.Body[:min(len(r.Body), 100)])
			}
		})
	}
}
