package castest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/community-attribute-service/cas-go/cas"
)

// engine answers extractions: from its cache, the elevation model, or what a Dataset says.
type engine struct {
	catalog         *catalog
	cache           cache
	latency         time.Duration
	providerTimeout time.Duration
	requestTimeout  time.Duration
}

func newEngine(catalog *catalog, c config) *engine {
	return &engine{
		catalog: catalog, cache: cache{now: c.now},
		latency: c.latency, providerTimeout: c.providerTimeout, requestTimeout: c.requestTimeout,
	}
}

// task is what a request asks of every one of its geometries.
type task struct {
	*engine
	targets     []target
	aggregation string
	start, end  cas.Timestamp
}

// target is one dataset that is asked for, or why it cannot be.
type target struct {
	id      string
	dataset *Dataset
	err     error
}

// plan groups the datasets by provider, in the order of first appearance, as the service does.
func (e *engine) plan(x *extraction) *task {
	t := &task{engine: e, aggregation: x.aggregation, start: x.start, end: x.end}
	groups := map[string][]target{}
	var slugs []string
	for _, id := range x.datasetIDs {
		slug, name, _ := strings.Cut(id, ":")
		if _, seen := groups[slug]; !seen {
			slugs = append(slugs, slug)
		}
		groups[slug] = append(groups[slug], e.target(slug, name, id))
	}
	for _, slug := range slugs {
		t.targets = append(t.targets, groups[slug]...)
	}
	return t
}

func (e *engine) target(slug, name, id string) target {
	if d, known := e.catalog.byID[id]; known {
		return target{id: id, dataset: d}
	}
	if _, known := e.catalog.bySlug[slug]; known {
		return target{id: id, dataset: &Dataset{Dataset: cas.Dataset{Provider: slug}}, err: ProviderError("Unknown dataset: " + name)}
	}
	return target{id: id, err: errors.New(pythonRepr("No connector registered for provider '" + slug + "'"))}
}

// waits reports whether answers take time, so that geometries are better asked for side by side.
func (t *task) waits() bool {
	if t.latency > 0 {
		return true
	}
	for _, target := range t.targets {
		if target.dataset != nil && target.dataset.Answer != nil {
			return true
		}
	}
	return false
}

func (t *task) key(id string, p *place) cacheKey {
	return cacheKey{dataset: id, aggregation: t.aggregation, start: t.start.String(), end: t.end.String(), geometry: p.hash}
}

// outcome is what became of one dataset for one geometry.
type outcome struct {
	target
	result *cas.AttributeResult // nil where there is none
	err    error
}

// answers are the results for one geometry and the warnings, in the order of the service: what is cached comes first.
func (t *task) answers(ctx context.Context, p *place) (results []*cas.AttributeResult, warnings []string) {
	var open []outcome
	for _, target := range t.targets {
		cached, found := t.cache.get(t.key(target.id, p))
		if !found {
			open = append(open, outcome{target: target, err: target.err})
			continue
		}
		judged := *cached
		warnings = judge(&judged, warnings)
		results = append(results, cached)
	}
	t.ask(ctx, p, open)
	for _, o := range open {
		if o.err != nil {
			if warning, worded := o.warning(t.providerTimeout); worded {
				warnings = append(warnings, warning)
			}
			continue
		}
		warnings = judge(o.result, warnings)
		t.cache.set(t.key(o.id, p), o.result)
		results = append(results, o.result)
	}
	if len(results) > 1 {
		warnings = compare(results, warnings)
	}
	return results, warnings
}

// ask computes what is not cached: one after the other, but Datasets' own Answers side by side.
func (t *task) ask(ctx context.Context, p *place, open []outcome) {
	if len(open) == 0 {
		return
	}
	started := time.Now()
	if t.latency > 0 {
		limit := min(t.providerTimeout, t.requestTimeout)
		sleep(ctx, min(t.latency, limit))
		if t.latency >= limit {
			for i := range open {
				open[i].err = t.late()
			}
			return
		}
	}
	var asking sync.WaitGroup
	for i := range open {
		o := &open[i]
		switch {
		case o.err != nil:
		case o.dataset.Answer == nil:
			t.compute(p, o, started)
		case len(open) == 1:
			t.askDataset(ctx, p, o, started)
		default:
			asking.Go(func() { t.askDataset(ctx, p, o, started) })
		}
	}
	asking.Wait()
}

func (t *task) query(o *outcome) Query {
	return Query{DatasetID: o.id, Start: t.start, End: t.end, Aggregation: cas.AggregationMethod(t.aggregation)}
}

// compute answers from the elevation model.
func (t *task) compute(p *place, o *outcome, started time.Time) {
	result, err := o.dataset.model(p, t.query(o))
	o.finish(result, err, started)
}

// askDataset lets a Dataset answer, within the time that there is.
func (t *task) askDataset(ctx context.Context, p *place, o *outcome, started time.Time) {
	ctx, cancel := context.WithTimeout(ctx, min(t.providerTimeout, t.requestTimeout)-time.Since(started))
	defer cancel()
	q := t.query(o)
	q.Geometry = p.geometry()
	result, err := o.dataset.Answer(ctx, q)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = t.late()
	}
	o.finish(result, err, started)
}

func (o *outcome) finish(result cas.AttributeResult, err error, started time.Time) {
	if o.err = err; err != nil {
		return
	}
	result.DatasetID = o.id
	o.dataset.fill(&result)
	result.ElapsedMS = time.Since(started).Milliseconds()
	o.result = &result
}

// errTimeout is an answer that came too late for a provider.
var errTimeout = errors.New("timeout")

// late is what a dataset fails with that takes too long, by which limit is the nearer one.
func (e *engine) late() error {
	if e.requestTimeout < e.providerTimeout {
		return ErrNoAnswer
	}
	return errTimeout
}

// warning is the text for a dataset without a result, if there is one.
func (o *outcome) warning(timeout time.Duration) (text string, worded bool) {
	var provider ProviderError
	switch {
	case errors.Is(o.err, ErrNoAnswer):
		return "", false
	case errors.Is(o.err, errTimeout):
		return fmt.Sprintf("%s: Extraction failed for %s: timeout after %.0fs", o.id, o.id, timeout.Seconds()), true
	case errors.As(o.err, &provider):
		return fmt.Sprintf("%s: [%s] %s", o.id, o.dataset.Provider, provider), true
	default:
		return fmt.Sprintf("%s: Extraction failed for %s: %s", o.id, o.id, o.err), true
	}
}

// pythonRepr quotes a text as Python's repr does.
func pythonRepr(s string) string {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteRune(quote)
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x100 && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteRune(quote)
	return b.String()
}
