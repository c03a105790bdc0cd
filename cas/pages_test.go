package cas_test

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// catalog lists n items page by page, as the service does, and says the given total.
func catalog(n, total int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		limit, _ := strconv.Atoi(r.FormValue("limit"))
		offset, _ := strconv.Atoi(r.FormValue("offset"))
		name, item := "providers", func(i int) string { return fmt.Sprintf(`{"slug":"p%d"}`, i) }
		if strings.HasSuffix(r.URL.Path, "/datasets") {
			name, item = "datasets", func(i int) string { return fmt.Sprintf(`{"id":"p:%d"}`, i) }
		}
		var items []string
		for i := offset; i < min(offset+limit, n); i++ {
			items = append(items, item(i))
		}
		reply(200, fmt.Sprintf(`{"total":%d,"limit":%d,"offset":%d,"count":%d,"%s":[%s]}`, total, limit, offset, len(items), name, strings.Join(items, ",")))(w, r)
	}
}

// collect counts what is yielded before the error that ends it, if any.
func collect[T any](t *testing.T, seq iter.Seq2[T, error], name func(T) string) (names []string, last error) {
	t.Helper()
	for item, err := range seq {
		require.NoError(t, last, "nothing comes after the error")
		if err != nil {
			assert.Zero(t, item)
			last = err
			continue
		}
		names = append(names, name(item))
	}
	return names, last
}

func slug(p cas.ProviderSummary) string { return p.Slug }

func TestAllProvidersAsksForAThousandAtATime(t *testing.T) {
	t.Parallel()
	for total, why := range map[int]string{2500: "as it is", 7: "too small", 99999: "too large", -1: "junk"} {
		s := serve(t, catalog(2500, total))
		all := s.client(t).AllProviders(t.Context())
		for loop := 1; loop <= 2; loop++ {
			names, err := collect(t, all, slug)
			require.NoError(t, err)
			require.Len(t, names, 2500, "total is %s", why)
			for i, name := range names {
				require.Equal(t, fmt.Sprint("p", i), name)
			}
		}
		var uris []string
		for _, r := range s.Requests() {
			uris = append(uris, r.URI)
		}
		want := []string{"/api/v1/providers?limit=1000", "/api/v1/providers?limit=1000&offset=1000", "/api/v1/providers?limit=1000&offset=2000"}
		if total > 2500 { // there may be more, on a page that was cut
			want = append(want, "/api/v1/providers?limit=1000&offset=2500")
		}
		assert.Equal(t, slices.Concat(want, want), uris, "total is %s", why)
	}
}

func TestAllDatasetsTakesItsPagesFromTheFilter(t *testing.T) {
	t.Parallel()
	s := serve(t, catalog(30, 30))
	filter := cas.DatasetFilter{Provider: "p", Page: cas.Page{Limit: 10, Offset: 15}}
	names, err := collect(t, s.client(t).AllDatasets(t.Context(), filter), func(d cas.Dataset) string { return d.ID })
	require.NoError(t, err)
	assert.Len(t, names, 15)
	assert.Equal(t, "p:15", names[0])
	var uris []string
	for _, r := range s.Requests() {
		uris = append(uris, r.URI)
	}
	assert.Equal(t, []string{"/api/v1/datasets?provider=p&limit=10&offset=15", "/api/v1/datasets?provider=p&limit=10&offset=25"}, uris)
}

func TestAnIteratorStopsAtABreakAndAfterAnError(t *testing.T) {
	t.Parallel()
	s := serve(t, catalog(2500, 2500))
	n := 0
	for range s.client(t).AllProviders(t.Context()) {
		if n++; n == 1000 {
			break
		}
	}
	assert.Len(t, s.Requests(), 1, "the next page is not asked for before it is needed")

	s = serve(t, catalog(2500, 2500), failing(500))
	names, err := collect(t, s.client(t).AllProviders(t.Context()), slug)
	assert.Len(t, names, 1000)
	assert.ErrorIs(t, err, cas.ErrInternal)
	assert.Len(t, s.Requests(), 2)

	s = serve(t, catalog(0, 0))
	names, err = collect(t, s.client(t).AllProviders(t.Context()), slug)
	assert.NoError(t, err)
	assert.Empty(t, names)
	assert.Len(t, s.Requests(), 1)
}

// details is a service of n providers, whose answers come after delays that disorder them. It counts those under way.
type details struct {
	n         int
	failing   int // index of the provider that answers 404
	under     atomic.Int64
	most      atomic.Int64
	abandoned atomic.Int64
}

func (d *details) serve(w http.ResponseWriter, r *http.Request) {
	slug, one := strings.CutPrefix(r.URL.Path, "/api/v1/providers/")
	if !one {
		catalog(d.n, d.n)(w, r)
		return
	}
	under := d.under.Add(1)
	defer d.under.Add(-1)
	for most := d.most.Load(); under > most && !d.most.CompareAndSwap(most, under); most = d.most.Load() {
	}
	i, _ := strconv.Atoi(strings.TrimPrefix(slug, "p"))
	after(time.Duration(1+(i*7)%5)*time.Second, func(w http.ResponseWriter, r *http.Request) {
		if i == d.failing {
			reply(404, `{"detail":"gone"}`)(w, r)
			return
		}
		reply(200, fmt.Sprintf(`{"slug":%q,"datasets":[]}`, slug))(w, r)
	})(w, r)
	if r.Context().Err() != nil {
		d.abandoned.Add(1)
	}
}

func detailSlug(p *cas.ProviderDetail) string { return p.Slug }

func TestProviderDetailsComeInOrderAndAFewAtATime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := &details{n: 50, failing: -1}
		s, client := serveInBubble(t, nil, d.serve)
		names, err := collect(t, client.ProviderDetails(t.Context()), detailSlug)
		require.NoError(t, err)
		require.Len(t, names, 50)
		for i, name := range names {
			assert.Equal(t, fmt.Sprint("p", i), name)
		}
		assert.EqualValues(t, 8, d.most.Load())
		assert.Len(t, s.Requests(), 51)
	})
}

// Also while the consumer is slow: what it has not taken counts.
func TestProviderDetailsDoNotRunAheadOfASlowConsumer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := &details{n: 50, failing: -1}
		s, client := serveInBubble(t, nil, d.serve)
		n := 0
		for _, err := range client.ProviderDetails(t.Context()) {
			require.NoError(t, err)
			n++
			time.Sleep(time.Minute)
			assert.LessOrEqual(t, len(s.Requests())-1, n+9, "eight details, and the end of the list")
		}
		assert.Equal(t, 50, n)
		assert.LessOrEqual(t, d.most.Load(), int64(8))
	})
}

// In the bubble a goroutine or a request that is left behind is a deadlock, which fails the test.
func TestProviderDetailsLeaveNothingBehind(t *testing.T) {
	bubble(t, func(t *testing.T) { // after an error, which comes in its place
		d := &details{n: 50, failing: 10}
		_, client := serveInBubble(t, nil, d.serve)
		names, err := collect(t, client.ProviderDetails(t.Context()), detailSlug)
		assert.Len(t, names, 10)
		assert.ErrorIs(t, err, cas.ErrNotFound)
	})
	bubble(t, func(t *testing.T) { // after a break
		d := &details{n: 50, failing: -1}
		s, client := serveInBubble(t, nil, d.serve)
		for range client.ProviderDetails(t.Context()) {
			break
		}
		sent := len(s.Requests())
		time.Sleep(time.Hour)
		assert.Len(t, s.Requests(), sent)
		assert.Zero(t, d.under.Load())
		assert.Positive(t, d.abandoned.Load(), "those under way were ended")
	})
	bubble(t, func(t *testing.T) { // after a panic
		d := &details{n: 50, failing: -1}
		_, client := serveInBubble(t, nil, d.serve)
		assert.Panics(t, func() {
			for range client.ProviderDetails(t.Context()) {
				panic("consumer")
			}
		})
	})
	bubble(t, func(t *testing.T) { // when the context ends
		d := &details{n: 50, failing: -1}
		_, client := serveInBubble(t, nil, d.serve)
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		_, err := collect(t, client.ProviderDetails(ctx), detailSlug)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
	bubble(t, func(t *testing.T) { // when the list fails
		_, client := serveInBubble(t, nil, failing(401))
		names, err := collect(t, client.ProviderDetails(t.Context()), detailSlug)
		assert.Empty(t, names)
		assert.ErrorIs(t, err, cas.ErrUnauthorized)
	})
}

// A context that ends while the consumer looks at the last item changes nothing: all have come.
func TestProviderDetailsThatAreCompleteEndWithoutAnError(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := &details{n: 3, failing: -1}
		_, client := serveInBubble(t, nil, d.serve)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := 0
		for _, err := range client.ProviderDetails(ctx) {
			require.NoError(t, err)
			if n++; n == 3 {
				time.Sleep(time.Minute)
				cancel()
			}
		}
		assert.Equal(t, 3, n)
	})
}

// Something on the way that drops the query gives the first page for ever.
func TestAPageOtherThanTheOneAskedForEndsTheList(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = "limit=1000"
		catalog(2500, 2500)(w, r)
	})
	names, err := collect(t, s.client(t).AllProviders(t.Context()), slug)
	require.ErrorIs(t, err, cas.ErrMalformedResponse)
	assert.ErrorContains(t, err, "asked for the items from 1000 on, the answer has those from 0 on")
	assert.Len(t, names, 1000)
	assert.Len(t, s.Requests(), 2)

	// A limit that is dropped costs requests, and nothing else.
	s = serve(t, func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = "limit=100&offset=" + r.FormValue("offset")
		r.Form = nil
		catalog(222, 222)(w, r)
	})
	names, err = collect(t, s.client(t).AllProviders(t.Context()), slug)
	require.NoError(t, err)
	assert.Len(t, names, 222)
	assert.Len(t, s.Requests(), 3)
}

func TestAListOfOnePageIsOneRequest(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 222, 999} {
		s := serve(t, catalog(n, n))
		names, err := collect(t, s.client(t).AllProviders(t.Context()), slug)
		require.NoError(t, err)
		assert.Len(t, names, n)
		assert.Len(t, s.Requests(), 1)
	}
}
