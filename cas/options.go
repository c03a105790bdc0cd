package cas

import (
	"cmp"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// Option configures a [Client]. NewClient returns an error for an invalid option.
type Option interface{ client(*core) error }

// CallOption configures one call. An invalid one makes the call return ErrInvalidRequest.
type CallOption interface{ call(*callConfig) error }

type (
	option     func(*core) error
	callOption func(*callConfig) error
)

func (o option) client(c *core) error         { return o(c) }
func (o callOption) call(c *callConfig) error { return o(c) }

// callConfig holds the settings of one call. The options of the call set its fields.
type callConfig struct {
	info    *ResponseInfo // nil if the caller does not want it
	headers []header
	timeout time.Duration
	retry   RetryPolicy
	retryIf func(*Error) bool
	secrets secret // of the client and of this call
	begun   bool   // an AsyncClient began the call before Close
}

// defaultMaxBytes is ten times a batch of 1000 geometries with the 50 datasets that the service allows.
const defaultMaxBytes = 256 << 20

const keyHeader = "X-Api-Key" // as net/http spells it

// WithAPIKey sends the key as X-API-Key; "" sends none. A key with control characters is an error. The key goes only to the base URL's
// host. It appears in no log, error or printed client.
func WithAPIKey(key string) Option {
	h := newHeader(keyHeader, key)
	return option(func(c *core) error {
		if hasControl(h.value()) {
			return invalid("WithAPIKey", "the key has control characters, perhaps a line end: trim it")
		}
		c.headers = append(c.headers, h)
		return nil
	})
}

// WithHeader adds a header to every request of a client or of one call, such as a gateway's token or a tracing header. If a name occurs
// twice, the later value counts, and the call's value overrides the client's; "" removes the header. Logs, errors and printed clients
// do not show the values of Authorization, Cookie and of names with key, token or secret.
//
// It is an error to set a header that the client sets itself or that belongs to the connection: X-API-Key (see [WithAPIKey]),
// User-Agent ([WithUserAgent]), Host, Accept, Content-Type, Content-Length, Transfer-Encoding, Connection and the like.
func WithHeader(name, value string) interface {
	Option
	CallOption
} {
	h := newHeader(name, value)
	return headerOption(func(to *[]header) error {
		use, elsewhere := setElsewhere[h.name]
		switch {
		case !isToken(name):
			return invalid("WithHeader", "%q is not the name of a header", name)
		case elsewhere:
			return invalid("WithHeader", "%s is set by the client itself%s", h.name, use)
		case hasControl(h.value()): // the value may be secret
			return invalid("WithHeader", "the value of %s has control characters, perhaps a line end: trim it", h.name)
		}
		*to = append(*to, h)
		return nil
	})
}

// headerOption is an option of a client and of a call, which adds a header.
type headerOption func(to *[]header) error

func (o headerOption) client(c *core) error     { return o(&c.headers) }
func (o headerOption) call(c *callConfig) error { return o(&c.headers) }

// setElsewhere holds the headers that WithHeader refuses, and what to use instead.
var setElsewhere = map[string]string{
	"X-Api-Key": ": use WithAPIKey", "User-Agent": ": use WithUserAgent", "Host": "", "Accept": "", "Accept-Encoding": "", "Content-Type": "",
	"Content-Length": "", "Content-Encoding": "", "Transfer-Encoding": "", "Te": "", "Trailer": "", "Connection": "", "Keep-Alive": "",
	"Proxy-Connection": "", "Proxy-Authorization": ": put user and password into the proxy's URL", "Upgrade": "", "Expect": "", "Range": "",
}

// WithTimeout bounds one attempt, from sending to the last byte of the answer; default [DefaultTimeout]. Waits between attempts do not
// count; the context bounds the whole call. Zero or less is an error.
func WithTimeout(d time.Duration) Option {
	return option(func(c *core) error {
		c.timeout = d
		return checkTimeout("WithTimeout", d)
	})
}

// WithCallTimeout bounds one attempt of this call, in place of the client's [WithTimeout].
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

// WithHTTPClient sends through the Transport of hc (proxies, TLS, tracing) and uses its Jar. It ignores hc.Timeout (see [WithTimeout])
// and hc.CheckRedirect, as redirects are never followed. hc itself is not changed, and Close does not close its connections.
//
// Retries, pauses, time limits, size limits and the protection of the key work with any http.Client. Three things depend on the
// transport: how many idle connections it keeps and for how long (the service closes them after 5 s), whether large requests are sent
// without a copy, and whether a connection is dropped after a 500, which the service is about to close. Wrap [NewTransport] to keep all
// three. A Transport that adds its own secrets is responsible for where they go.
func WithHTTPClient(hc *http.Client) Option {
	return option(func(c *core) error {
		if hc == nil {
			return invalid("WithHTTPClient", "is nil: leave the option out for the client's own transport")
		}
		c.transport, c.jar = cmp.Or(hc.Transport, http.DefaultTransport), hc.Jar
		return nil
	})
}

// WithRetry sets when and how often an attempt is retried. Zero fields keep their defaults. See [RetryPolicy].
func WithRetry(p RetryPolicy) Option {
	return option(func(c *core) (err error) {
		c.retry, err = p.complete("WithRetry")
		return err
	})
}

// WithCallRetry sets the [RetryPolicy] of this call, in place of the client's.
func WithCallRetry(p RetryPolicy) CallOption {
	return callOption(func(c *callConfig) (err error) {
		c.retry, err = p.complete("WithCallRetry")
		return err
	})
}

// WithRetryIf narrows the [RetryPolicy] of one call: an attempt is retried only if the policy allows it and again returns true. again
// gets the failure of each attempt before the wait. It is for callers that have a better answer than a retry, such as splitting the
// request.
func WithRetryIf(again func(failure *Error) bool) CallOption {
	return callOption(func(c *callConfig) error {
		c.retryIf = again
		return nil
	})
}

// WithRequestsPerMinute limits the client to n attempts a minute, evenly spaced, so that it stays below the service's own limit, which
// counts requests in windows of a minute. A batch counts as one request; Health does not count. Less than 1 is an error. Without this
// option, the client only pauses after a 429.
func WithRequestsPerMinute(n int) Option {
	return option(func(c *core) error {
		if n < 1 {
			return invalid("WithRequestsPerMinute", "%d is less than 1; leave the option out for no limit", n)
		}
		c.gate = newGate(n)
		return nil
	})
}

// WithLogger writes one record for each attempt, at level Debug, or Warn for a failure. A record has the operation, status, attempt,
// duration, bytes and request ids, and never a body, a header or a key. A wait after a 429 is logged at level Info. nil means no log.
func WithLogger(l *slog.Logger) Option {
	return option(func(c *core) error {
		c.log = l
		return nil
	})
}

// WithUserAgent puts the name of your program, such as "basins/1.2", before the module's own User-Agent.
// Control characters are an error.
func WithUserAgent(name string) Option {
	return option(func(c *core) error {
		if hasControl(name) {
			return invalid("WithUserAgent", "has control characters")
		}
		c.headers = append(c.headers, newHeader("User-Agent", userAgent(name)))
		return nil
	})
}

// WithMaxResponseBytes bounds the decoded body of an answer; default 256 MiB. A 2xx over this limit returns ErrResponseTooLarge and is
// not retried. An error over this limit, or over 4 MiB, keeps its status and message but has no Detail. Less than 1 is an error.
func WithMaxResponseBytes(n int64) Option {
	return option(func(c *core) error {
		if n < 1 {
			return invalid("WithMaxResponseBytes", "%d is less than 1", n)
		}
		c.maxBytes = n
		return nil
	})
}

// ResponseInfo tells about a call's last attempt, whether it succeeded or failed.
type ResponseInfo struct {
	StatusCode int           // 0 if there was no answer
	Header     http.Header   // of the answer, with echoes of the key removed; nil if there was no answer
	RequestID  string        // of the X-Request-ID header, which differs from the body's request_id on a successful extraction
	Attempts   int           // 1 if the first one succeeded
	Elapsed    time.Duration // of the whole call, waits included
	Bytes      int64         // of the answer's body, decoded
}

// WithResponseInfo fills info when the call ends. With an [AsyncClient], read info after Done. With [Client.AllProviders] and the like,
// info describes the page or the provider of the current item.
func WithResponseInfo(info *ResponseInfo) CallOption {
	return callOption(func(c *callConfig) error {
		c.info = info
		return nil
	})
}

// configOf returns the settings of a call: those of the client, changed by the options.
func (c *core) configOf(opts []CallOption) (config callConfig, err error) {
	config = callConfig{timeout: c.timeout, retry: c.retry, secrets: c.secrets}
	for _, opt := range opts {
		if opt != nil && err == nil {
			err = opt.call(&config)
		}
	}
	if len(config.headers) > 0 {
		config.secrets = secretsOf(slices.Concat(c.headers, config.headers))
	}
	return config, err
}

// hasControl reports whether s has ASCII control characters, which would end or break a header.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// isToken reports whether s can be the name of a header (RFC 9110).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z'
		return !letter && (r < '0' || r > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

const modulePath = "github.com/community-attribute-service/cas-go"

// stamp is the version. A build from an archive of the source, without git, sets it:
//
//	go build -ldflags "-X github.com/community-attribute-service/cas-go/cas.stamp=v1.0.0" ./cmd/cas
var stamp string

// Version returns the version of this module in the running program, or "devel".
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
	return strings.TrimSpace(strings.TrimSpace(program) + " " + own)
}
