package cas_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// WithRetryIf takes repetitions away from one call and gives none that the policy refuses.
func TestWithRetryIf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		again  func(*cas.Error) bool
		want   int64
	}{
		"refused":                       {http.StatusInternalServerError, func(*cas.Error) bool { return false }, 1},
		"another failure is repeated":   {http.StatusBadGateway, func(e *cas.Error) bool { return e.StatusCode != 500 }, 3},
		"not what the policy refuses":   {http.StatusRequestEntityTooLarge, func(*cas.Error) bool { return true }, 1},
		"nil leaves it to the policy":   {http.StatusInternalServerError, nil, 3},
		"attempts are counted up to it": {http.StatusInternalServerError, func(e *cas.Error) bool { return e.Attempts < 2 }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				w.WriteHeader(c.status)
			}))
			defer server.Close()
			client, err := cas.NewClient(server.URL, cas.WithRetry(cas.RetryPolicy{MaxAttempts: 3, MaxBackoff: time.Millisecond}))
			require.NoError(t, err)
			defer client.Close()
			_, err = client.Extract(t.Context(), cas.ExtractRequest{Geometry: cas.Point(0, 0), DatasetIDs: []string{"a:b"}}, cas.WithRetryIf(c.again))
			require.Error(t, err)
			require.Equal(t, c.want, requests.Load())
		})
	}
}
