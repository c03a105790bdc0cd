package castest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// metrics are what /metrics tells in the Prometheus text format: the service's own counters, without those of its Python process.
type metrics struct {
	mu       sync.Mutex
	requests map[requestLabels]int
	latency  map[latencyLabels]*histogram
	failures int
}

type (
	requestLabels struct {
		latencyLabels
		status int
	}
	latencyLabels struct{ method, path string }
	histogram     struct {
		buckets [len(bounds)]int // cumulative
		count   int
		sum     float64
	}
)

// bounds are the default buckets of prometheus_client, in seconds.
var bounds = [...]float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10}

// observe counts an answer. A 500 never gets there in the service.
func (m *metrics) observe(x *exchange, status int, took time.Duration) {
	if status == 500 || x.id == "" {
		return
	}
	labels := latencyLabels{x.Method, x.URL.Path}
	if x.route != nil {
		labels.path = x.route.template
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.requests == nil {
		m.requests, m.latency = map[requestLabels]int{}, map[latencyLabels]*histogram{}
	}
	m.requests[requestLabels{labels, status}]++
	h := m.latency[labels]
	if h == nil {
		h = &histogram{}
		m.latency[labels] = h
	}
	h.count++
	h.sum += took.Seconds()
	for i, bound := range bounds {
		if took.Seconds() <= bound {
			h.buckets[i]++
		}
	}
}

// failed counts warnings of an extraction, which the service takes for failures.
func (m *metrics) failed(warnings int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failures += warnings
}

func (s *Server) showMetrics(_ *exchange, b []byte) reply {
	m, stats := &s.metrics, s.engine.cache.stats()
	m.mu.Lock()
	defer m.mu.Unlock()

	b = head(b, "cas_http_requests_total", "counter", "HTTP requests by method, path template, and status.")
	for _, l := range slices.SortedFunc(maps.Keys(m.requests), func(a, b requestLabels) int {
		return strings.Compare(a.path+a.method+strconv.Itoa(a.status), b.path+b.method+strconv.Itoa(b.status))
	}) {
		b = fmt.Appendf(b, "cas_http_requests_total{method=%q,path=%q,status=\"%d\"} ", l.method, l.path, l.status)
		b = number(b, m.requests[l])
	}
	b = head(b, "cas_http_request_duration_seconds", "histogram", "HTTP request latency in seconds, by path template.")
	for _, l := range slices.SortedFunc(maps.Keys(m.latency), func(a, b latencyLabels) int {
		return strings.Compare(a.path+a.method, b.path+b.method)
	}) {
		b = m.latency[l].append(b, l)
	}
	b = head(b, "cas_provider_failures_total", "counter", "Per-dataset extraction failures surfaced as warnings.")
	if m.failures > 0 {
		b = number(append(b, `cas_provider_failures_total{dataset="aggregate"} `...), m.failures)
	}
	b = head(b, "cas_result_cache_hit_rate", "gauge", "Result cache hit rate (0-1), sampled at scrape time.")
	b = append(pyjson.AppendFloat(append(b, "cas_result_cache_hit_rate "...), stats.HitRate), '\n')
	b = head(b, "cas_result_cache_size", "gauge", "Number of entries currently in the result cache.")
	b = number(append(b, "cas_result_cache_size "...), int(stats.Size))
	return reply{status: 200, contentType: "text/plain; version=1.0.0; charset=utf-8", body: b}
}

func (h *histogram) append(b []byte, l latencyLabels) []byte {
	const name = "cas_http_request_duration_seconds"
	bucket := func(le string, n int) {
		b = fmt.Appendf(b, "%s_bucket{le=%q,method=%q,path=%q} ", name, le, l.method, l.path)
		b = number(b, n)
	}
	for i, bound := range bounds {
		bucket(string(pyjson.AppendFloat(nil, bound)), h.buckets[i])
	}
	bucket("+Inf", h.count)
	b = number(fmt.Appendf(b, "%s_count{method=%q,path=%q} ", name, l.method, l.path), h.count)
	b = fmt.Appendf(b, "%s_sum{method=%q,path=%q} ", name, l.method, l.path)
	return append(pyjson.AppendFloat(b, h.sum), '\n')
}

func head(b []byte, name, kind, help string) []byte {
	return fmt.Appendf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func number(b []byte, n int) []byte { return append(pyjson.AppendFloat(b, float64(n)), '\n') }
