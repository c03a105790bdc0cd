package castest

import (
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// Option sets up a [Server]. Without any, a Server is the service as installed: no key asked for, no rate limit, no delay.
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

// WithAPIKeys asks for one of the keys in X-API-Key, as CAS_AUTH_ENABLED and CAS_API_KEYS do: without one the catalog and
// extractions are 401. [Server.Client] sends the first key by itself.
func WithAPIKeys(keys ...string) Option {
	return func(c *config) { c.keys = append(c.keys, keys...) }
}

// WithRateLimit lets every caller make that many requests in a minute, as CAS_RATE_LIMIT_PER_MINUTE does: a fixed window from the
// caller's first request on, all operations but health and metrics counted, a batch once. A caller is who sends a key, valid or
// not, or else an address. Zero or less is no limit.
func WithRateLimit(perMinute int) Option {
	return func(c *config) { c.ratePerMinute = max(perMinute, 0) }
}

// WithClock makes the Server read the time from now, in place of time.Now, for the windows of the rate limit and the ten minutes
// that results stay cached. Delays take real time all the same.
func WithClock(now func() time.Time) Option {
	return func(c *config) { c.now = now }
}

// WithLatency makes every extraction take d, as if a provider did: the datasets of one geometry are asked at the same time, the
// geometries of a batch ten at a time, so that a batch of 1000 takes 100 d. What is cached takes no time, nor do catalog and health;
// to delay those, see [Fault].Delay. A latency beyond the timeouts ends as theirs do: see [WithTimeouts].
func WithLatency(d time.Duration) Option {
	return func(c *config) { c.latency = d }
}

// WithTimeouts sets how long one dataset may take, and all of one geometry, in place of 30 s and 120 s. Where the provider's time is
// up, the dataset is absent with a warning ("timeout after 30s"); where the request's is, it is absent without a word: so the
// service does it, inside a 200. Zero keeps the default.
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

// WithDatasets adds datasets, or replaces those with the same id: see [Dataset].
func WithDatasets(datasets ...Dataset) Option {
	return func(c *config) { c.datasets = append(c.datasets, datasets...) }
}

// WithProviders gives providers a name, protocol and URL, in place of made-up ones. A provider without datasets is listed all the
// same, with none: so the service shows one whose catalog it could not read.
func WithProviders(providers ...cas.ProviderSummary) Option {
	return func(c *config) { c.providers = append(c.providers, providers...) }
}

// WithRecording sets how many requests [Server.Requests] remembers, the last ones, in place of 1000; 0 is none, which saves a copy
// of every body. Whatever the number, the bodies kept are 64 MiB at most.
func WithRecording(requests int) Option {
	return func(c *config) { c.recorded = max(requests, 0) }
}
