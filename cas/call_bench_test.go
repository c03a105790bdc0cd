package cas_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// BenchmarkCall is one call over the loopback interface: the service's side of it, which answers a fixed text, is part of the time.
func BenchmarkCall(b *testing.B) {
	s := serve(b, func(w http.ResponseWriter, r *http.Request) { reply(200, captured(b, "extract_point_ok"))(w, r) })
	s.keepNothing = true
	client := s.client(b, cas.WithAPIKey("some key"))
	b.ReportAllocs()
	for b.Loop() {
		_, err := client.Extract(b.Context(), aRequest())
		require.NoError(b, err)
	}
}
