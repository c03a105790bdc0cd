package castest

import (
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// Option configures a [Server]. Without options, a Server is the service as installed: no key, no rate limit, no delay.
type Option func(*config)

// config is what the options fill in.
type config struct {
	keys            []string
	ratePerMinute   int // 0 is no limit
	now             func() time.Time
	latency         time.Duration
	providerTimeout time.Duration
	requestTimeout  time.Duration
	recorded        int
	datasets        []Dataset
	providers       []cas.ProviderSummary
}

// The service's own defaults, and the number of requests that a Server remembers.
const (
	defaultProviderTimeout = 30 * time.Second
	defaultRequestTimeout  = 120 * time.Second
	defaultRecorded        = 1000
)

func defaults() config {
	return config{
		now: time.Now, recorded: defaultRecorded,
		providerTimeout: defaultProviderTimeout, requestTimeout: defaultRequestTimeout,
	}
}

// WithAPIKeys requires one of the keys in X-API-Key, as CAS_AUTH_ENABLED and CAS_API_KEYS do. Without a key, the catalog and
// extractions are a 401. [Server.Client] sends the first key.
func WithAPIKeys(keys ...string) Option {
	return func(c *config) { c.keys = append(c.keys, keys...) }
}

// WithRateLimit allows every caller this many requests a minute, as CAS_RATE_LIMIT_PER_MINUTE does. The window is fixed and starts with
// the caller's first request. All operations except health and metrics count; a batch counts once. A caller is identified by its key,
// valid or not, or else by its address. Zero or less means no limit.
func WithRateLimit(perMinute int) Option {
	return func(c *config) { c.ratePerMinute = max(perMinute, 0) }
}

// WithClock makes the Server use now in place of time.Now, for the windows of the rate limit and the ten minutes that results stay
// cached. Delays still take real time.
func WithClock(now func() time.Time) Option {
	return func(c *config) { c.now = now }
}

// WithLatency makes every extraction take d, as if the provider needed that time. The server computes the datasets of one geometry at
// the same time and the geometries of a batch ten at a time, so a batch of 1000 takes 100 d. Cached results, the catalog and health
// take no time; to delay them, use Fault.Delay. If d exceeds a timeout, the timeout applies: see [WithTimeouts].
func WithLatency(d time.Duration) Option {
	return func(c *config) { c.latency = d }
}

// WithTimeouts sets how long one dataset may take, and all datasets of one geometry, in place of 30 s and 120 s. After the first limit,
// the dataset is missing with a warning ("timeout after 30s"). After the second, it is missing without a warning. Both happen inside a
// 200, as in the service. Zero keeps the default.
func WithTimeouts(provider, request time.Duration) Option {
	return func(c *config) {
		if provider > 0 {
			c.providerTimeout = provider
		}
		if request > 0 {
			c.requestTimeout = request
		}
	}
}

// WithDatasets adds datasets, or replaces those with the same id. See [Dataset].
func WithDatasets(datasets ...Dataset) Option {
	return func(c *config) { c.datasets = append(c.datasets, datasets...) }
}

// WithProviders sets the name, protocol and URL of providers, in place of invented ones. A provider without datasets is listed too, as
// the service lists a provider whose catalog it could not read.
func WithProviders(providers ...cas.ProviderSummary) Option {
	return func(c *config) { c.providers = append(c.providers, providers...) }
}

// WithRecording sets how many requests [Server.Requests] keeps, in place of the last 1000. 0 keeps none, which saves a copy of every
// body. In any case, the server keeps at most 64 MiB of bodies.
func WithRecording(requests int) Option {
	return func(c *config) { c.recorded = max(requests, 0) }
}
