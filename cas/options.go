package cas

import (
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Option sets up a [Client]. A bad one is an error of NewClient.
type Option interface{ client(*config) error }

// CallOption changes one call. A bad one is ErrInvalidRequest at the call.
type CallOption interface{ call(*callConfig) error }

type (
	option     func(*config) error
	callOption func(*callConfig) error
)

func (o option) client(c *config) error       { return o(c) }
func (o callOption) call(c *callConfig) error { return o(c) }

// config is what the options of a client fill in.
type config struct {
	key               *header
	headers           []header
	timeout           time.Duration
	http              *http.Client
	retry             RetryPolicy
	requestsPerMinute int
	log               *slog.Logger
	userAgent         string
	maxBytes          int64
}

// callConfig is what the options of a call fill in.
type callConfig struct {
	info    *ResponseInfo
	headers []header
	timeout time.Duration // 0 is the client's
	retry   *RetryPolicy  // nil is the client's
	retryIf func(*Error) bool
	secrets *secret // of the client and of this call
	begun   bool    // before Close, by an AsyncClient
}

// defaultMaxBytes is room for a batch of 1000 geometries with the 50 datasets that the service allows, tenfold.
const defaultMaxBytes = 256 << 20

func defaults() config {
	retry, _ := RetryPolicy{}.complete("") // the zero policy is valid
	return config{timeout: DefaultTimeout, maxBytes: defaultMaxBytes, retry: retry}
}

const keyHeader = "X-API-Key"

// WithAPIKey sends the key as X-API-Key; "" sends none. A key with control characters is an error. The key goes to the base URL's
// host only, and appears in no log, error or printed client.
func WithAPIKey(key string) Option {
	if hasControl(key) {
		return refused("WithAPIKey", "the key has control characters, perhaps a line end: trim it")
	}
	h := secretHeader(keyHeader, key)
	return option(func(c *config) error {
		c.key = nil
		if key != "" {
			c.key = &h
		}
		return nil
	})
}

// refused is the option that is an error.
func refused(field, format string, args ...any) option {
	return func(*config) error { return invalid(field, format, args...) }
}

// WithHeader sends a header along, with every request of a client or of one call: a gateway's token, say, or a tracing header. Of two
// with one name the later one counts, and a call's before the client's; "" leaves the header out. The values of Authorization, Cookie
// and names that speak of a key, token or secret are kept out of logs, errors and printed clients, as the API key is.
//
// Headers that the client sets itself or that belong to the connection are an error: X-API-Key (see [WithAPIKey]), User-Agent
// ([WithUserAgent]), Host, Accept, Content-Type, Content-Length, Transfer-Encoding, Connection and the like.
func WithHeader(name, value string) interface {
	Option
	CallOption
} {
	return headerOption{name, func() string { return value }}
}

// headerOption holds the value where nothing prints it.
type headerOption struct {
	name  string
	value func() string
}

func (o headerOption) client(c *config) error   { return o.add(&c.headers) }
func (o headerOption) call(c *callConfig) error { return o.add(&c.headers) }

// setElsewhere are the headers that WithHeader refuses.
var setElsewhere = map[string]string{
	"X-Api-Key": ": use WithAPIKey", "User-Agent": ": use WithUserAgent", "Host": "", "Accept": "", "Accept-Encoding": "", "Content-Type": "",
	"Content-Length": "", "Content-Encoding": "", "Transfer-Encoding": "", "Te": "", "Trailer": "", "Connection": "", "Keep-Alive": "",
	"Proxy-Connection": "", "Proxy-Authorization": ": put user and password into the proxy's URL", "Upgrade": "", "Expect": "", "Range": "",
}

func (o headerOption) add(to *[]header) error {
	name, value := http.CanonicalHeaderKey(o.name), o.value()
	use, elsewhere := setElsewhere[name]
	switch {
	case !isToken(o.name):
		return invalid("WithHeader", "%q is not the name of a header", o.name)
	case elsewhere:
		return invalid("WithHeader", "%s is set by the client itself%s", name, use)
	case hasControl(value): // which may be secret
		return invalid("WithHeader", "the value of %s has control characters, perhaps a line end: trim it", name)
	}
	h := plainHeader(name, value)
	if isSecretName(name) {
		h = secretHeader(name, value)
	}
	*to = append(*to, h)
	return nil
}

// WithTimeout bounds one attempt, from sending to the last byte of the answer; default [DefaultTimeout]. Waits between attempts do
// not count: the context bounds the whole call. Zero or less is an error.
func WithTimeout(d time.Duration) Option {
	return option(func(c *config) error {
		c.timeout = d
		return checkTimeout("WithTimeout", d)
	})
}

// WithCallTimeout bounds one attempt of this call, as [WithTimeout] does for all.
func WithCallTimeout(d time.Duration) CallOption {
	return callOption(func(c *callConfig) error {
		c.timeout = d
		return checkTimeout("WithCallTimeout", d)
	})
}

func checkTimeout(field string, d time.Duration) error {
	if d <= 0 {
		return invalid(field, "%v is not a positive time; to have no bound, give a very long one", d)
	}
	return nil
}

// WithHTTPClient sends through a copy of hc, for its Transport (proxies, TLS, tracing) and Jar. The copy follows no redirects and
// ignores hc.Timeout (see [WithTimeout]); hc itself is not changed, and Close leaves its connections alone.
//
// Retries, pauses, time limits, size limits and the care of the key are the same with any http.Client. What lies in the transport is
// its own: how many connections are kept and for how long (the service closes idle ones after 5 s), large requests sent from where they
// lie, and that a connection on which a 500 came, which the service is about to close, is not used again. Wrap [NewTransport] to have
// these too. A Transport that adds secrets of its own is responsible for where they go.
func WithHTTPClient(hc *http.Client) Option {
	if hc == nil {
		return refused("WithHTTPClient", "is nil: leave the option out for the client's own transport")
	}
	return option(func(c *config) error {
		c.http = hc
		return nil
	})
}

// WithRetry sets when and how often an attempt is repeated; fields that are zero keep their defaults. See [RetryPolicy].
func WithRetry(p RetryPolicy) Option {
	return option(func(c *config) (err error) {
		c.retry, err = p.complete("WithRetry")
		return err
	})
}

// WithCallRetry sets for this call when and how often an attempt is repeated, in place of the client's policy.
func WithCallRetry(p RetryPolicy) CallOption {
	return callOption(func(c *callConfig) (err error) {
		p, err := p.complete("WithCallRetry")
		c.retry = &p
		return err
	})
}

// WithRetryIf narrows the [RetryPolicy] for one call: what it would repeat is repeated only where again says so, too. again sees
// the failure of each attempt before the wait. It is for callers that can do better than to repeat a load, such as to split it.
func WithRetryIf(again func(failure *Error) bool) CallOption {
	return callOption(func(c *callConfig) error {
		c.retryIf = again
		return nil
	})
}

// WithRequestsPerMinute spaces attempts evenly, n a minute over all calls of the client but Health, so that the service's own limit
// (which counts requests in windows of a minute) is not met. A batch counts as one. Less than 1 is an error; without the option there is
// no pacing, only the pause that a 429 asks for.
func WithRequestsPerMinute(n int) Option {
	return option(func(c *config) error {
		if n < 1 {
			return invalid("WithRequestsPerMinute", "%d is less than 1; leave the option out for no limit", n)
		}
		c.requestsPerMinute = n
		return nil
	})
}

// WithLogger writes one record per attempt: at level Debug, or Warn for a failure. It carries the operation, status, attempt,
// duration, bytes and request ids; never a body, a header or a key. A wait for a pause that a 429 asked for is a record too, at level
// Info. nil is no log.
func WithLogger(l *slog.Logger) Option {
	return option(func(c *config) error {
		c.log = l
		return nil
	})
}

// WithUserAgent puts the name of your program, such as "basins/1.2", before the module's own User-Agent.
// Control characters are an error.
func WithUserAgent(name string) Option {
	return option(func(c *config) error {
		if hasControl(name) {
			return invalid("WithUserAgent", "has control characters")
		}
		c.userAgent = strings.TrimSpace(name)
		return nil
	})
}

// WithMaxResponseBytes bounds the decoded body of an answer; default 256 MiB. A success over it is ErrResponseTooLarge and is not asked
// again. An error over it, or over 4 MiB, stays the error that it is, without Detail. Less than 1 is an error.
func WithMaxResponseBytes(n int64) Option {
	return option(func(c *config) error {
		if n < 1 {
			return invalid("WithMaxResponseBytes", "%d is less than 1", n)
		}
		c.maxBytes = n
		return nil
	})
}

// ResponseInfo tells about a call's last attempt, whether it succeeded or failed.
type ResponseInfo struct {
	StatusCode int           // 0 where no answer came
	Header     http.Header   // of the answer, echoes of the key cut out; nil where none came
	RequestID  string        // of the X-Request-ID header, which differs from the body's request_id on a successful extraction
	Attempts   int           // 1 where the first one did
	Elapsed    time.Duration // of the whole call, waits included
	Bytes      int64         // of the answer's body, as decoded from its transfer encoding
}

// WithResponseInfo fills info when the call ends; with an [AsyncClient] it may be read after Done. Of [Client.AllProviders] and the like
// info tells about the page, or the provider, that the item came with.
func WithResponseInfo(info *ResponseInfo) CallOption {
	return callOption(func(c *callConfig) error {
		c.info = info
		return nil
	})
}

// configOf is what the options of a call say.
func (c *core) configOf(opts []CallOption) (config callConfig, err error) {
	for _, opt := range opts {
		if opt != nil && err == nil {
			err = opt.call(&config)
		}
	}
	config.secrets = c.secrets
	if len(config.headers) > 0 {
		config.secrets = secretsOf(append(c.headers[:len(c.headers):len(c.headers)], config.headers...))
	}
	return config, err
}

// hasControl reports ASCII control characters, which would end or break a header.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// isToken reports what may be the name of a header (RFC 9110).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z'
		return !letter && (r < '0' || r > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

const modulePath = "github.com/community-attribute-service/cas-go"

// stamp is the version, where a build from an archive of the source, without git, sets it:
//
//	go build -ldflags "-X github.com/community-attribute-service/cas-go/cas.stamp=v1.0.0" ./cmd/cas
var stamp string

// Version is the version of this module as the program was built with it, or "devel".
func Version() string {
	if stamp != "" {
		return stamp
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == modulePath && m.Version != "" && m.Version != "(devel)" {
			return m.Version
		}
	}
	return "devel"
}

func userAgent(program string) string {
	own := "cas-go/" + Version() + " (" + runtime.Version() + "; " + runtime.GOOS + "/" + runtime.GOARCH + ")"
	return strings.TrimSpace(program + " " + own)
}
