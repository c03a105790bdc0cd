package cas_test

import (
	"crypto/tls"
	"io"
	"log"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

func serveTLS(t *testing.T, config *tls.Config) *httptest.Server {
	server := httptest.NewUnstartedServer(reply(200, healthy))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are meant to fail
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestACertificateThatCannotBeVerifiedEndsTheCallAtOnce(t *testing.T) {
	t.Parallel()
	server := serveTLS(t, nil)
	client, err := cas.NewClient(server.URL, cas.WithRetry(cas.RetryPolicy{MaxBackoff: 1}), cas.WithAPIKey(key))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Health(t.Context())
	var unverified *tls.CertificateVerificationError
	require.ErrorAs(t, err, &unverified)
	assert.Equal(t, []any{cas.ErrorTypeTransport, 1}, []any{asError(t, err).Type, asError(t, err).Attempts})

	trusting, err := cas.NewClient(server.URL, cas.WithHTTPClient(server.Client()))
	require.NoError(t, err)
	_, err = trusting.Health(t.Context())
	require.NoError(t, err)
}

func TestTheClientSpeaksNoTLSBelow1_2(t *testing.T) {
	t.Parallel()
	server := serveTLS(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	client, err := cas.NewClient(server.URL, cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Health(t.Context())
	assert.ErrorContains(t, err, "tls: ")
	assert.ErrorContains(t, err, "version")
}
