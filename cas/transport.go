package cas

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

const (
	// idleTimeout stays below the 5 s after which the service closes an idle connection, so that no request meets a closing one.
	idleTimeout = 4 * time.Second
	// idlePerHost keeps a connection for every worker of a busy program; net/http's own default is 2.
	idlePerHost = 256
)

// httpClient gives the client to send through, which follows no redirect: net/http would carry X-API-Key to another host, and the
// service answers a path with a trailing slash by a redirect to whatever Host the request named. own is nil if hc was brought.
func httpClient(hc *http.Client) (client *http.Client, own *http.Transport) {
	if hc != nil {
		copied := *hc
		copied.Timeout = 0
		copied.CheckRedirect = noRedirect
		return &copied, nil
	}
	own = &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        idlePerHost,
		MaxIdleConnsPerHost: idlePerHost,
		IdleConnTimeout:     idleTimeout,
	}
	return &http.Client{Transport: own, CheckRedirect: noRedirect}, own
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
