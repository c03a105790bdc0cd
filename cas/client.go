package cas

import (
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
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

// Client asks a CAS service. Make one with [NewClient]; the calls of a zero Client fail. It is safe for use by many goroutines, and one
// per service is enough: its connections, its rate limit and its pauses are shared by all calls.
//
// A program under test can do without a service: let it name the methods that it calls in an interface, and give it a mock; or give it the
// client of a server of package castest.
type Client struct {
	core *core
}

// core is what a Client and the AsyncClients made from it share.
type core struct {
	server   string // base URL with a slash at its end, as the generated request builders want it
	http     gen.HttpRequestDoer
	own      *http.Transport // nil where the caller brought the http.Client
	extract  *http.Request   // made once: extractions differ in their bodies alone
	batch    *http.Request
	headers  []header
	secrets  *secret // the key and secret headers; nil without any
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
		if err := opt.client(&config); err != nil {
			return nil, err
		}
	}
	own := []header{plainHeader("Accept", jsonType), plainHeader("User-Agent", userAgent(config.userAgent))}
	if config.key != nil {
		own = append(own, *config.key)
	}
	c := &core{
		server:   strings.TrimRight(baseURL, "/") + "/",
		headers:  append(own, config.headers...),
		timeout:  config.timeout,
		maxBytes: config.maxBytes,
		retry:    config.retry,
		gate:     newGate(config.requestsPerMinute),
		log:      config.log,
	}
	var err error
	if c.extract, err = gen.NewExtractAttributesRequestWithBody(c.server, jsonType, nil); err != nil {
		return nil, err
	}
	if c.batch, err = gen.NewBatchExtractAttributesRequestWithBody(c.server, jsonType, nil); err != nil {
		return nil, err
	}
	c.secrets = secretsOf(c.headers)
	c.http, c.own = httpClient(config.http)
	return &Client{core: c}, nil
}

// NewClientFromEnvironment makes a client of the service at CAS_URL, with the key in CAS_API_KEY, as the command cas reads them. An unset
// or empty CAS_URL is [DefaultBaseURL], an unset or empty CAS_API_KEY no key; options win over the environment.
func NewClientFromEnvironment(opts ...Option) (*Client, error) {
	return NewClient(os.Getenv("CAS_URL"), slices.Insert(slices.Clone(opts), 0, WithAPIKey(os.Getenv("CAS_API_KEY")))...)
}

func checkBaseURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil: // its text would repeat the URL
		return invalid("base URL", "cannot be parsed: give one such as %s", DefaultBaseURL)
	case u.Scheme != "http" && u.Scheme != "https":
		return invalid("base URL", "must begin with http:// or https://, as in %s", DefaultBaseURL)
	case u.User != nil:
		return invalid("base URL", "carries user info: give a key by WithAPIKey, or a header by WithHeader")
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
func (c *Client) Close() error { return c.shared().close() }

// shared is the core of a client, nil of a nil or zero one, whose calls fail.
func (c *Client) shared() *core {
	if c == nil {
		return nil
	}
	return c.core
}

func (c *core) close() error {
	if c != nil {
		c.closed.Store(true)
		c.releaseIdle()
	}
	return nil
}

// releaseIdle closes idle connections; each call that ends after Close does it for its own.
func (c *core) releaseIdle() {
	if c.own != nil && c.closed.Load() {
		c.own.CloseIdleConnections()
	}
}
