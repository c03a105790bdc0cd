package cas_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// drip sends the answer a byte at a time.
func drip(answer string, pause time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-ID", headerID)
		for i := range answer {
			after(pause, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer[i:i+1]) })(w, r)
			if r.Context().Err() != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
		}
	}
}

// extractions are what the service goes on working on after a time-out.
var extractions = map[string]bool{"Extract": true, "BatchExtract": true, "StreamBatch": true}

// An attempt that timed out is repeated for the catalog, and for extractions only if asked.
func TestATimeOutIsRepeatedWhereThatAddsNoLoad(t *testing.T) {
	for name, script := range map[string]http.HandlerFunc{
		"before the answer": stall, "within the answer": drip(emptyExtract, 15*time.Second), "within the error": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(504)
			_ = http.NewResponseController(w).Flush()
			stall(w, r)
		},
	} {
		for _, asked := range []bool{false, true} {
			for operation, op := range operations {
				t.Run(name+"/"+operation, func(t *testing.T) {
					bubble(t, func(t *testing.T) {
						policy := cas.RetryPolicy{MaxAttempts: 3, MinBackoff: 1, MaxBackoff: 1, Timeouts: asked}
						s, client := serveInBubble(t, []cas.Option{cas.WithTimeout(40 * time.Second), cas.WithRetry(policy)}, script)
						started := time.Now()
						err := op.call(t, client)
						want := 3
						if extractions[operation] && !asked && name != "within the error" {
							want = 1
						}
						assert.Len(t, s.Requests(), want)
						assert.Equal(t, time.Duration(want)*40*time.Second, time.Since(started).Round(time.Second))
						e := asError(t, err)
						assert.Equal(t, want, e.Attempts)
						if name == "within the error" {
							assert.Equal(t, 504, e.StatusCode)
							return
						}
						assert.Equal(t, cas.ErrorTypeTransport, e.Type)
						assert.ErrorIs(t, err, context.DeadlineExceeded)
						assert.ErrorContains(t, err, "WithTimeout")
						var timeout interface{ Timeout() bool }
						assert.True(t, assert.ErrorAs(t, err, &timeout) && timeout.Timeout())
					})
				})
			}
		}
	}
}

// The context bounds the whole call, the timeout one attempt: waits and earlier attempts do not count for it.
func TestTheTimeoutIsThatOfOneAttempt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		slow := after(9*time.Second, failing(503, "Retry-After", "30"))
		s, client := serveInBubble(t, []cas.Option{cas.WithTimeout(10 * time.Second)}, slow, slow, after(9*time.Second, reply(200, emptyExtract)))
		var info cas.ResponseInfo
		_, err := client.Extract(t.Context(), aRequest(), cas.WithResponseInfo(&info))
		require.NoError(t, err)
		assert.Equal(t, []time.Duration{0, 40 * time.Second, 80 * time.Second}, s.times())
		assert.Equal(t, headerID, info.Header.Get("X-Request-ID"))
		assert.Equal(t, cas.ResponseInfo{StatusCode: 200, Header: info.Header, RequestID: headerID, Attempts: 3, Elapsed: 89 * time.Second, Bytes: int64(len(emptyExtract))}, info)
	})
}

func TestTheContextEndsAnAttemptBeforeItsTimeout(t *testing.T) {
	for name, script := range map[string]http.HandlerFunc{"before the answer": stall, "within the answer": drip(emptyBatch, time.Second)} {
		for operation, op := range operations {
			t.Run(name+"/"+operation, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					s, client := serveInBubble(t, []cas.Option{cas.WithRetry(cas.RetryPolicy{Timeouts: true})}, script)
					ctx, cancel := context.WithTimeout(t.Context(), 5500*time.Millisecond)
					defer cancel()
					started := time.Now()
					err := op.call(withContext{t, ctx}, client)
					assert.Equal(t, 5500*time.Millisecond, time.Since(started))
					assert.ErrorIs(t, err, context.DeadlineExceeded)
					assert.NotContains(t, err.Error(), "WithTimeout", "it was not the attempt's limit")
					e := asError(t, err)
					assert.Equal(t, []any{cas.ErrorTypeTransport, 1}, []any{e.Type, e.Attempts})
					assert.Len(t, s.Requests(), 1)
				})
			})
		}
	}
}

func TestADeadlineThatAnErrorMeetsIsInTheError(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, client := serveInBubble(t, nil, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(404)
			_, _ = io.WriteString(w, `{"detail":"gone`)
			_ = http.NewResponseController(w).Flush()
			stall(w, r)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.Health(ctx)
		assert.ErrorIs(t, err, cas.ErrNotFound, "the answer had come")
		assert.ErrorIs(t, err, context.DeadlineExceeded, "and was not waited for")
	})
}

// An answer that is of no use is not waited for: a second for the rest of its sample.
func TestAnAnswerOfNoUseIsNotWaitedFor(t *testing.T) {
	for name, c := range map[string]struct{ contentType, begin string }{
		"HTML":            {"text/html", "<html>"},
		"an event stream": {"text/event-stream", ""},
		"malformed batch": {"application/json", `{"request_id":"b","responses":[7,`},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s, client := serveInBubble(t, nil, func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", c.contentType)
					_, _ = io.WriteString(w, c.begin)
					_ = http.NewResponseController(w).Flush()
					stall(w, r)
				})
				started := time.Now()
				_, err := client.BatchExtract(t.Context(), aBatch(1))
				assert.Equal(t, time.Second, time.Since(started))
				assert.Equal(t, "ErrMalformedResponse", kinds(err))
				assert.Equal(t, c.begin, string(asError(t, err).Body))
				assert.Len(t, s.Requests(), 1)
			})
		})
	}
	bubble(t, func(t *testing.T) {
		_, client := serveInBubble(t, nil, func(w http.ResponseWriter, r *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		})
		started := time.Now()
		_, err := client.Health(t.Context())
		assert.Equal(t, 101, asError(t, err).StatusCode)
		assert.Zero(t, time.Since(started))
	})
}

// Without an option an attempt has two minutes.
func TestTheDefaultTimeoutIsTwoMinutes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, client := serveInBubble(t, nil, stall)
		started := time.Now()
		_, err := client.Extract(t.Context(), aRequest())
		require.Error(t, err)
		assert.Equal(t, cas.DefaultTimeout, time.Since(started))
	})
}

// The time limits of a caller's own transport are time-outs too, but for those of connecting, when nothing has reached the service.
func TestATransportsOwnTimeLimits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		network := newPipes()
		transport := &http.Transport{DialContext: network.dial, ResponseHeaderTimeout: time.Second}
		defer transport.CloseIdleConnections()
		s := &service{script: []http.HandlerFunc{stall}}
		server := &http.Server{Handler: s}
		served := make(chan error)
		go func() { served <- server.Serve(network) }()
		client, err := cas.NewClient("http://cas.test", cas.WithHTTPClient(&http.Client{Transport: transport, Timeout: time.Millisecond}))
		require.NoError(t, err)
		_, err = client.Extract(t.Context(), aRequest())
		assert.Equal(t, 1, asError(t, err).Attempts)
		_, err = client.Health(t.Context())
		assert.Equal(t, 4, asError(t, err).Attempts)
		require.NoError(t, server.Close())
		<-served
	})
}
