package cas_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

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

// The bytes of a request are meant for others when its call is over, but not before the transport has done with them.
func TestRequestBytesAreNotReusedWhileRead(t *testing.T) {
	t.Parallel()
	const calls = 5
	transport := latecomer{bodies: make(chan io.ReadCloser, calls)}
	client := serve(t, reply(http.StatusOK, emptyExtract)).client(t, cas.WithHTTPClient(&http.Client{Transport: transport}))
	for _, length := range []int{10, 100_000} {
		var want []string
		for i := range calls {
			text := `{"type":"Point","coordinates":[1,2],"name":"` + strings.Repeat(string(rune('a'+i)), length) + `"}`
			_, err := client.Extract(t.Context(), cas.ExtractRequest{Geometry: json.RawMessage(text), DatasetIDs: []string{"a:b"}})
			require.NoError(t, err)
			want = append(want, `{"geometry":`+text+`,"dataset_ids":["a:b"]}`)
		}
		for i := range calls {
			body := <-transport.bodies
			got, err := io.ReadAll(body)
			require.NoError(t, err)
			assert.True(t, want[i] == string(got), "a request with another one's bytes")
			require.NoError(t, body.Close())
		}
	}
}
