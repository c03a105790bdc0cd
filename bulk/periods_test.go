package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// calendar is a service in this process whose answers depend on the period: the variable is its start. It keeps its requests.
type calendar struct {
	fail  func(position int, period string) error // of a request that has this feature
	probe func(cas.BatchExtractRequest) error     // of the request of a probe
	takes time.Duration                           // a request

	mu       sync.Mutex
	requests int
	pairs    map[string]int // "position period dataset" to the number of requests
	stop     func()         // after so many requests
	stopAt   int
}

func (s *calendar) StreamBatch(ctx context.Context, r cas.BatchExtractRequest, _ ...cas.CallOption) iter.Seq2[*cas.AttributeResponse, error] {
	return func(yield func(*cas.AttributeResponse, error) bool) {
		if isProbe(r) {
			var err error
			if s.probe != nil {
				err = s.probe(r)
			}
			yield(nil, err)
			return
		}
		if wait(ctx, s.takes) != nil {
			yield(nil, ctx.Err())
			return
		}
		period := periodText(r.TimeRange)
		s.mu.Lock()
		if s.pairs == nil {
			s.pairs = map[string]int{}
		}
		s.requests++
		if s.requests == s.stopAt {
			s.stop()
		}
		s.mu.Unlock()
		if s.fail != nil {
			for _, g := range r.Geometries {
				if err := s.fail(positionOf(g.(json.RawMessage)), period); err != nil {
					yield(nil, err)
					return
				}
			}
		}
		for _, g := range r.Geometries {
			position := positionOf(g.(json.RawMessage))
			response := responseFor(position, r.DatasetIDs)
			for i, id := range r.DatasetIDs {
				response.Results[i].Variable = "in " + period
				s.mu.Lock()
				s.pairs[fmt.Sprint(position, " ", period, " ", id)]++
				s.mu.Unlock()
			}
			if !yield(response, nil) {
				return
			}
		}
	}
}

var (
	months = []cas.TimeRangeLike{cas.Dates{"2020-01-01", "2020-01-31"}, cas.Dates{"2020-02-01", "2020-02-29"}, cas.Dates{"2020-03-01", "2020-03-31"}}
	spelt  = []string{"2020-01-01T00:00:00/2020-01-31T00:00:00", "2020-02-01T00:00:00/2020-02-29T00:00:00", "2020-03-01T00:00:00/2020-03-31T00:00:00"}
)

// monthly requests two datasets in three months, and a static one once.
func monthly(t testing.TB, path string) Options {
	t.Helper()
	o := Options{DatasetIDs: []string{"p:t", "p:static", "p:u"}, Static: []string{"p:static"}, Periods: months}
	var err error
	o.Journal, err = journal.Open(path, o.Fingerprint("id"))
	require.NoError(t, err)
	t.Cleanup(func() { o.Journal.Close() })
	return o
}

// collectCopies is collect for responses that are valid until the next one.
func collectCopies(outcomes iter.Seq2[Outcome, error]) ([]Outcome, error) {
	return collect(func(yield func(Outcome, error) bool) {
		for o, err := range outcomes {
			if o.Response != nil {
				r := *o.Response
				r.Results = slices.Clone(r.Results)
				o.Response = &r
			}
			if !yield(o, err) {
				return
			}
		}
	})
}

// requirePeriods requires that every feature has its outcomes, each of its own period.
func requirePeriods(t *testing.T, outcomes []Outcome, n int, slots []slot, failed func(position int, period string) bool) {
	t.Helper()
	require.Len(t, outcomes, n*len(slots))
	for i, o := range outcomes {
		position, s := i/len(slots), slots[i%len(slots)]
		require.Equal(t, feature(position).ID, o.Feature.ID)
		require.Equal(t, s.period, o.Period)
		if failed != nil && failed(position, s.period) {
			require.Error(t, o.Err)
			continue
		}
		require.NoError(t, o.Err)
		require.Len(t, o.Response.Results, len(s.datasets))
		for d, r := range o.Response.Results {
			require.Equal(t, s.datasets[d], r.DatasetID)
			require.Equal(t, "in "+s.period, r.Variable)
			value, _ := r.Value.Float64()
			require.Equal(t, float64(position)/3, value)
		}
	}
}

// Everything is requested once, features are checked once, and a failure in one period does not affect another.
func TestPeriodsAreAskedForOneByOne(t *testing.T) {
	t.Parallel()
	const n = 53
	path := filepath.Join(t.TempDir(), "a.journal")
	o := monthly(t, path)
	poisoned := func(position int, period string) bool { return position == 17 && period == spelt[1] }
	service := &calendar{fail: func(position int, period string) error {
		if poisoned(position, period) {
			return status(500)
		}
		return nil
	}}
	refused := func(position int) bool { return position == 30 }
	checks := map[string]int{}
	o.Check = func(f features.Feature) error {
		checks[f.ID]++
		if refused(f.Index) {
			return &preflight.Error{Code: preflight.ShortRing, Message: "ring 0 has 3 positions"}
		}
		return nil
	}
	o.Total = n
	var last Progress
	o.Progress = func(p Progress) { last = p }
	recording, err := Record(t.Context(), service, someFeatures(n), o)
	require.NoError(t, err)
	require.Equal(t, n, recording.Len())
	assert.Equal(t, []int{4 * n, 4 * n, 4*n - 5, 5}, []int{last.Total, last.Read, last.Done, last.Failed})
	for id, times := range checks {
		assert.Equal(t, 1, times, "%s is judged once", id)
	}
	slots := slotsOf(o.Fingerprint("id"))
	failed := func(position int, period string) bool { return refused(position) || poisoned(position, period) }
	for _, again := range []iter.Seq2[features.Feature, error]{someFeatures(n), nil} {
		got, err := collectCopies(recording.Outcomes(again))
		require.NoError(t, err)
		requirePeriods(t, got, n, slots, failed)
	}
	assert.Len(t, service.pairs, 7*(n-1)-2, "two datasets in three months and one besides, for each feature but those that failed")
	for pair, times := range service.pairs {
		assert.Equal(t, 1, times, pair)
	}
	require.NoError(t, o.Journal.Close())

	for _, all := range []iter.Seq2[features.Feature, error]{someFeatures(n), nil} {
		j, err := journal.Read(path)
		require.NoError(t, err)
		defer j.Close()
		recorded, err := Recorded(j, all)
		require.NoError(t, err)
		got, err := collectCopies(recorded.Outcomes(nil))
		require.NoError(t, err)
		slices.SortStableFunc(got, func(a, b Outcome) int { return strings.Compare(a.Feature.ID, b.Feature.ID) })
		requirePeriods(t, got, n, slots, failed)
	}
}

// A run that was stopped resumes with the pairs that are missing; periods and datasets can be added.
func TestPeriodsGoOnAndGrow(t *testing.T) {
	t.Parallel()
	const n = 100
	path := filepath.Join(t.TempDir(), "a.journal")
	asked := map[string]int{}
	more := true
	for stops := 0; more; stops++ {
		o := monthly(t, path)
		o.BatchSize, o.Concurrency = 10, 2
		drain := make(chan struct{})
		o.Drain = drain
		service := &calendar{stopAt: 4, stop: func() { close(drain) }}
		recording, err := Record(t.Context(), service, someFeatures(n), o)
		for pair, times := range service.pairs {
			asked[pair] += times
		}
		if more = err != nil; more {
			require.ErrorIs(t, err, ErrDrained)
			require.Less(t, stops, 50)
		} else {
			require.Greater(t, stops, 2)
			got, err := collectCopies(recording.Outcomes(nil))
			require.NoError(t, err)
			requirePeriods(t, got, n, slotsOf(o.Fingerprint("id")), nil)
		}
		require.NoError(t, o.Journal.Close())
	}
	require.Len(t, asked, 7*n)
	for pair, times := range asked {
		require.Equal(t, 1, times, pair)
	}

	grow := func(change func(*Options)) *calendar {
		o := Options{DatasetIDs: []string{"p:t", "p:static", "p:u"}, Static: []string{"p:static"}, Periods: months}
		change(&o)
		var err error
		o.Journal, err = journal.Open(path, o.Fingerprint("id"))
		require.NoError(t, err)
		defer o.Journal.Close()
		service := &calendar{}
		recording, err := Record(t.Context(), service, someFeatures(n), o)
		require.NoError(t, err)
		got, err := collectCopies(recording.Outcomes(nil))
		require.NoError(t, err)
		requirePeriods(t, got, n, slotsOf(o.Fingerprint("id")), nil)
		return service
	}
	april := append(slices.Clone(months), cas.Dates{"2020-04-01", "2020-04-30"})
	assert.Len(t, grow(func(o *Options) { o.Periods = april }).pairs, 2*n, "what varies, in April")
	assert.Len(t, grow(func(o *Options) {
		o.Periods, o.DatasetIDs, o.Static = april, append(o.DatasetIDs, "p:v", "p:still"), append(o.Static, "p:still")
	}).pairs, 5*n, "one dataset in four months, and one besides")

	fewer := Options{DatasetIDs: []string{"p:t", "p:static", "p:u"}, Static: []string{"p:static"}, Periods: months}
	_, err := journal.Open(path, fewer.Fingerprint("id"))
	var changed *journal.FingerprintError
	require.ErrorAs(t, err, &changed)
	assert.ErrorContains(t, err, "periods was 4 from "+spelt[0]+" to 2020-04-01T00:00:00/2020-04-30T00:00:00, with 2020-04-01T00:00:00/2020-04-30T00:00:00 and is "+strings.Join(spelt, " "))
	moved := Options{DatasetIDs: []string{"p:t", "p:static", "p:u", "p:v", "p:still"}, Static: []string{"p:still"}, Periods: april}
	_, err = journal.Open(path, moved.Fingerprint("id"))
	require.ErrorAs(t, err, &changed)
	assert.ErrorContains(t, err, "datasets asked for once was p:static p:still and is p:still")
	none := Options{DatasetIDs: moved.DatasetIDs}
	_, err = journal.Open(path, none.Fingerprint("id"))
	require.ErrorAs(t, err, &changed)
}

// A request has one period and as many features as allowed, and features are read only as far as a request and the window need them.
func TestPeriodsFillRequests(t *testing.T) {
	t.Parallel()
	o := Options{DatasetIDs: dataset, BatchSize: 100, Concurrency: 1}
	for day := range 40 {
		date := fmt.Sprintf("2020-%02d-%02d", 1+day/28, 1+day%28)
		o.Periods = append(o.Periods, cas.Dates{date, date})
	}
	const n = 1000
	var read atomic.Int64
	ahead, yielded := 0, 0
	counted := func(yield func(features.Feature, error) bool) {
		for f, err := range someFeatures(n) {
			read.Add(1)
			if !yield(f, err) {
				return
			}
		}
	}
	service := &calendar{}
	seen := map[string]bool{}
	for outcome, err := range Extract(t.Context(), service, counted, o) {
		require.NoError(t, err)
		require.NoError(t, outcome.Err)
		require.Equal(t, "in "+outcome.Period, outcome.Response.Results[0].Variable)
		seen[outcome.Feature.ID+outcome.Period] = true
		yielded++
		ahead = max(ahead, int(read.Load())-yielded/len(o.Periods))
	}
	assert.Equal(t, 40*n, yielded)
	assert.Len(t, seen, 40*n)
	assert.EqualValues(t, n, read.Load())
	assert.LessOrEqual(t, ahead, 3*o.BatchSize, "the round that is asked for, and the next")
	assert.Less(t, service.requests, 2*40*n/100, "not far from the fewest possible")
}

// A service that goes away in the middle of a run costs no feature. Its probes are like the run's requests: with a period for the datasets
// that vary, and without one for the others.
func TestPeriodsSitOutAnOutage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.journal")
	synctest.Test(t, func(t *testing.T) {
		const n = 200
		o := monthly(t, path)
		o.BatchSize = 20
		begun := time.Now()
		away := func() error {
			if since := time.Since(begun); since > time.Second && since < 2*time.Minute {
				return refused
			}
			return nil
		}
		probes := 0
		service := &calendar{takes: 100 * time.Millisecond, fail: func(int, string) error { return away() }, probe: func(r cas.BatchExtractRequest) error {
			probes++
			want := []string{"p:t", "p:u"}
			if r.TimeRange == nil {
				want = o.Static
			}
			assert.Equal(t, want, r.DatasetIDs)
			return away()
		}}
		recording, err := Record(t.Context(), service, someFeatures(n), o)
		require.NoError(t, err)
		assert.Greater(t, probes, 2)
		assert.Greater(t, time.Since(begun), 2*time.Minute)
		got, err := collectCopies(recording.Outcomes(nil))
		require.NoError(t, err)
		requirePeriods(t, got, n, slotsOf(o.Fingerprint("id")), nil)
		for pair, times := range service.pairs {
			assert.Equal(t, 1, times, pair)
		}
		require.NoError(t, o.Journal.Close())
	})
}

func TestPeriodsThatCannotBe(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]Options{
		"TimeRange and Options.Periods: give one": {Periods: months, TimeRange: months[0]},
		"is for runs with Options.Periods":        {Static: dataset},
		"has " + spelt[0] + " twice":              {Periods: []cas.TimeRangeLike{months[0], cas.Dates{"2020-01-01T00:00:00", "2020-01-31"}}},
		"Periods[1] is no period":                 {Periods: []cas.TimeRangeLike{months[0], nil}},
		"names q:x":                               {Periods: months, Static: []string{"q:x"}},
		"no dataset is left":                      {Periods: months, Static: dataset},
	} {
		o.DatasetIDs = dataset
		_, err := collect(Extract(t.Context(), &calendar{}, someFeatures(1), o))
		assert.ErrorContains(t, err, want)
	}
}
