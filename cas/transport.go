package cas

import (
	"crypto/tls"
	"net/http"
	"time"

	"github.com/community-attribute-service/cas-go/gen"
)

const (
	// idleTimeout stays below the 5 s after which the service closes an idle connection, so that no request meets a closing one.
	idleTimeout = 4 * time.Second
	// idlePerHost keeps a connection for every worker of a busy program; net/http's own default is 2.
	idlePerHost = 256
	// connBuffer holds an extraction and its answer whole, headers included, so that each is one system call.
	connBuffer = 16 << 10
)

// httpClient gives what to send through, which follows no redirect: net/http would carry X-API-Key to another host, and the
// service answers a path with a trailing slash by a redirect to whatever Host the request named. own is nil if hc was brought.
func httpClient(hc *http.Client) (client gen.HttpRequestDoer, own *http.Transport) {
	if hc != nil {
		copied := *hc
		copied.Timeout = 0
		copied.CheckRedirect = noRedirect
		copied.Transport = unfollowed{hc.Transport}
		return &copied, nil
	}
	own = &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dial,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        idlePerHost,
		MaxIdleConnsPerHost: idlePerHost,
		IdleConnTimeout:     idleTimeout,
		ReadBufferSize:      connBuffer,
		WriteBufferSize:     connBuffer,
	}
	return direct{unfollowed{own}}, own
}

// direct sends without an http.Client: redirects, cookies and time limits, which that is for, are not wanted or not its business here.
type direct struct{ http.RoundTripper }

func (d direct) Do(r *http.Request) (*http.Response, error) { return d.RoundTrip(r) }

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// redirectHeader is where unfollowed puts the Location.
const redirectHeader = "Cas-Go-Location"

// unfollowed hides the Location of a redirect from http.Client, which parses it before it asks CheckRedirect and, where it cannot,
// throws the answer away with its status.
type unfollowed struct{ base http.RoundTripper }

func (t unfollowed) RoundTrip(r *http.Request) (*http.Response, error) {
	base := t.base
	if base == nil {
		base = http.DefaultTransport
	}
	res, err := base.RoundTrip(r)
	if err == nil && res != nil && res.StatusCode/100 == 3 {
		if to, ok := res.Header["Location"]; ok {
			res.Header = res.Header.Clone() // the transport may keep its own
			res.Header[redirectHeader] = to
			delete(res.Header, "Location")
		}
	}
	return res, err
}
