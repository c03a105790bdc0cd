package cas_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// failing answers every status with a body of its own.
func failing(status int, headers ...string) http.HandlerFunc {
	return reply(status, fmt.Sprintf(`{"error":{"type":"t","message":"m","request_id":"r%d"}}`, status), headers...)
}

func TestTheStatusDecidesWhetherAnAttemptIsRepeated(t *testing.T) {
	repeated := map[int]bool{408: true, 425: true, 429: true, 500: true, 502: true, 503: true, 504: true}
	statuses := []int{
		300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 415, 418, 421, 422, 425, 426, 429, 431,
		500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 599, 600, 999,
	}
	bubble(t, func(t *testing.T) {
		for _, status := range statuses {
			for operation, op := range operations {
				s, client := serveInBubble(t, nil, failing(status))
				var info cas.ResponseInfo
				err := op.call(t, client, cas.WithResponseInfo(&info))
				want := 1
				if repeated[status] {
					want = 4
				}
				assert.Len(t, s.Requests(), want, "%d %s", status, operation)
				e := asError(t, err)
				assert.Equal(t, want, e.Attempts)
				assert.Equal(t, want, info.Attempts)
				assert.Equal(t, status, e.StatusCode, "the last error is the service's own")
			}
		}
	})
}

// Whatever fails in between, the answer that comes in the end is given, and the same bytes were sent every time.
func TestEveryAttemptSendsTheSameBytes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for operation, op := range operations {
			s, client := serveInBubble(t, []cas.Option{cas.WithRetry(cas.RetryPolicy{MaxAttempts: 9}), cas.WithAPIKey("k3y")},
				failing(503, "Connection", "close"), rawReply(false, ""), rawReply(false, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"),
				rawReply(false, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\""),
				rawReply(false, "HTTP/1.1 200 OK\r\nContent-Ty"), failing(429), failing(500), reply(200, op.answer))
			var info cas.ResponseInfo
			require.NoError(t, op.call(t, client, cas.WithResponseInfo(&info)), operation)
			assert.Equal(t, 8, info.Attempts)
			assert.Equal(t, 200, info.StatusCode)
			assert.EqualValues(t, len(op.answer), info.Bytes)
			requests := s.Requests()
			for _, r := range requests[1:] {
				r.At = requests[0].At
				assert.Equal(t, requests[0], r, operation)
			}
		}
	})
}

// So is a body that takes many writes, over connections that break while it is sent.
func TestALargeRequestIsSentAgainWhole(t *testing.T) {
	t.Parallel()
	text := `{"type":"Point","coordinates":[1,2],"x":"` + strings.Repeat("large", 1<<18) + `"}`
	early := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		_ = conn.Close()
	}
	var got []string
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n++; n%2 == 1 {
			early(w, r) // before the body is read
			return
		}
		body, _ := io.ReadAll(r.Body)
		got = append(got, string(body))
		if n < 6 {
			failing(503)(w, r)
			return
		}
		reply(200, emptyExtract)(w, r)
	}))
	defer server.Close()
	client, err := cas.NewClient(server.URL, cas.WithRetry(cas.RetryPolicy{MaxAttempts: 10, MaxBackoff: 1}))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Extract(t.Context(), cas.ExtractRequest{Geometry: text, DatasetIDs: []string{"a:b"}})
	require.NoError(t, err)
	want := `{"geometry":` + text + `,"dataset_ids":["a:b"]}`
	require.Len(t, got, 3)
	for _, body := range got {
		assert.True(t, want == body, "%d bytes instead of %d, or others", len(body), len(want))
	}
}

func TestATransferThatIsCutIsRepeatedAndNamedInTheEnd(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-ID: " + headerID + "\r\n"
	for name, script := range map[string]http.HandlerFunc{
		"length too long": rawReply(false, ok+"Content-Length: 500\r\n\r\n{\"request_id\":\"b1\","),
		"chunks cut":      rawReply(false, ok+"Transfer-Encoding: chunked\r\n\r\n13\r\n{\"request_id\":\"b1\",\r\n50\r\n"),
		"no last chunk":   rawReply(false, ok+"Transfer-Encoding: chunked\r\n\r\n13\r\n{\"request_id\":\"b1\",\r\n"),
		"not chunks":      rawReply(false, ok+"Transfer-Encoding: chunked\r\n\r\n13\r\n{\"request_id\":\"b1\",\r\nxyz\r\n"),
		"gzip cut":        rawReply(false, ok+"Connection: close\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff{{"),
		"cut behind it":   nil,
	} {
		for operation, op := range operations {
			t.Run(name+"/"+operation, func(t *testing.T) {
				t.Parallel()
				cut := script
				if cut == nil {
					cut = rawReply(false, "%sContent-Length: %d\r\n\r\n%s", ok, len(op.answer)+1, op.answer)
				}
				s := serve(t, cut)
				err := op.call(t, s.client(t, cas.WithRetry(cas.RetryPolicy{MaxAttempts: 3, MaxBackoff: 1})))
				e := asError(t, err)
				assert.Len(t, s.Requests(), 3)
				assert.Equal(t, []any{200, cas.ErrorTypeMalformed, headerID, 3}, []any{e.StatusCode, e.Type, e.RequestID, e.Attempts})
				assert.Equal(t, "ErrMalformedResponse", kinds(err))
				assert.Contains(t, e.Message, "broke off")
				require.Error(t, e.Unwrap())
				if name == "length too long" || name == "no last chunk" || name == "cut behind it" {
					assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
				}
			})
		}
	}
}

// A reset may overtake what was sent before it, so that the status is known or is not.
func TestAResetInTheMidstIsRepeated(t *testing.T) {
	t.Parallel()
	for operation, op := range operations {
		s := serve(t, rawReply(true, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"))
		err := op.call(t, s.client(t, cas.WithRetry(cas.RetryPolicy{MaxAttempts: 3, MaxBackoff: 1})))
		e := asError(t, err)
		assert.Len(t, s.Requests(), 3, operation)
		assert.Equal(t, 3, e.Attempts)
		assert.Contains(t, []cas.ErrorType{cas.ErrorTypeMalformed, cas.ErrorTypeTransport}, e.Type)
		require.Error(t, e.Unwrap())
	}
}

func TestTheWaitIsRandomBelowABoundThatDoubles(t *testing.T) {
	bubble(t, func(t *testing.T) {
		longest := make([]time.Duration, 6)
		bounds := []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second}
		for range 100 {
			s, client := serveInBubble(t, []cas.Option{cas.WithRetry(cas.RetryPolicy{MaxAttempts: 7})}, failing(503))
			_, err := client.Health(t.Context())
			require.Error(t, err)
			times := s.times()
			require.Len(t, times, 7)
			for i := range longest {
				wait := times[i+1] - times[i]
				assert.LessOrEqual(t, wait, bounds[i])
				longest[i] = max(longest[i], wait)
			}
		}
		for i, bound := range bounds {
			assert.Greater(t, longest[i], bound*8/10, "of a hundred waits one comes near the bound")
		}
	})
}

func TestZeroFieldsOfARetryPolicyTakeTheirDefaults(t *testing.T) {
	for name, c := range map[string]struct {
		policy   cas.RetryPolicy
		attempts int
		bound    time.Duration // of all waits together
	}{
		"zero":             {cas.RetryPolicy{}, 4, 3500 * time.Millisecond},
		"one attempt":      {cas.RetryPolicy{MaxAttempts: 1}, 1, 0},
		"a low bound":      {cas.RetryPolicy{MaxBackoff: time.Millisecond}, 4, 3 * time.Millisecond},
		"a high beginning": {cas.RetryPolicy{MaxAttempts: 2, MinBackoff: time.Minute}, 2, time.Minute},
		"beyond all":       {cas.RetryPolicy{MaxAttempts: 3, MinBackoff: math.MaxInt64, MaxBackoff: math.MaxInt64}, 3, math.MaxInt64},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s, client := serveInBubble(t, []cas.Option{cas.WithRetry(c.policy)}, failing(503))
				ctx, cancel := context.WithTimeout(t.Context(), 100*365*24*time.Hour)
				defer cancel()
				_, err := client.Health(ctx)
				require.Error(t, err)
				if c.bound < math.MaxInt64 {
					times := s.times()
					assert.Len(t, times, c.attempts)
					assert.LessOrEqual(t, times[len(times)-1], c.bound)
				}
			})
		})
	}
}

// What Retry-After asks for, and a second more, for the service rounds it down.
func TestRetryAfterIsWaitedForAndASecondMore(t *testing.T) {
	in := func(d time.Duration) func() string {
		return func() string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	}
	text := func(s string) func() string { return func() string { return s } }
	const ordinary = -1
	for name, c := range map[string]struct {
		header func() string
		want   time.Duration
	}{
		"seconds":          {text("5"), 6 * time.Second},
		"zero":             {text("0"), time.Second},
		"blanks around":    {text(" 7 "), 8 * time.Second},
		"leading zeros":    {text("007"), 8 * time.Second},
		"as long as may":   {text("60"), 61 * time.Second},
		"a date":           {in(30 * time.Second), 31 * time.Second},
		"a date, RFC 850":  {func() string { return time.Now().Add(9 * time.Second).UTC().Format("Monday, 02-Jan-06 15:04:05 GMT") }, 10 * time.Second},
		"a date, asctime":  {func() string { return time.Now().Add(9 * time.Second).UTC().Format(time.ANSIC) }, 10 * time.Second},
		"now":              {in(0), time.Second},
		"a date gone by":   {in(-time.Hour), ordinary},
		"none":             {text(""), ordinary},
		"negative":         {text("-5"), ordinary},
		"a fraction":       {text("1.5"), ordinary},
		"plus":             {text("+5"), ordinary},
		"hexadecimal":      {text("0x5"), ordinary},
		"words":            {text("soon"), ordinary},
		"another's digits": {text("٣"), ordinary},
		"a bad date":       {text("Mon, 99 Jan 2000 00:00:00 GMT"), ordinary},
	} {
		for _, status := range []int{408, 425, 429, 500, 502, 503, 504} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					s, client := serveInBubble(t, nil, func(w http.ResponseWriter, r *http.Request) {
						failing(status, "Retry-After", c.header())(w, r)
					}, reply(200, healthy))
					_, err := client.Health(t.Context())
					require.NoError(t, err)
					if c.want == ordinary {
						assert.LessOrEqual(t, s.times()[1], 500*time.Millisecond)
					} else {
						assert.Equal(t, c.want, s.times()[1])
					}
				})
			})
		}
	}
}

// A wait beyond MaxRetryAfter or the deadline is not begun: the service's error comes at once, with the wait in it.
func TestARetryAfterThatIsTooLongEndsTheCallAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		header   func() string
		policy   cas.RetryPolicy
		deadline time.Duration
		want     time.Duration
		attempts int
	}{
		"beyond the default":       {func() string { return "61" }, cas.RetryPolicy{}, time.Hour, 61 * time.Second, 1},
		"beyond one's own":         {func() string { return "5" }, cas.RetryPolicy{MaxRetryAfter: 4 * time.Second}, time.Hour, 5 * time.Second, 1},
		"as long as one's own":     {func() string { return "4" }, cas.RetryPolicy{MaxRetryAfter: 4 * time.Second}, time.Hour, 4 * time.Second, 4},
		"beyond the deadline":      {func() string { return "30" }, cas.RetryPolicy{}, 20 * time.Second, 30 * time.Second, 1},
		"with its second":          {func() string { return "30" }, cas.RetryPolicy{}, 30*time.Second + 500*time.Millisecond, 30 * time.Second, 1},
		"past what an int64 holds": {func() string { return "99999999999999999999999" }, cas.RetryPolicy{}, time.Hour, math.MaxInt64, 1},
		"past a Duration":          {func() string { return "9223372037" }, cas.RetryPolicy{}, time.Hour, math.MaxInt64, 1},
		"a date far off":           {func() string { return "Fri, 31 Dec 9999 23:59:59 GMT" }, cas.RetryPolicy{}, time.Hour, math.MaxInt64, 1},
		"a date next week":         {func() string { return time.Now().Add(168 * time.Hour).UTC().Format(http.TimeFormat) }, cas.RetryPolicy{}, time.Hour, 168 * time.Hour, 1},
	} {
		for _, status := range []int{429, 503} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					s, client := serveInBubble(t, []cas.Option{cas.WithRetry(c.policy)}, func(w http.ResponseWriter, r *http.Request) {
						failing(status, "Retry-After", c.header())(w, r)
					})
					ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
					defer cancel()
					started := time.Now()
					_, err := client.Health(ctx)
					e := asError(t, err)
					assert.Equal(t, []any{status, c.want, c.attempts}, []any{e.StatusCode, e.RetryAfter, e.Attempts})
					assert.NotErrorIs(t, err, context.DeadlineExceeded)
					assert.Len(t, s.Requests(), c.attempts)
					if c.attempts == 1 {
						assert.Zero(t, time.Since(started))
					}
				})
			})
		}
	}
}

// A wait ends with the context: the error is the last attempt's and the context's, with the caller's reason.
func TestAWaitEndsWithTheContext(t *testing.T) {
	why := errors.New("the user went home")
	for name, headers := range map[string][]string{"backoff": nil, "Retry-After": {"Retry-After", "50"}} {
		for operation, op := range operations {
			t.Run(name+"/"+operation, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					policy := cas.RetryPolicy{MinBackoff: time.Hour, MaxBackoff: time.Hour}
					s, client := serveInBubble(t, []cas.Option{cas.WithRetry(policy)}, failing(503, headers...))
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(time.Millisecond, func() { cancel(why) })
					started := time.Now()
					tb := withContext{t, ctx}
					err := op.call(tb, client)
					assert.Equal(t, time.Millisecond, time.Since(started))
					assert.ErrorIs(t, err, context.Canceled)
					assert.ErrorIs(t, err, why)
					e := asError(t, err)
					assert.Equal(t, []any{503, 1}, []any{e.StatusCode, e.Attempts})
					assert.Len(t, s.Requests(), 1)
				})
			})
		}
	}
}

// withContext is a test whose calls are made with another context.
type withContext struct {
	testing.TB
	ctx context.Context
}

func (t withContext) Context() context.Context { return t.ctx }

func TestAConnectionThatCannotBeTrustedIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, healthy))
	client, err := cas.NewClient(strings.Replace(s.URL, "http:", "https:", 1), cas.WithRetry(cas.RetryPolicy{MaxBackoff: 1}))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Health(t.Context())
	assert.Equal(t, 1, asError(t, err).Attempts, "the other side does not speak TLS: %v", err)
}

// A wait beyond the deadline is not begun: the failure is told while there is time to do something about it.
func TestABackoffBeyondTheDeadlineIsNotSlept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRetry(cas.RetryPolicy{MinBackoff: 24 * time.Hour, MaxBackoff: 24 * time.Hour})}, failing(503))
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond) // a random wait may be that short, once in 86 million
		defer cancel()
		started := time.Now()
		_, err := client.Health(ctx)
		assert.Equal(t, 503, asError(t, err).StatusCode)
		assert.Zero(t, time.Since(started))
		assert.Len(t, s.Requests(), 1)
	})
}
