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
type Option func(*config) error

// config is what the options fill in.
type config struct {
	key               *secret
	timeout           time.Duration
	http              *http.Client
	retry             RetryPolicy
	requestsPerMinute int
	log               *slog.Logger
	userAgent         string
	maxBytes          int64
}

// defaultMaxBytes is room for a batch of 1000 geometries with the 50 datasets that the service allows, tenfold.
const defaultMaxBytes = 256 << 20

func defaults() config {
	retry, _ := RetryPolicy{}.complete() // the zero policy is valid
	return config{timeout: DefaultTimeout, maxBytes: defaultMaxBytes, retry: retry}
}

// WithAPIKey sends the key as X-API-Key; "" sends none. A key with control characters is an error. The key goes to the base URL's
// host only, and appears in no log, error or printed client.
func WithAPIKey(key string) Option {
	return func(c *config) error {
		if hasControl(key) {
			return invalid("WithAPIKey", "the key has control characters, perhaps a line end: trim it")
		}
		c.key = nil
		if key != "" {
			c.key = newSecret(key)
		}
		return nil
	}
}

// WithTimeout bounds one attempt, from sending to the last byte of the answer; default [DefaultTimeout]. Waits between attempts do
// not count: the context bounds the whole call. Zero or less is an error.
func WithTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return invalid("WithTimeout", "%v is not a positive time; to have no bound, give a very long one", d)
		}
		c.timeout = d
		return nil
	}
}

// WithHTTPClient sends through a copy of hc, for its Transport (proxies, TLS, tracing) and Jar. The copy follows no redirects and
// ignores hc.Timeout (see [WithTimeout]); hc itself is not changed, and Close leaves its connections alone. A Transport that adds
// secrets of its own is responsible for where they go.
func WithHTTPClient(hc *http.Client) Option {
	return func(c *config) error {
		if hc == nil {
			return invalid("WithHTTPClient", "is nil: leave the option out for the client's own transport")
		}
		c.http = hc
		return nil
	}
}

// WithRetry sets when and how often an attempt is repeated; fields that are zero keep their defaults. See [RetryPolicy].
func WithRetry(p RetryPolicy) Option {
	return func(c *config) (err error) {
		c.retry, err = p.complete()
		return err
	}
}

// WithRequestsPerMinute spaces attempts evenly, n a minute over all calls of the client, so that the service's own limit (which
// counts requests in windows of a minute) is not met. A batch counts as one. Less than 1 is an error; without the option there is
// no pacing, only the pause that a 429 asks for.
func WithRequestsPerMinute(n int) Option {
	return func(c *config) error {
		if n < 1 {
			return invalid("WithRequestsPerMinute", "%d is less than 1; leave the option out for no limit", n)
		}
		c.requestsPerMinute = n
		return nil
	}
}

// WithLogger writes one record per attempt: at level Debug, or Warn for a failure. It carries the operation, status, attempt,
// duration, bytes and request ids; never a body, a header or a key. nil is no log.
func WithLogger(l *slog.Logger) Option {
	return func(c *config) error {
		c.log = l
		return nil
	}
}

// WithUserAgent puts the name of your program, such as "basins/1.2", before the module's own User-Agent.
// Control characters are an error.
func WithUserAgent(name string) Option {
	return func(c *config) error {
		if hasControl(name) {
			return invalid("WithUserAgent", "has control characters")
		}
		c.userAgent = strings.TrimSpace(name)
		return nil
	}
}

// WithMaxResponseBytes bounds the decoded body of an answer; default 256 MiB. A success over it is ErrResponseTooLarge and is not asked
// again. An error over it, or over 4 MiB, stays the error that it is, without Detail. Less than 1 is an error.
func WithMaxResponseBytes(n int64) Option {
	return func(c *config) error {
		if n < 1 {
			return invalid("WithMaxResponseBytes", "%d is less than 1", n)
		}
		c.maxBytes = n
		return nil
	}
}

// CallOption changes one call.
type CallOption func(*callConfig)

type callConfig struct {
	info    *ResponseInfo
	retryIf func(*Error) bool
	reuse   bool
	begun   bool // before Close, by an AsyncClient
}

// ResponseInfo tells about a call's last attempt, whether it succeeded or failed.
type ResponseInfo struct {
	StatusCode int           // 0 where no answer came
	RequestID  string        // of the X-Request-ID header, which differs from the body's request_id on a successful extraction
	Attempts   int           // 1 where the first one did
	Elapsed    time.Duration // of the whole call, waits included
	Bytes      int64         // of the answer's body, as decoded from its transfer encoding
}

// WithResponseInfo fills info when the call ends; with an [AsyncClient] it may be read after Done.
func WithResponseInfo(info *ResponseInfo) CallOption {
	return func(c *callConfig) { c.info = info }
}

// WithRetryIf narrows the client's [RetryPolicy] for one call: what it would repeat is repeated only where again says so, too. again sees
// the failure of each attempt before the wait. It is for callers that can do better than to repeat a load, such as to split it.
func WithRetryIf(again func(failure *Error) bool) CallOption {
	return func(c *callConfig) { c.retryIf = again }
}

// WithReuse lets [Client.StreamBatch] yield every response in the memory of the one before it, for a consumer that is done with a response
// when it asks for the next: what is yielded is good until then, texts remain good. Other calls are not changed.
func WithReuse() CallOption {
	return func(c *callConfig) { c.reuse = true }
}

// hasControl reports ASCII control characters, which would end or break a header.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

const modulePath = "github.com/community-attribute-service/cas-go"

// Version is the version of this module as the program was built with it, or "devel".
func Version() string {
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
