package cas_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
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

// What no repetition mends is tried once, and the error says what to set.
func TestConnectionsThatCannotWorkSayWhatToDo(t *testing.T) {
	plain := httptest.NewServer(reply(200, healthy))
	defer plain.Close()
	secure := serveTLS(t, nil)
	alerting := listening(t, "\x15\x03\x01\x00\x02\x02\x46")
	wantsCertificate := serveTLS(t, &tls.Config{ClientAuth: tls.RequireAnyClientCert})
	proxy := func(status int) *http.Transport {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, http.MethodConnect, r.Method)
			w.WriteHeader(status)
		}))
		t.Cleanup(server.Close)
		u, err := url.Parse(server.URL)
		require.NoError(t, err)
		u.User = url.UserPassword("user", "s3cr3t")
		transport := cas.NewTransport()
		transport.Proxy = http.ProxyURL(u)
		return transport
	}
	noHost := cas.NewTransport()
	noHost.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "cas.test", IsNotFound: true}}
	}
	trusting := cas.NewTransport()
	trusting.TLSClientConfig.InsecureSkipVerify = true
	otherName := cas.NewTransport()
	otherName.TLSClientConfig = secure.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	otherName.TLSClientConfig.ServerName = "other.test"
	for name, c := range map[string]struct {
		url       string
		transport *http.Transport
		certFile  string
		want      string
	}{
		"https to an http port":   {url: strings.Replace(plain.URL, "http:", "https:", 1), want: "write http:// in the base URL"},
		"http to an https port":   {url: strings.Replace(secure.URL, "https:", "http:", 1), want: "write https:// in the base URL"},
		"http to a TLS alert":     {url: alerting, want: "write https:// in the base URL"},
		"an unknown authority":    {url: secure.URL, want: "set SSL_CERT_FILE to a PEM file that holds the authority's certificate"},
		"a file that lacks":       {url: secure.URL, certFile: "/no/such.pem", want: "SSL_CERT_FILE names /no/such.pem, which does not exist"},
		"a file of others":        {url: secure.URL, certFile: os.Args[0], want: "add the authority's certificate to the PEM file that SSL_CERT_FILE names"},
		"another name":            {url: secure.URL, transport: otherName, want: "the certificate is for another name"},
		"a client's certificate":  {url: wantsCertificate.URL, transport: trusting, want: "if it wants a certificate of the client, give one by WithHTTPClient"},
		"a proxy with a password": {url: "https://cas.test", transport: proxy(407), want: "put them into its URL, as in HTTP_PROXY and HTTPS_PROXY"},
		"a proxy that forbids":    {url: "https://cas.test", transport: proxy(403), want: "refuses to connect: 403 Forbidden: ask whoever runs the proxy"},
		"no such host":            {url: "http://cas.test", transport: noHost, want: "check the host in the base URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SSL_CERT_FILE", c.certFile)
			opts := []cas.Option{cas.WithRetry(cas.RetryPolicy{MaxBackoff: 1}), cas.WithAPIKey(key)}
			if c.transport != nil {
				opts = append(opts, cas.WithHTTPClient(&http.Client{Transport: c.transport}))
				defer c.transport.CloseIdleConnections()
			}
			client, err := cas.NewClient(c.url, opts...)
			require.NoError(t, err)
			defer client.Close()
			var info cas.ResponseInfo
			_, err = client.Health(t.Context(), cas.WithResponseInfo(&info))
			require.ErrorContains(t, err, c.want)
			assert.Equal(t, 1, info.Attempts, err)
			keepsKey(t, err)
		})
	}
	// A proxy that is out of order for the moment is another matter.
	transport := proxy(503)
	client, err := cas.NewClient("https://cas.test", cas.WithRetry(cas.RetryPolicy{MaxBackoff: 1}), cas.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	_, err = client.Health(t.Context())
	require.ErrorContains(t, err, "refuses to connect: 503")
	assert.Equal(t, 4, asError(t, err).Attempts)
}

// listening gives the URL of a port that says something to whoever connects.
func listening(t *testing.T, says string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, says)
			_ = conn.Close()
		}
	}()
	return "http://" + l.Addr().String()
}
