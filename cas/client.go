package cas

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/community-attribute-service/cas-go/gen"
)

const (
	// DefaultBaseURL is where a service started on this machine answers.
	DefaultBaseURL = "http://localhost:8000"
	// DefaultTimeout bounds one attempt, the reading of its answer included; the context bounds the whole call.
	DefaultTimeout = 120 * time.Second
)

// Client asks a CAS service. It is safe for use by many goroutines, and one per service is enough: its connections, its rate
// limit and its pauses are shared by all calls.
type Client struct {
	core *core // everything, the key included, lies behind one pointer, so that printing a Client shows none of it
}

// core is what a Client and the AsyncClients made from it share.
type core struct {
	raw      *gen.Client
	extract  *http.Request // what raw asks by, without a body but with all headers
	batch    *http.Request
	http     gen.HttpRequestDoer
	own      *http.Transport // nil where the caller brought the http.Client
	key      *secret         // nil without one
	agent    string
	timeout  time.Duration
	maxBytes int64
	retry    RetryPolicy
	gate     *gate
	log      *slog.Logger // nil without one
	closed   atomic.Bool
}

// NewClient makes a client of the service at baseURL, which may carry a path prefix; "" is [DefaultBaseURL]. Nothing is sent.
// A URL that is not http or https, has no host, or carries user info, a query or a fragment is an error, and so is a bad option;
// the error repeats no part of a URL that may be secret.
func NewClient(baseURL string, opts ...Option) (*Client, error) {
	if baseURL == "" {
		baseURL = DefaultBaseURL
	}
	if err := checkBaseURL(baseURL); err != nil {
		return nil, err
	}
	config := defaults()
	for _, opt := range opts {
		if opt == nil {
			return nil, invalid("option", "is nil")
		}
		if err := opt(&config); err != nil {
			return nil, err
		}
	}
	c := &core{
		key:      config.key,
		agent:    userAgent(config.userAgent),
		timeout:  config.timeout,
		maxBytes: config.maxBytes,
		retry:    config.retry,
		gate:     newGate(config.requestsPerMinute),
		log:      config.log,
	}
	c.http, c.own = httpClient(config.http)
	raw, err := gen.NewClient(strings.TrimRight(baseURL, "/"), gen.WithHTTPClient(c.http))
	if err != nil {
		return nil, invalid("base URL", "%v", err)
	}
	c.raw = raw
	if err := c.prepare(); err != nil {
		return nil, invalid("base URL", "%v", err)
	}
	return &Client{core: c}, nil
}

// prepare has the generated client make the requests that most calls send.
func (c *core) prepare() (err error) {
	if c.extract, err = gen.NewExtractAttributesRequestWithBody(c.raw.Server, jsonType, nil); err != nil {
		return err
	}
	if c.batch, err = gen.NewBatchExtractAttributesRequestWithBody(c.raw.Server, jsonType, nil); err != nil {
		return err
	}
	return errors.Join(c.edit(context.Background(), c.extract), c.edit(context.Background(), c.batch))
}

// like gives a prepared request to send one like it. The own transport does not change what it is given; a caller's may.
func (c *core) like(prepared *http.Request) *http.Request {
	if c.own != nil {
		return prepared
	}
	return prepared.Clone(context.Background())
}

func checkBaseURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil: // its text would repeat the URL
		return invalid("base URL", "cannot be parsed: give one such as %s", DefaultBaseURL)
	case u.Scheme != "http" && u.Scheme != "https":
		return invalid("base URL", "must begin with http:// or https://, as in %s", DefaultBaseURL)
	case u.User != nil:
		return invalid("base URL", "carries user info: give a key by WithAPIKey")
	case u.Hostname() == "":
		return invalid("base URL", "has no host")
	case u.RawQuery != "" || u.ForceQuery:
		return invalid("base URL", "carries a query")
	case u.Fragment != "" || strings.Contains(text, "#"):
		return invalid("base URL", "carries a fragment")
	}
	return nil
}

// Close frees the idle connections of the client, unless it was given its own http.Client. Later calls fail with ErrClosed;
// calls in flight finish. Closing twice is fine. It closes what [Client.Async] made as well.
func (c *Client) Close() error { return c.core.close() }

func (c *core) close() error {
	c.closed.Store(true)
	c.releaseIdle()
	return nil
}

// releaseIdle closes idle connections; each call that ends after Close does it for its own.
func (c *core) releaseIdle() {
	if c.own != nil && c.closed.Load() {
		c.own.CloseIdleConnections()
	}
}

// edit adds what every request carries. The key is set on the request, never in a transport, which would put it on redirects too.
func (c *core) edit(_ context.Context, r *http.Request) error {
	if c.key != nil {
		r.Header.Set("X-API-Key", c.key.value)
	}
	r.Header.Set("User-Agent", c.agent)
	r.Header.Set("Accept", jsonType)
	return nil
}
