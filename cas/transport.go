package cas

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// idleTimeout stays below the 5 s after which the service closes an idle connection, so that no request meets a closing one.
	idleTimeout = 4 * time.Second
	// idlePerHost keeps a connection for every worker of a busy program; net/http's own default is 2.
	idlePerHost = 256
	// connBuffer holds an extraction and its answer whole, headers included, so that each is one system call.
	connBuffer = 16 << 10
)

// NewTransport returns a transport like the default one of a client. It is for programs that wrap the transport, to trace or sign
// requests, and pass it to [WithHTTPClient]. It keeps up to 256 idle connections for 4 s (the service closes them after 5 s), uses the
// proxies of the environment and requires TLS 1.2 or newer. You may change its fields before its first use. You must close its idle
// connections yourself.
func NewTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           idlePerHost,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		ReadBufferSize:         connBuffer,
		WriteBufferSize:        connBuffer,
		OnProxyConnectResponse: onConnect,
	}
}

// send sends r, with the cookies of the jar. Unlike http.Client, it follows no redirect: X-API-Key would go to another host, and the service
// answers a path with a trailing slash by a redirect to whatever Host the request named.
func (c *core) send(r *http.Request) (*http.Response, error) {
	if c.jar != nil {
		for _, cookie := range c.jar.Cookies(r.URL) {
			r.AddCookie(cookie)
		}
	}
	res, err := c.transport.RoundTrip(r)
	switch {
	case err != nil:
		return nil, err
	case res == nil:
		return nil, fmt.Errorf("the transport %T returned neither an answer nor an error", c.transport)
	case res.Body == nil: // some transports of callers leave it out
		res.Body = http.NoBody
	}
	if c.jar != nil {
		c.jar.SetCookies(r.URL, res.Cookies())
	}
	return res, nil
}

// proxyRefusal is the error of a proxy that refuses CONNECT.
type proxyRefusal struct {
	status int
	proxy  string
}

func (e proxyRefusal) Error() string {
	return fmt.Sprintf("the proxy %s refuses to connect: %d %s", e.proxy, e.status, http.StatusText(e.status))
}

// ProxyStatus is how package bulk tells a proxy that will never let a request pass from one that is away.
func (e proxyRefusal) ProxyStatus() int { return e.status }

func onConnect(_ context.Context, proxy *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode/100 != 2 {
		return proxyRefusal{res.StatusCode, proxy.Host}
	}
	return nil
}

// conn is a connection that sends a largeBody in one system call and can be given up. Without it, net/http copies a body through a buffer
// of 32 kB, whose allocation for each request costs more than the copying.
type conn struct {
	*net.TCPConn
	givenUp atomic.Bool
}

// dial connects as net/http's own transport does.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	c, err := dialer.DialContext(ctx, network, address)
	if tcp, ok := c.(*net.TCPConn); ok {
		return &conn{TCPConn: tcp}, err
	}
	return c, err
}

// errGivenUp makes net/http take another connection, as nothing of the request was sent.
var errGivenUp = errors.New("cas: the connection was given up after a 500")

func (c *conn) Write(b []byte) (int, error) {
	if c.givenUp.Load() {
		return 0, errGivenUp
	}
	return c.TCPConn.Write(b)
}

// ReadFrom sends what r reads. net/http passes a body inside an io.LimitedReader of its announced length.
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	if c.givenUp.Load() {
		return 0, errGivenUp
	}
	if limited, ok := r.(*io.LimitedReader); ok {
		if body, ok := limited.R.(*largeBody); ok && size(body.rest) <= limited.N {
			n, err := body.sendTo(c.TCPConn)
			limited.N -= n
			return n, err
		}
	}
	return c.TCPConn.ReadFrom(r)
}

// traced returns a context whose request stores its connection in used. A trace of the caller, which gets every header as it is written,
// gets secrets redacted.
func traced(ctx context.Context, used *atomic.Pointer[conn], headers ...[]header) context.Context {
	note := func(got httptrace.GotConnInfo) {
		under := got.Conn
		if secure, ok := under.(*tls.Conn); ok {
			under = secure.NetConn()
		}
		ours, _ := under.(*conn) // nil if a transport of the caller made it
		used.Store(ours)
	}
	outer := httptrace.ContextClientTrace(ctx)
	if outer == nil {
		return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: note})
	}
	trace := *outer
	trace.GotConn = func(got httptrace.GotConnInfo) {
		note(got)
		if outer.GotConn != nil {
			outer.GotConn(got)
		}
	}
	if outer.WroteHeaderField != nil {
		trace.WroteHeaderField = func(name string, values []string) {
			canonical := http.CanonicalHeaderKey(name)
			if slices.ContainsFunc(slices.Concat(headers...), func(h header) bool { return h.secret && h.name == canonical }) {
				values = []string{redacted}
			}
			outer.WroteHeaderField(name, values)
		}
	}
	return tracedContext{ctx, &trace}
}

// tracedContext replaces the HTTP trace of a context; httptrace.WithClientTrace would add to it.
type tracedContext struct {
	context.Context
	trace *httptrace.ClientTrace
}

func (c tracedContext) Value(key any) any {
	value := c.Context.Value(key)
	if _, ok := value.(*httptrace.ClientTrace); ok {
		return c.trace
	}
	return value
}

// closingConn returns the connection of an answer after which the service closes it, nil if it stays open. The service does so after a
// 500, without saying so: the next request on it would be reset. Before the answer is read to its end, when net/http offers the connection
// to other requests, closingConn gives it up: they cannot write to it, and take another one. The caller then has to close it.
func closingConn(res *http.Response, used *atomic.Pointer[conn]) *conn {
	if res.StatusCode != http.StatusInternalServerError || res.ProtoMajor != 1 {
		return nil
	}
	c := used.Load()
	if c != nil {
		c.givenUp.Store(true)
	}
	return c
}
