package bulk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

var refused = transport(&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")})

// faulty is a service that takes 5 ms for a feature. From its first second on, it does to every request what fault says, for some time.
func faulty(t *testing.T, from, length time.Duration, fault func(ctx context.Context) error) *fake {
	begun := time.Now()
	trouble := func(ctx context.Context) error {
		if since := time.Since(begun); since >= from && since < from+length {
			return fault(ctx)
		}
		return nil
	}
	return &fake{point: trouble, answer: func(ctx context.Context, positions []int) error {
		if err := trouble(ctx); err != nil {
			return err
		}
		if err := wait(ctx, time.Duration(len(positions))*5*time.Millisecond); err != nil {
			return err
		}
		return trouble(ctx)
	}}
}

func always(err error) func(context.Context) error { return func(context.Context) error { return err } }

// hangs simulates a request that times out.
func hangs(ctx context.Context) error {
	if err := wait(ctx, 2*time.Minute); err != nil {
		return transport(timeout{})
	}
	return transport(timeout{})
}

var outages = map[string]func(context.Context) error{
	"refuses connections": always(refused),
	"drops connections":   always(transport(io.EOF)),
	"cuts its answers":    always(&cas.Error{StatusCode: 200, Type: cas.ErrorTypeMalformed}),
	"answers 500":         always(status(500)),
	"answers 502":         always(status(502)),
	"answers 503":         always(status(503)),
	"answers 504":         always(status(504)),
	"answers 429":         always(&cas.Error{StatusCode: 429, RetryAfter: 7 * time.Second}),
	"hangs":               hangs,
	"answers 413":         always(&cas.Error{StatusCode: 413, Type: cas.ErrorTypeHTTP}),
	"a gateway's 400":     always(&cas.Error{StatusCode: 400, Type: cas.ErrorTypeHTTP}),
	"a gateway's 404":     always(&cas.Error{StatusCode: 404, Type: cas.ErrorTypeHTTP}),
	"a gateway's 405":     always(&cas.Error{StatusCode: 405, Type: cas.ErrorTypeHTTP}),
	"a gateway's 422":     always(&cas.Error{StatusCode: 422, Type: cas.ErrorTypeHTTP}),
	"a gateway's 499":     always(&cas.Error{StatusCode: 499, Type: cas.ErrorTypeHTTP}),
	"redirects":           always(&cas.Error{StatusCode: 302, Type: cas.ErrorTypeRedirect}),
}

// endsAtOnce are the outages that mean a wrong address where the service has not answered before.
var endsAtOnce = []string{"a gateway's 404", "a gateway's 405", "redirects"}

// Whatever a service does while it is away for a minute, every feature gets its answer, and is requested again at most once for each
// request that was lost.
func TestAnOutageCostsNothing(t *testing.T) {
	for name, fault := range outages {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				length := time.Minute
				if name == "hangs" {
					length = 5 * time.Minute // a request times out after two
				}
				service := faulty(t, time.Second, length, fault)
				begun := time.Now()
				var said []Progress
				outcomes, err := collect(Extract(t.Context(), service, someFeatures(5000), Options{
					DatasetIDs: dataset, Progress: func(p Progress) { said = append(said, p) },
				}))
				require.NoError(t, err)
				require.Empty(t, requireWhole(t, outcomes, 5000))
				assert.Less(t, time.Since(begun), length+3*time.Minute)
				assert.Less(t, service.probes, 20)
				i := slices.IndexFunc(said, func(p Progress) bool { return p.Waiting != Waiting{} })
				require.GreaterOrEqual(t, i, 0, "it is said")
				assert.Equal(t, 30*time.Minute, said[i].Waiting.Most)
				assert.Zero(t, said[len(said)-1].Waiting)
				t.Log(said[i].Waiting.Reason)
			})
		})
	}
}

// A service that stays away ends the run: after half an hour, after ten seconds if it never answered, and at once if the run does not
// wait. No feature fails because of it.
func TestAnOutageWithoutEnd(t *testing.T) {
	for name, fault := range outages {
		t.Run(name, func(t *testing.T) {
			for _, c := range []struct{ from, wait, least, most time.Duration }{
				{time.Second, 0, 30 * time.Minute, 36 * time.Minute},
				{time.Second, time.Minute, time.Minute, 7 * time.Minute},
				{0, 0, 5 * time.Second, 6 * time.Minute},
				{time.Second, -1, 0, 6 * time.Minute},
			} {
				if c.from == 0 && (name == "answers 429" || slices.Contains(endsAtOnce, name)) {
					continue // the service is up, or will never be
				}
				synctest.Test(t, func(t *testing.T) {
					service := faulty(t, c.from, 1000*time.Hour, fault)
					begun := time.Now()
					outcomes, err := collect(Extract(t.Context(), service, someFeatures(20000), Options{DatasetIDs: dataset, Wait: c.wait}))
					require.ErrorIs(t, err, ErrUnavailable)
					for _, o := range outcomes {
						require.NoError(t, o.Err)
					}
					took := time.Since(begun) - c.from
					if name == "answers 429" {
						took += 8 * time.Second // it asks to wait for longer than is left
					}
					assert.GreaterOrEqual(t, took, c.least, "%+v: %v", c, err)
					assert.LessOrEqual(t, took, c.most, "%+v: %v", c, err)
				})
			}
		})
	}
}

func TestALongRetryAfterIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		opens := begun.Add(10 * time.Minute)
		limited := func(context.Context) error {
			if left := time.Until(opens); left > 0 {
				return &cas.Error{StatusCode: 429, RetryAfter: left.Truncate(time.Second)}
			}
			return nil
		}
		service := &fake{point: limited, answer: func(ctx context.Context, _ []int) error { return limited(ctx) }}
		outcomes, err := collect(Extract(t.Context(), service, someFeatures(100), Options{DatasetIDs: dataset}))
		require.NoError(t, err)
		require.Empty(t, requireWhole(t, outcomes, 100))
		assert.InDelta(t, 10*time.Minute, time.Since(begun), float64(5*time.Second))
		assert.Equal(t, 1, service.probes)

		opens = time.Now().Add(2 * time.Hour)
		begun = time.Now()
		_, err = collect(Extract(t.Context(), service, someFeatures(100), Options{DatasetIDs: dataset}))
		require.ErrorIs(t, err, ErrUnavailable)
		require.ErrorContains(t, err, "asks to wait 2h0m0s (429)")
		assert.Zero(t, time.Since(begun))
	})
}

// One poisoned feature in a thousand, which holds its request for a minute, holds up nothing else.
func TestPoisonHoldsNobodyUp(t *testing.T) {
	for _, recording := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			var harmless atomic.Int64
			service := &fake{answer: func(ctx context.Context, positions []int) error {
				for _, p := range positions {
					if p%1000 == 500 {
						if err := wait(ctx, time.Second); err != nil {
							return err
						}
						return status(500)
					}
				}
				err := wait(ctx, time.Duration(len(positions))*5*time.Millisecond)
				if harmless.Add(int64(len(positions))) == 19_980 {
					t.Logf("the others have their answers after %v", time.Since(begun))
				}
				return err
			}}
			o := Options{DatasetIDs: dataset, Total: 20000}
			var last Progress
			o.Progress = func(p Progress) { last = p }
			if recording {
				o.Journal = openJournal1(t, journalPath(t))
				recording, err := Record(t.Context(), service, someFeatures(20000), o)
				require.NoError(t, err)
				require.Equal(t, 20000, recording.Len())
				failed := 0
				for outcome, err := range recording.Outcomes(nil) {
					require.NoError(t, err)
					if outcome.Err != nil {
						require.Equal(t, 500, outcome.Feature.Index%1000)
						failed++
					}
				}
				require.Equal(t, 20, failed)
				require.Equal(t, []int{19980, 20}, []int{last.Done, last.Failed})
			} else {
				outcomes, err := collect(Extract(t.Context(), service, someFeatures(20000), o))
				require.NoError(t, err)
				require.Len(t, requireWhole(t, outcomes, 20000), 20)
			}
			asked := service.asked()
			require.LessOrEqual(t, len(asked), 20000)
			t.Logf("all is done after %v, %d requests, %d probes", time.Since(begun), len(service.requests), service.probes)
		})
	}
}

// A feature that failed alone once, and would not fail again, gets its answer in the end.
func TestTheLastRound(t *testing.T) {
	for _, recording := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var alone atomic.Int64
			service := &fake{answer: func(_ context.Context, positions []int) error {
				if slices.Contains(positions, 333) && (len(positions) > 1 || alone.Add(1) == 1) {
					return status(500)
				}
				return nil
			}}
			o := Options{DatasetIDs: dataset}
			if recording {
				o.Journal = openJournal1(t, journalPath(t))
				r, err := Record(t.Context(), service, someFeatures(1000), o)
				require.NoError(t, err)
				for outcome, err := range r.Outcomes(nil) {
					require.NoError(t, err)
					require.NoError(t, outcome.Err)
				}
				require.Equal(t, []int{1000, 0}, []int{o.Journal.State().Done, o.Journal.State().Failed})
				return
			}
			outcomes, err := collect(Extract(t.Context(), service, someFeatures(1000), o))
			require.NoError(t, err)
			require.Empty(t, requireWhole(t, outcomes, 1000))
		})
	}
}

// No request succeeds, although the service is up: those few features are to blame.
func TestFeaturesThatAllFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &fake{answer: func(context.Context, []int) error { return status(500) }}
		outcomes, err := collect(Extract(t.Context(), service, someFeatures(50), Options{DatasetIDs: dataset}))
		require.NoError(t, err)
		require.Len(t, requireWhole(t, outcomes, 50), 50)
		assert.Less(t, service.probes, 60)
	})
}

// The end of a run ends every wait, but not a request that was sent.
func TestDrainCutsEveryWait(t *testing.T) {
	for name, fault := range outages {
		if name == "hangs" {
			continue // the run waits for requests in flight
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := faulty(t, time.Second, time.Hour, fault)
				drain := make(chan struct{})
				var drained time.Time
				time.AfterFunc(10*time.Minute, func() { drained = time.Now(); close(drain) })
				_, err := collect(Extract(t.Context(), service, someFeatures(20000), Options{DatasetIDs: dataset, Drain: drain}))
				require.ErrorIs(t, err, ErrDrained)
				assert.Zero(t, time.Since(drained))
			})
		})
	}
}

// A probe that hangs is ended, too.
func TestDrainCutsAProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := faulty(t, time.Second, time.Hour, always(refused))
		service.point = func(ctx context.Context) error { return wait(ctx, time.Hour) }
		drain := make(chan struct{})
		time.AfterFunc(2*time.Second, func() { close(drain) })
		begun := time.Now()
		_, err := collect(Extract(t.Context(), service, someFeatures(20000), Options{DatasetIDs: dataset, Drain: drain}))
		require.ErrorIs(t, err, ErrDrained)
		assert.Equal(t, 2*time.Second, time.Since(begun))
	})
}

// A request that waits for the rate limit of its client is given up when the run ends.
func TestDrainCutsTheClientsPace(t *testing.T) {
	defer goleak.VerifyNone(t)
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	}))
	defer server.Close()
	client, err := cas.NewClient(server.URL, cas.WithRequestsPerMinute(1))
	require.NoError(t, err)
	defer client.Close()
	drain := make(chan struct{})
	time.AfterFunc(300*time.Millisecond, func() { close(drain) })
	begun := time.Now()
	_, err = collect(Extract(t.Context(), client, someFeatures(100), Options{DatasetIDs: dataset, Drain: drain}))
	require.ErrorIs(t, err, ErrDrained)
	assert.Less(t, time.Since(begun), 2*time.Second)
	assert.EqualValues(t, 1, requests.Load())
}

func TestAServiceThatIsNotThereEndsTheRun(t *testing.T) {
	defer goleak.VerifyNone(t)
	server := httptest.NewServer(http.NotFoundHandler())
	address := server.URL
	server.Close()
	client, err := cas.NewClient(address)
	require.NoError(t, err)
	defer client.Close()
	begun := time.Now()
	outcomes, err := collect(Extract(t.Context(), client, someFeatures(1000), Options{DatasetIDs: dataset, Wait: 2 * time.Second}))
	require.ErrorIs(t, err, ErrUnavailable)
	require.ErrorContains(t, err, "the service cannot be reached")
	require.Empty(t, outcomes)
	assert.InDelta(t, 2, time.Since(begun).Seconds(), 1)
}

// A proxy that wants a password, or forbids the service, is no outage.
func TestAProxyThatRefusesEndsTheRun(t *testing.T) {
	for _, status := range []int{http.StatusProxyAuthRequired, http.StatusForbidden} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		defer proxy.Close()
		u, err := url.Parse(proxy.URL)
		require.NoError(t, err)
		transport := cas.NewTransport()
		transport.Proxy = http.ProxyURL(u)
		client, err := cas.NewClient("https://cas.test", cas.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		_, err = collect(Extract(t.Context(), client, someFeatures(40), Options{DatasetIDs: dataset}))
		require.ErrorContains(t, err, "NO_PROXY")
		require.NotErrorIs(t, err, ErrUnavailable)
	}
}

// Every second request goes to a service that is away: a probe, which is two requests, finds the other one all the same.
func TestOneOfTwoServicesIsAway(t *testing.T) {
	for _, status := range []int{http.StatusBadGateway, http.StatusServiceUnavailable} {
		there := castest.NewServer()
		defer there.Close()
		u, err := url.Parse(there.URL())
		require.NoError(t, err)
		proxy := httputil.NewSingleHostReverseProxy(u)
		var n atomic.Int64
		balancer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1)%2 == 1 {
				w.WriteHeader(status)
				return
			}
			proxy.ServeHTTP(w, r)
		}))
		defer balancer.Close()
		client, err := cas.NewClient(balancer.URL)
		require.NoError(t, err)
		defer client.Close()
		outcomes, err := collect(Extract(t.Context(), client, someFeatures(40), Options{DatasetIDs: []string{"local_dem:elevation"}, Concurrency: 1, Wait: 3 * time.Second}))
		require.NoError(t, err)
		require.Len(t, outcomes, 40)
		for _, o := range outcomes {
			require.NoError(t, o.Err)
		}
	}
}

// A dataset that all features lack for the same reason ends a new run, but not a resumed one.
func TestAHopelessDatasetEndsTheRun(t *testing.T) {
	both := []string{"p:x", "p:y"}
	run := func(reason func(position int) string, o Options) error {
		service := &fake{respond: func(position int, r *cas.AttributeResponse) {
			if text := reason(position); text != "" {
				r.Results, r.Warnings = r.Results[:1], []string{"p:y: " + text}
			}
		}}
		o.DatasetIDs = both
		_, err := collect(Extract(t.Context(), service, someFeatures(1000), o))
		return err
	}
	same := func(position int) string { return fmt.Sprintf("unknown dataset (request %x)", 1<<40+position*7919) }
	err := run(same, Options{})
	var hopeless *HopelessError
	require.ErrorAs(t, err, &hopeless)
	require.ErrorContains(t, err, "none of the first 200 features has a result for p:y (unknown dataset (request ")
	require.NoError(t, run(func(p int) string {
		if p == 150 {
			return ""
		}
		return same(p)
	}, Options{}))
	require.NoError(t, run(func(p int) string { return []string{"here", "there"}[p%2] }, Options{}))

	j, err := openFor(t, journalPath(t), both)
	require.NoError(t, err)
	require.ErrorAs(t, run(same, Options{Journal: j}), &hopeless)
	require.GreaterOrEqual(t, j.State().Failed, 200)
	require.NoError(t, run(same, Options{Journal: j}), "who goes on knows")
}
