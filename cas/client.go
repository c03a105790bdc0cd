package cas

import (
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/community-attribute-service/cas-go/gen"
)

const (
	// DefaultBaseURL is the URL of a service on this machine.
	DefaultBaseURL = "http://localhost:8000"
	// DefaultTimeout bounds one attempt, including the reading of its answer. The context bounds the whole call.
	DefaultTimeout = 120 * time.Second
)

// Client sends requests to a CAS service. Make one with [NewClient]; a zero Client fails. Many goroutines may use one Client. One for
// each service is enough: all calls share its connections, its rate limit and its pauses.
//
// To test a program without a service, declare an interface with the methods that it calls and pass a mock, or use the client of a
// castest server.
type Client struct {
	core *core
}

// core is what a Client and the AsyncClients made from it share. The options set its fields.
type core struct {
	server    string // base URL, ending in a slash for the generated request builders
	transport http.RoundTripper
	own       *http.Transport // the transport, unless the caller brought it
	jar       http.CookieJar  // of the caller's http.Client; nil without one
	extract   *http.Request   // extractions differ only in their bodies
	batch     *http.Request
	headers   []header // of every request; a later one replaces one of the same name
	secrets   secret   // the key and secret headers; nil without any
	timeout   time.Duration
	maxBytes  int64
	retry     RetryPolicy
	gate      *gate
	log       *slog.Logger // nil without one
	closed    atomic.Bool
}

// NewClient makes a client for the service at baseURL, which may have a path prefix; "" is [DefaultBaseURL]. It makes no request; it
// fails only on an invalid URL or option. A URL is invalid if it is not http or https, has no host, or has user info, a query or a
// fragment. The error does not repeat parts of the URL that may be secret.
func NewClient(baseURL string, opts ...Option) (*Client, error) {
	if baseURL == "" {
		baseURL = DefaultBaseURL
	}
	if err := checkBaseURL(baseURL); err != nil {
		return nil, err
	}
	retry, _ := RetryPolicy{}.complete("") // the zero policy is valid
	c := &core{
		server:   strings.TrimRight(baseURL, "/") + "/",
		headers:  []header{newHeader("Accept", jsonType), newHeader("User-Agent", userAgent(""))},
		timeout:  DefaultTimeout,
		maxBytes: defaultMaxBytes,
		retry:    retry,
		gate:     newGate(0),
	}
	for _, opt := range opts {
		if opt == nil {
			return nil, invalid("option", "is nil")
		}
		if err := opt.client(c); err != nil {
			return nil, err
		}
	}
	if c.transport == nil {
		c.own = NewTransport()
		c.transport = c.own
	}
	var err error
	if c.extract, err = gen.NewExtractAttributesRequestWithBody(c.server, jsonType, nil); err != nil {
		return nil, err
	}
	if c.batch, err = gen.NewBatchExtractAttributesRequestWithBody(c.server, jsonType, nil); err != nil {
		return nil, err
	}
	c.secrets = secretsOf(c.headers)
	return &Client{core: c}, nil
}

// NewClientFromEnvironment makes a client for the service at CAS_URL with the key in CAS_API_KEY, as the command cas does. If CAS_URL
// is empty, it uses [DefaultBaseURL]; if CAS_API_KEY is empty, it sends no key. Options override the environment.
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
	case u.Port() != "" && !isPort(u.Port()):
		return invalid("base URL", "has a port outside 1 to 65535")
	case u.RawQuery != "" || u.ForceQuery:
		return invalid("base URL", "carries a query")
	case u.Fragment != "" || strings.Contains(text, "#"):
		return invalid("base URL", "carries a fragment")
	}
	return nil
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

// Close frees the idle connections of the client, unless the program supplied the http.Client. Later calls return ErrClosed; calls in
// flight finish. Close also closes the [AsyncClient] of [Client.Async]. It may be called twice.
func (c *Client) Close() error {
	if core := c.shared(); core != nil {
		core.closed.Store(true)
		core.releaseIdle()
	}
	return nil
}

// shared returns the core of a client; that of a nil or zero client is nil, and its calls fail.
func (c *Client) shared() *core {
	if c == nil {
		return nil
	}
	return c.core
}

// releaseIdle closes the idle connections of a closed client. Close calls it, and so does every call that ends after Close.
func (c *core) releaseIdle() {
	if c.own != nil && c.closed.Load() {
		c.own.CloseIdleConnections()
	}
}
