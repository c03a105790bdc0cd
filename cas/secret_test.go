package cas_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"reflect"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/davecgh/go-spew/spew"
	"github.com/google/go-cmp/cmp"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// forms are the spellings in which the key must not occur.
func forms() []string {
	quoted, _ := json.Marshal(key)
	return []string{key, url.QueryEscape(key), url.PathEscape(key), strings.Trim(string(quoted), `"`), "s3cr3t"}
}

// keepsKey fails if any way of printing the value tells the key.
func keepsKey(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		texts := []string{fmt.Sprint(v), fmt.Sprintf("%v %+v %#v %s %q %x", v, v, v, v, v, v), fmt.Sprintf("%v %+v %#v", &v, &v, &v)}
		if b, err := json.Marshal(v); err == nil {
			texts = append(texts, string(b))
		}
		for _, handler := range []func(*bytes.Buffer) slog.Handler{
			func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
			func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var b bytes.Buffer
			slog.New(handler(&b)).Info("x", "v", v)
			texts = append(texts, b.String())
		}
		for err, ok := v.(error); ok && err != nil; err = errors.Unwrap(err) {
			texts = append(texts, err.Error(), fmt.Sprintf("%+v %#v", err, err))
		}
		for _, text := range texts {
			for _, form := range forms() {
				assert.NotContains(t, text, form)
				assert.NotContains(t, text, fmt.Sprintf("%x", form))
			}
		}
	}
}

func TestPrintingAClientTellsNoKey(t *testing.T) {
	t.Parallel()
	option := cas.WithAPIKey(key)
	client, err := cas.NewClient("http://cas.test", option)
	require.NoError(t, err)
	defer client.Close()
	keepsKey(t, client, *client, client.Async(), *client.Async(), option, []cas.Option{option}, map[string]any{"client": client}, struct{ C cas.Client }{*client})
	_, err = cas.NewClient("http://cas.test", cas.WithAPIKey(key+"\n"))
	keepsKey(t, err)
	_, err = cas.NewClient("http://"+key+"@cas.test", option)
	keepsKey(t, err)
	_, err = client.Provider(t.Context(), "")
	keepsKey(t, err)
}

// An answer or a transport that echoes the key, in any part and spelling, does not bring it into an error or a log.
func TestAnEchoOfTheKeyIsCutOut(t *testing.T) {
	t.Parallel()
	quoted, _ := json.Marshal(key)
	envelope := fmt.Sprintf(`{"error":{"type":%s,"message":%s,"request_id":%s,"detail":[{"loc":["body",%s],"msg":%s,"type":%s,"input":%s}]}}`,
		quoted, quoted, quoted, quoted, quoted, quoted, quoted)
	page := "<a href=\"?k=" + url.QueryEscape(key) + "\">" + key + "</a> " + url.PathEscape(key)
	for name, script := range map[string]http.HandlerFunc{
		"envelope":           reply(401, envelope),
		"detail":             reply(404, fmt.Sprintf(`{"detail":%s}`, quoted)),
		"escaped on the way": reply(404, `{"detail":"\u0073\u0033cr3t+key\/==%"}`),
		"text":               reply(500, key, "Content-Type", "text/plain"),
		"HTML":               reply(502, page, "Content-Type", "text/html"),
		"header":             reply(500, "", "X-Request-ID", key),
		"content type":       reply(500, page, "Content-Type", key),
		"redirect":           reply(302, page, "Location", "https://evil.example/"+url.PathEscape(key)+"?k="+url.QueryEscape(key)),
		"redirect to junk":   reply(302, page, "Location", "http://["+key),
		"HTML as success":    reply(200, page, "Content-Type", "text/html; x="+key),
		"HTML, misnamed":     reply(200, page),
		"a wrong value":      reply(200, fmt.Sprintf(`{"request_id":%s,"results":[],"elapsed_ms":%s}`, quoted, quoted)),
		"a wrong member":     reply(200, fmt.Sprintf(`{"request_id":"a","results":[{%s:%s}]}`, quoted, quoted)),
		"a member twice":     reply(200, fmt.Sprintf(`{%s:1,%s:1}`, quoted, quoted)),
		"over the edge":      reply(500, strings.Repeat("x", 4096-5)+key+key, "Content-Type", "text/html"),
		"over it, 2xx":       reply(200, strings.Repeat(" ", 4096-5)+key+key),
		"cut":                rawReply(false, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n%s", key),
		"not HTTP":           rawReply(false, "%s\r\n\r\n", key),
		"a broken header":    rawReply(false, "HTTP/1.1 200 OK\r\n%s\r\n\r\n", key),
		"a broken status":    rawReply(false, "HTTP/1.1 %s OK\r\n\r\n", key),
		"a broken encoding":  rawReply(false, "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n", key),
		"an id of success":   reply(200, fmt.Sprintf(`{"request_id":%s,"results":[]}`, quoted), "X-Request-ID", key),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			s := serve(t, script)
			var info cas.ResponseInfo
			client := s.client(t, cas.WithAPIKey(key), cas.WithLogger(logger), cas.WithRetry(cas.RetryPolicy{MaxAttempts: 2, MaxBackoff: 1}))
			_, err := client.Extract(t.Context(), aRequest(), cas.WithResponseInfo(&info))
			keepsKey(t, err, info, log.String())
			assert.NotEmpty(t, log.String())
			if err != nil {
				e := asError(t, err)
				keepsKey(t, *e, e.Issues(), string(e.Detail), string(e.Body), e.LogValue())
				assert.LessOrEqual(t, len(e.Body), 4096)
				assert.True(t, e.Detail == nil || json.Valid(e.Detail))
			}
		})
	}
}

type telltale struct{}

func (telltale) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("cannot send %v: %w", r.Header, errors.New(r.Header.Get("X-API-Key")))
}

func TestATransportThatTellsTheKeyIsSilenced(t *testing.T) {
	t.Parallel()
	client, err := cas.NewClient("http://cas.test", cas.WithAPIKey(key), cas.WithHTTPClient(&http.Client{Transport: telltale{}}), cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Health(t.Context())
	keepsKey(t, err)
	assert.ErrorContains(t, err, "cannot send")
}

// A consumer's panic passes through the client, and tells nothing of it.
func TestAPanicTellsNoKey(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, strings.Replace(emptyBatch, "[]", "["+emptyExtract+"]", 1)))
	client := s.client(t, cas.WithAPIKey(key))
	defer func() { keepsKey(t, recover()) }()
	for range client.StreamBatch(t.Context(), aBatch(1)) {
		panic(fmt.Sprintf("%+v %#v", client, client))
	}
}

// A number that is the key by chance is cut out without leaving a detail that is no JSON.
func TestAKeyOfDigitsLeavesNoBrokenDetail(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(422, `{"error":{"type":"t","message":"m","detail":[{"input":12345}]}}`))
	_, err := s.client(t, cas.WithAPIKey("12345")).Health(t.Context())
	assert.Nil(t, asError(t, err).Detail)
	assert.NotContains(t, string(asError(t, err).Body), "12345")
	_, err = json.Marshal(err)
	assert.NoError(t, err)
}

// One record per attempt: what it holds is listed here.
func TestTheLogHoldsOneRecordPerAttempt(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := serve(t, failing(503), reply(200, captured(t, "extract_point_ok")))
	_, err := s.client(t, cas.WithLogger(logger), cas.WithAPIKey(key), cas.WithRetry(cas.RetryPolicy{MaxBackoff: 1})).Extract(t.Context(), aRequest())
	require.NoError(t, err)
	var records []map[string]any
	for line := range strings.Lines(log.String()) {
		record := map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		assert.NotZero(t, record["duration"])
		for _, varying := range []string{"time", "duration", "wait"} {
			delete(record, varying)
		}
		records = append(records, record)
	}
	assert.Equal(t, []map[string]any{
		{
			"level": "WARN", "msg": "cas: attempt failed", "operation": "extract", "attempt": 1.0, "status": 503.0, "bytes": 56.0, "request_id": headerID,
			"error_type": "t", "error": "m", "again": true,
		},
		{
			"level": "DEBUG", "msg": "cas: answered", "operation": "extract", "attempt": 2.0, "status": 200.0, "bytes": 400.0, "request_id": headerID,
			"body_request_id": "1e05107864ab",
		},
	}, records)
	quiet := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelError}))
	log.Reset()
	_, _ = s.client(t, cas.WithLogger(quiet)).Provider(context.Background(), "p")
	assert.Empty(t, log.String())
}

// However an echo of the key lies across the cut of the sample, and whatever was cut out before it, no beginning of it is left.
func TestNoBeginningOfTheKeyIsLeftAtTheCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 4)
	most := 0
	for shift := range 200 {
		body := "<p>" + long + "</p>" + strings.Repeat("x", 4000+shift) + long + strings.Repeat("y", 200)
		s := serve(t, reply(403, body, "Content-Type", "text/html"))
		_, err := s.client(t, cas.WithAPIKey(long)).Health(t.Context())
		sample := string(asError(t, err).Body)
		assert.LessOrEqual(t, len(sample), 4096)
		for n := len(long); n > 0; n-- {
			if strings.HasSuffix(sample, long[:n]) || n >= 8 && strings.Contains(sample, long[:n]) {
				most = max(most, n)
			}
		}
	}
	assert.Zero(t, most, "bytes of the key in Error.Body")
}

// Nor where a message is cut, of ours or by the other side.
func TestNoBeginningOfTheKeyIsLeftInAMessage(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 4)
	for pad := 0; pad < 320; pad += 3 {
		s := serve(t, reply(200, "", "Content-Type", "text/"+strings.Repeat("x", pad)+long))
		_, err := s.client(t, cas.WithAPIKey(long)).Health(t.Context())
		require.NotContains(t, err.Error(), long[:8])
	}
	s := serve(t, reply(401, `{"error":{"type":"unauthorized","message":"wrong key `+long[:40]+`…","request_id":"r"}}`))
	_, err := s.client(t, cas.WithAPIKey(long)).Health(t.Context())
	assert.Equal(t, "wrong key [redacted]…", asError(t, err).Message)
}

// Many echoes take time in proportion to the body.
func TestManyEchoes(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(500, strings.Repeat(key+" ", 200_000)))
	started := time.Now()
	_, err := s.client(t, cas.WithAPIKey(key)).Health(t.Context())
	keepsKey(t, err)
	assert.Less(t, time.Since(started), 5*time.Second)
}

// Everything that users print things with, and be it by reflection, is run over all that holds the key.
func TestSweepOfSecrets(t *testing.T) {
	t.Parallel()
	const token = "t0ken-of-the-gateway"
	told := func(t *testing.T, text string) {
		t.Helper()
		for _, form := range append(forms(), token) {
			for _, spelled := range []string{form, fmt.Sprintf("%x", form), fmt.Sprintf("%X", form), fmt.Sprint([]byte(form)), strings.Trim(fmt.Sprint([]byte(form)), "[]")} {
				require.NotContains(t, text, spelled)
			}
		}
	}
	s := serve(t, reply(403, key+" "+token))
	options := []cas.Option{cas.WithAPIKey(key), cas.WithHeader("Authorization", "Bearer "+token)}
	client := s.client(t, options...)
	other := s.client(t, cas.WithAPIKey("another key"))
	perCall := []cas.CallOption{cas.WithHeader("X-Gateway-Token", token)}
	var info cas.ResponseInfo
	request := aRequest()
	_, err := client.Extract(t.Context(), request, append(perCall, cas.WithResponseInfo(&info))...)
	future := client.Async().Extract(t.Context(), request, perCall...)
	_, futureErr := future.Wait(t.Context())
	keepsKey(t, client, *client)
	// Deep printers read what the connections of a client in use are writing: they are given one that has none.
	unused := s.client(t, options...)
	values := map[string]any{
		"client": unused, "copy": *unused, "async": unused.Async(), "options": options, "option": options[0], "header": options[1], "call options": perCall,
		"request": request, "error": err, "error's value": *asError(t, err), "info": info, "future": future, "future's error": futureErr,
		"bad key": optionError(cas.WithAPIKey(key + "\n")), "bad header": optionError(cas.WithHeader("Authorization", token+"\n")),
	}
	deep := spew.ConfigState{DisableMethods: true, Indent: " ", MaxDepth: 12}
	for name, v := range values {
		t.Run(name, func(t *testing.T) {
			keepsKey(t, v)
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T", "%p"} {
				told(t, fmt.Sprintf(verb, v))
			}
			told(t, deep.Sdump(v))
			told(t, spew.Sdump(v))
			told(t, cmp.Diff(v, any(nil), cmp.Exporter(func(reflect.Type) bool { return true })))
			failing := new(recorder)
			assert.Equal(failing, v, other)
			assert.ErrorIs(failing, fmt.Errorf("around: %w", errors.Join(err, futureErr)), cas.ErrNotFound)
			told(t, failing.said)
			for _, handler := range []func(io.Writer) slog.Handler{
				func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) }, func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
			} {
				var b bytes.Buffer
				slog.New(handler(&b)).With("with", v).WithGroup("g").Error("x", "v", v, "values", []any{v})
				told(t, b.String())
			}
			text, _ := json.Marshal(v)
			told(t, string(text))
			func() {
				defer func() { told(t, fmt.Sprint(recover())+string(debug.Stack())) }()
				panic(v)
			}()
		})
	}
	var labels bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&labels, 1))
	told(t, labels.String())
}

func optionError(option cas.Option) error {
	_, err := cas.NewClient("", option)
	return err
}

// recorder is a test that fails, for what testify says of it.
type recorder struct{ said string }

func (r *recorder) Errorf(format string, args ...any) { r.said += fmt.Sprintf(format, args...) }

// A trace of HTTP sees every header as it is written, and instead of a secret a placeholder.
func TestATraceOfHTTPSeesNoKey(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, healthy))
	for name, client := range map[string]*cas.Client{
		"own transport": s.client(t, cas.WithAPIKey(key)),
		"brought":       s.client(t, cas.WithAPIKey(key), cas.WithHTTPClient(http.DefaultClient)),
		"wrapped":       s.client(t, cas.WithAPIKey(key), cas.WithHTTPClient(&http.Client{Transport: meddler{}})),
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			seen, connected := map[string][]string{}, 0
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
				WroteHeaderField: func(name string, values []string) { mu.Lock(); defer mu.Unlock(); seen[name] = values },
				GotConn:          func(httptrace.GotConnInfo) { mu.Lock(); defer mu.Unlock(); connected++ },
			})
			_, err := client.Health(ctx, cas.WithHeader("Authorization", "Bearer abcdef"), cas.WithHeader("Traceparent", "00-1-2-01"))
			require.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			keepsKey(t, seen)
			assert.Equal(t, []string{"[redacted]"}, seen["X-Api-Key"])
			assert.Equal(t, []string{"[redacted]"}, seen["Authorization"])
			assert.Equal(t, []string{"00-1-2-01"}, seen["Traceparent"])
			assert.Equal(t, 1, connected)
			assert.Equal(t, key, s.Last(t).Header.Get("X-API-Key"))
		})
	}
}
