package cas_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/reuse"
)

// nth is the n-th response of a batch, told apart by its hash.
func nth(n int) string {
	return fmt.Sprintf(`{"request_id":"e%d","geometry_hash":"h%d","results":[],"warnings":["w"],"elapsed_ms":0}`, n, n)
}

// batchAnswer is the answer to a batch of n.
func batchAnswer(n int) string {
	responses := make([]string, n)
	for i := range responses {
		responses[i] = nth(i)
	}
	return fmt.Sprintf(`{"request_id":"b1","responses":[%s],"total_geometries":%d,"total_results":0,"elapsed_ms":0}`, strings.Join(responses, ","), n)
}

// cutBehind breaks the transfer of a batch of n off in the midst of a response.
func cutBehind(n, whole int) http.HandlerFunc {
	answer := batchAnswer(n)
	cut := strings.Index(answer, nth(whole)) + 20
	return rawReply(false, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-ID: %s\r\nContent-Length: %d\r\n\r\n%s", headerID, len(answer), answer[:cut])
}

// hashes are those of the responses that were yielded, and the error that came last.
func hashes(t *testing.T, stream func(func(*cas.AttributeResponse, error) bool)) (got string, last error) {
	t.Helper()
	for response, err := range stream {
		require.NoError(t, last, "nothing comes after the error")
		if err != nil {
			assert.Nil(t, response)
			last = err
			continue
		}
		got += response.GeometryHash
	}
	return got, last
}

func TestAStreamYieldsEveryResponseInOrder(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, batchAnswer(10)))
	var info cas.ResponseInfo
	stream := s.client(t).StreamBatch(t.Context(), aBatch(1000), cas.WithResponseInfo(&info))
	for n := 1; n <= 2; n++ {
		got, err := hashes(t, stream)
		require.NoError(t, err)
		assert.Equal(t, "h0h1h2h3h4h5h6h7h8h9", got)
		assert.Len(t, s.Requests(), n, "a second loop asks again")
		assert.Equal(t, s.Requests()[0].Body, s.Last(t).Body)
	}
	assert.Equal(t, headerID, info.Header.Get("X-Request-ID"))
	assert.Equal(t, cas.ResponseInfo{StatusCode: 200, Header: info.Header, RequestID: headerID, Attempts: 1, Elapsed: info.Elapsed, Bytes: int64(len(batchAnswer(10)))}, info)
}

// A transfer that is cut is asked for again and goes on behind what was yielded.
func TestAStreamThatIsCutGoesOnBehindWhatWasYielded(t *testing.T) {
	t.Parallel()
	retry := cas.WithRetry(cas.RetryPolicy{MaxAttempts: 6, MaxBackoff: 1})
	s := serve(t, cutBehind(5, 2), cutBehind(5, 1), failing(503), cutBehind(5, 2), cutBehind(5, 4), reply(200, batchAnswer(5)))
	got, err := hashes(t, s.client(t, retry).StreamBatch(t.Context(), aBatch(5)))
	require.NoError(t, err)
	assert.Equal(t, "h0h1h2h3h4", got)
	requests := s.Requests()
	require.Len(t, requests, 6)
	for _, r := range requests {
		assert.Equal(t, requests[0].Body, r.Body)
	}
}

// What fails in the end is yielded last, once, behind what had come.
func TestAStreamThatFailsSaysSoOnceAndLast(t *testing.T) {
	t.Parallel()
	behind := strings.Replace(batchAnswer(3), `"elapsed_ms":0}`+`]`, `"elapsed_ms":"0"}]`, 1)
	for name, c := range map[string]struct {
		script   []http.HandlerFunc
		got, is  string
		attempts int
	}{
		"cut every time":         {[]http.HandlerFunc{cutBehind(5, 2)}, "h0h1", "ErrMalformedResponse", 4},
		"refused the next time":  {[]http.HandlerFunc{cutBehind(5, 2), failing(422)}, "h0h1", "ErrValidation", 2},
		"shorter the next time":  {[]http.HandlerFunc{cutBehind(5, 2), reply(200, batchAnswer(1))}, "h0h1", "ErrMalformedResponse", 2},
		"malformed at the third": {[]http.HandlerFunc{reply(200, behind)}, "h0h1", "ErrMalformedResponse", 1},
		"null at the third":      {[]http.HandlerFunc{reply(200, strings.Replace(batchAnswer(3), nth(2), "null", 1))}, "h0h1", "ErrMalformedResponse", 1},
		"no comma":               {[]http.HandlerFunc{reply(200, strings.Replace(batchAnswer(3), "},{", "} {", 1))}, "h0", "ErrMalformedResponse", 1},
		"a comma too many":       {[]http.HandlerFunc{reply(200, strings.Replace(batchAnswer(3), "}]", "},]", 1))}, "h0h1h2", "ErrMalformedResponse", 1},
		"no request id":          {[]http.HandlerFunc{reply(200, strings.Replace(batchAnswer(2), `"request_id":"b1",`, "", 1))}, "h0h1", "ErrMalformedResponse", 1},
		"responses twice":        {[]http.HandlerFunc{reply(200, `{"request_id":"b","responses":[`+nth(0)+`],"responses":[`+nth(1)+`]}`)}, "h0", "ErrMalformedResponse", 1},
		"text behind":            {[]http.HandlerFunc{reply(200, batchAnswer(2)+"x")}, "h0h1", "ErrMalformedResponse", 1},
		"not UTF-8 at the end":   {[]http.HandlerFunc{reply(200, strings.TrimSuffix(batchAnswer(2), "}")+",\"x\":\"\xff\"}")}, "h0h1", "ErrMalformedResponse", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.script...)
			got, err := hashes(t, s.client(t, cas.WithRetry(cas.RetryPolicy{MaxBackoff: 1})).StreamBatch(t.Context(), aBatch(5)))
			assert.Equal(t, c.got, got)
			assert.Equal(t, c.is, kinds(err))
			assert.Equal(t, c.attempts, asError(t, err).Attempts)
			assert.Len(t, s.Requests(), c.attempts)
		})
	}
}

// slowly sends a response of a batch of n every so often, with an end if whole.
func slowly(n int, pause time.Duration, whole bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		send := func(text string) {
			_, _ = io.WriteString(w, text)
			_ = http.NewResponseController(w).Flush()
		}
		w.Header().Set("Content-Type", "application/json")
		send(`{"request_id":"b1","responses":[`)
		for i := range n {
			after(pause, func(http.ResponseWriter, *http.Request) { send(nth(i)) })(w, r)
			if i < n-1 {
				send(",")
			}
		}
		if !whole {
			stall(w, r)
			return
		}
		send(`]}`)
	}
}

func TestAStreamYieldsAResponseAsSoonAsItIsThere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, client := serveInBubble(t, nil, slowly(5, time.Second, true))
		started, n := time.Now(), 0
		for _, err := range client.StreamBatch(t.Context(), aBatch(5)) {
			require.NoError(t, err)
			n++
			assert.Equal(t, time.Duration(n)*time.Second, time.Since(started))
		}
		assert.Equal(t, 5, n)
	})
}

// The time that the consumer takes is not the service's, which still has its limit.
func TestTheTimeoutOfAStreamLeavesOutTheConsumersTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, client := serveInBubble(t, []cas.Option{cas.WithTimeout(10 * time.Second)}, slowly(5, time.Second, true))
		n := 0
		for _, err := range client.StreamBatch(t.Context(), aBatch(5)) {
			require.NoError(t, err)
			n++
			time.Sleep(time.Hour)
		}
		assert.Equal(t, 5, n)
	})
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithTimeout(10 * time.Second)}, slowly(5, 6*time.Second, true))
		got, err := hashes(t, client.StreamBatch(t.Context(), aBatch(5)))
		assert.Equal(t, "h0", got, "the second would come after 12 s")
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Len(t, s.Requests(), 1)
	})
	bubble(t, func(t *testing.T) {
		_, client := serveInBubble(t, []cas.Option{cas.WithTimeout(10 * time.Second)}, slowly(1, 4*time.Second, false))
		var taken time.Duration
		started := time.Now()
		for _, err := range client.StreamBatch(t.Context(), aBatch(5)) {
			if err == nil {
				time.Sleep(time.Hour)
				taken = time.Hour
			}
		}
		assert.Equal(t, taken+10*time.Second, time.Since(started), "what is left goes on to count")
	})
}

// A consumer that breaks off ends the request, a context that ends while it is at work is found with the next response.
func TestAStreamEndsWithItsConsumerOrItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		gone := make(chan struct{})
		endless := func(w http.ResponseWriter, r *http.Request) {
			defer close(gone)
			slowly(1, 0, false)(w, r)
		}
		_, client := serveInBubble(t, nil, endless)
		for range client.StreamBatch(t.Context(), aBatch(1000)) {
			break
		}
		<-gone
	})
	bubble(t, func(t *testing.T) {
		why := errors.New("enough")
		s, client := serveInBubble(t, nil, slowly(3, time.Second, true))
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		n := 0
		for _, err := range client.StreamBatch(ctx, aBatch(3)) {
			if n++; n == 1 {
				require.NoError(t, err)
				cancel(why)
				continue
			}
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, why)
		}
		assert.Equal(t, 2, n)
		assert.Len(t, s.Requests(), 1)
	})
}

// The request is read when StreamBatch is called, not when the loop begins.
func TestAStreamsRequestMayBeChangedAfterwards(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, emptyBatch))
	text := []byte(`{"type":"Point","coordinates":[1,2]}`)
	ids := []string{"a:b"}
	stream := s.client(t).StreamBatch(t.Context(), cas.BatchExtractRequest{Geometries: []cas.GeometryLike{text}, DatasetIDs: ids})
	clear(text)
	ids[0] = "changed"
	_, err := hashes(t, stream)
	require.NoError(t, err)
	assert.Equal(t, `{"geometries":[{"type":"Point","coordinates":[1,2]}],"dataset_ids":["a:b"]}`, s.Last(t).Body)
}

// Memory holds a response, not the batch: here 64 MiB of them.
func TestAStreamHoldsOneResponseAtATime(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"request_id":"b1","responses":[`)
		warning := strings.Repeat("x", 64<<10)
		for i := range 1000 {
			if i > 0 {
				_, _ = io.WriteString(w, ",")
			}
			_, _ = fmt.Fprintf(w, `{"request_id":"e","geometry_hash":"h%d","results":[],"warnings":["%s"],"elapsed_ms":0}`, i, warning)
		}
		_, _ = io.WriteString(w, `]}`)
	})
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, n := heap(), 0
	for response, err := range s.client(t).StreamBatch(t.Context(), aBatch(1000)) {
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("h%d", n), response.GeometryHash)
		if n++; n%200 == 0 {
			assert.Less(t, int64(heap())-int64(before), int64(8<<20))
		}
	}
	assert.Equal(t, 1000, n)
}

// What was yielded stays as it is while more comes.
func TestWhatAStreamYieldedIsTheCallersToKeep(t *testing.T) {
	t.Parallel()
	one := strings.TrimSuffix(strings.SplitN(captured(t, "batch_3_ok"), `"responses":[`, 2)[1], `],"total_geometries"`)
	one = one[:strings.Index(one, `,{"request_id"`)]
	s := serve(t, reply(200, `{"request_id":"b","responses":[`+strings.Repeat(one+",", 499)+one+`]}`))
	var kept []*cas.AttributeResponse
	for response, err := range s.client(t).StreamBatch(t.Context(), aBatch(500)) {
		require.NoError(t, err)
		kept = append(kept, response)
	}
	require.Len(t, kept, 500)
	want := response(t, one)
	for _, got := range kept {
		require.Equal(t, want, got)
	}
}

// In a context of reuse.Responses the same comes in the same memory, whatever came before, also behind a transfer that was cut.
func TestAStreamThatReusesItsMemory(t *testing.T) {
	t.Parallel()
	s := serve(t, cutBehind(10, 4), reply(200, captured(t, "batch_3_ok")))
	client := s.client(t)
	var all []string
	var first *cas.AttributeResponse
	for response, err := range client.StreamBatch(reuse.Responses(t.Context()), aBatch(10)) {
		if err != nil {
			assert.ErrorIs(t, err, cas.ErrMalformedResponse, "the second answer is a shorter one")
			break
		}
		if first == nil {
			first = response
		}
		assert.Same(t, first, response)
		all = append(all, response.GeometryHash)
	}
	assert.Equal(t, []string{"h0", "h1", "h2", "h3"}, all)

	s = serve(t, reply(200, captured(t, "batch_3_ok")), reply(200, captured(t, "batch_3_ok")))
	client = s.client(t)
	want, err := client.BatchExtract(t.Context(), aBatch(3))
	require.NoError(t, err)
	n := 0
	for response, err := range client.StreamBatch(reuse.Responses(t.Context()), aBatch(3)) {
		require.NoError(t, err)
		assert.Equal(t, want.Responses[n], *response)
		n++
	}
	assert.Equal(t, len(want.Responses), n)
}
