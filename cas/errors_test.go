package cas_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

var sentinels = map[string]error{
	"ErrValidation": cas.ErrValidation, "ErrRequestLimit": cas.ErrRequestLimit, "ErrUnauthorized": cas.ErrUnauthorized,
	"ErrRateLimited": cas.ErrRateLimited, "ErrNotFound": cas.ErrNotFound, "ErrUpstream": cas.ErrUpstream, "ErrInternal": cas.ErrInternal,
	"ErrRedirect": cas.ErrRedirect, "ErrMalformedResponse": cas.ErrMalformedResponse, "ErrResponseTooLarge": cas.ErrResponseTooLarge,
	"ErrInvalidRequest": cas.ErrInvalidRequest, "ErrClosed": cas.ErrClosed,
}

// kinds are the sentinels that an error is.
func kinds(err error) string {
	var names []string
	for _, name := range []string{
		"ErrValidation", "ErrRequestLimit", "ErrUnauthorized", "ErrRateLimited", "ErrNotFound", "ErrUpstream", "ErrInternal",
		"ErrRedirect", "ErrMalformedResponse", "ErrResponseTooLarge", "ErrInvalidRequest", "ErrClosed",
	} {
		if errors.Is(err, sentinels[name]) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// Every form in which the service, its server or a proxy says no.
func TestEveryErrorBodyBecomesATypedError(t *testing.T) {
	t.Parallel()
	envelope := func(typ, message string) string {
		return fmt.Sprintf(`{"error":{"type":%q,"message":%q,"request_id":"b0d1"}}`, typ, message)
	}
	plain := []string{"Content-Type", "text/plain; charset=utf-8"}
	html := []string{"Content-Type", "text/html"}
	for name, c := range map[string]struct {
		status        int
		body          string
		headers       []string
		text          string // Error(), less what it has in common
		id, is        string
		detail, issue string
	}{
		"422 schema": {
			422, captured(t, "extract_ids_empty_422"), nil, "[422 validation_error] Request validation failed", "5554a2484a94", "ErrValidation",
			`[{"type":"too_short"`, "{body.dataset_ids List should have at least 1 item after validation, not 0 too_short}",
		},
		"422 not JSON": {
			422, captured(t, "extract_malformed_json_422"), nil, "[422 validation_error] Request validation failed", "c94b9aec2fcc", "ErrValidation",
			`[{"type":"json_invalid"`, "{body.30 JSON decode error json_invalid}",
		},
		"422 in a batch": {
			422, captured(t, "batch_geometry_null_item_422"), nil, "[422 validation_error] Request validation failed", "5dc8c6062a23", "ErrValidation",
			`[{"type":"model_attributes_type"`, "{body.geometries.1 Input should be a valid dictionary or object to extract fields from model_attributes_type}",
		},
		"422 limit":          {422, captured(t, "extract_vertices_10001_422"), nil, "[422 request_limit] Geometry too complex: 10001 vertices > limit 10000", "f6f7033ee0b1", "ErrRequestLimit", "", ""},
		"422 limit, batch":   {422, captured(t, "batch_51_ids_422"), nil, "[422 request_limit] Too many datasets: 51 > limit 50", "bbb9e98d4bed", "ErrRequestLimit", "", ""},
		"401":                {401, captured(t, "auth_missing_401"), nil, "[401 unauthorized] Missing or invalid API key", "ffa65d6712d9", "ErrUnauthorized", "", ""},
		"429":                {429, captured(t, "rate_429"), nil, "[429 rate_limited] Rate limit exceeded; retry after 59s", "b18488c79700", "ErrRateLimited", "", ""},
		"500":                {500, captured(t, "synthetic_500_crash"), nil, "[500 internal_error] Internal server error", "bb50ef8606a3", "ErrInternal", "", ""},
		"502":                {502, captured(t, "synthetic_502_upstream"), nil, "[502 upstream_error] [local_dem] synthetic", "44cfffec087f", "ErrUpstream", "", ""},
		"404 provider":       {404, captured(t, "plain_unknown"), nil, "[404 not_found] Unknown provider 'nope'", headerID, "ErrNotFound", `"Unknown provider 'nope'"`, ""},
		"404 route":          {404, captured(t, "unknown_path_404"), nil, "[404 not_found] Not Found", headerID, "ErrNotFound", `"Not Found"`, ""},
		"405":                {405, captured(t, "method_405_get_extract"), nil, "[405 method_not_allowed] Method Not Allowed", headerID, "", `"Method Not Allowed"`, ""},
		"400":                {400, captured(t, "extract_gzip_request_400"), nil, "[400 bad_request] There was an error parsing the body", headerID, "", `"There was`, ""},
		"400 of the server":  {400, "Invalid HTTP request received.", []string{"Content-Type", "text/plain; charset=utf-8", "X-Request-Id", ""}, "[400 http_error] Invalid HTTP request received.", "", "", "", ""},
		"FastAPI's own 422":  {422, `{"detail":[{"loc":["query","limit"],"msg":"m","type":"t"}]}`, nil, "[422 http_error] ", headerID, "ErrValidation", `[{"loc"`, "{query.limit m t}"},
		"a detail elsewhere": {418, `{"detail":"short and stout"}`, nil, "[418 http_error] short and stout", headerID, "", `"short`, ""},
		"a detail, no text":  {404, `{"detail":{"a":1}}`, nil, "[404 http_error] Not Found, with a body that is not the service's", headerID, "ErrNotFound", `{"a":1}`, ""},
		"limit, by type":     {413, envelope("request_limit", "m"), nil, "[413 request_limit] m", "b0d1", "ErrRequestLimit", "", ""},
		"an unknown type":    {422, envelope("brand_new", "m"), nil, "[422 brand_new] m", "b0d1", "ErrValidation", "", ""},
		"an unknown status":  {599, envelope("odd", "m"), nil, "[599 odd] m", "b0d1", "", "", ""},
		"a status past five": {799, "", nil, "[799 http_error] unknown status, with an empty body", headerID, "", "", ""},
		"our word as type":   {404, envelope("malformed_response", "m"), nil, "[404 malformed_response] m", "b0d1", "ErrNotFound", "", ""},
		"another of ours":    {500, envelope("transport_error", "m"), nil, "[500 transport_error] m", "b0d1", "ErrInternal", "", ""},
		"a third of ours":    {401, envelope("redirect", "m"), nil, "[401 redirect] m", "b0d1", "ErrUnauthorized", "", ""},
		"no id in the body":  {500, `{"error":{"type":"internal_error","message":"m"}}`, nil, "[500 internal_error] m", headerID, "ErrInternal", "", ""},
		"members misshapen":  {500, `{"error":{"type":1,"message":["m"],"request_id":null,"detail":7}}`, nil, "[500 http_error] Internal Server Error", headerID, "ErrInternal", "7", ""},
		"error is a text":    {500, `{"error":"boom"}`, nil, "[500 http_error] Internal Server Error", headerID, "ErrInternal", "", ""},
		"error is null":      {500, `{"error":null}`, nil, "[500 http_error] Internal Server Error", headerID, "ErrInternal", "", ""},
		"an array":           {500, `[1,2]`, nil, "[500 http_error] Internal Server Error", headerID, "ErrInternal", "", ""},
		"a number":           {500, `7`, nil, "[500 http_error] Internal Server Error", headerID, "ErrInternal", "", ""},
		"nothing":            {503, "", nil, "[503 http_error] Service Unavailable, with an empty body", headerID, "", "", ""},
		"blanks":             {503, " \n", plain, "[503 http_error] Service Unavailable, with an empty body", headerID, "", "", ""},
		"HTML":               {502, "<html><body>Bad Gateway</body></html>", html, "[502 http_error] Bad Gateway, with a body that is not the service's (text/html)", headerID, "ErrUpstream", "", ""},
		"a line of text":     {504, "upstream request timeout", plain, "[504 http_error] upstream request timeout", headerID, "", "", ""},
		"lines of text":      {504, "a\nb", plain, "[504 http_error] Gateway Timeout, with a body that is not the service's (text/plain)", headerID, "", "", ""},
		"text, misnamed":     {500, "boom", nil, "[500 http_error] Internal Server Error, with a body", headerID, "ErrInternal", "", ""},
		"no content type":    {500, "boom", []string{"Content-Type", ""}, "[500 http_error] Internal Server Error, with a body", headerID, "ErrInternal", "", ""},
		"not UTF-8":          {500, "{\"error\":{\"type\":\"t\",\"message\":\"a\xffb\"}}", nil, "[500 t] a\ufffdb", headerID, "ErrInternal", "", ""},
		"names twice":        {500, `{"error":{"type":"t","type":"u","message":"m"}}`, nil, "[500 u] m", headerID, "ErrInternal", "", ""},
		"JSON, cut":          {500, `{"error":{"type":"t","message":"m","detail":[{"a":`, nil, "[500 t] m", headerID, "ErrInternal", "", ""},
		"arrays, 100000":     {500, strings.Repeat("[", 100_000), nil, "[500 http_error] ", headerID, "ErrInternal", "", ""},
		"detail, 100000":     {500, `{"error":{"type":"t","message":"m","detail":` + strings.Repeat("[", 100_000), nil, "[500 t] m", headerID, "ErrInternal", "", ""},
		"objects, 100000":    {500, strings.Repeat(`{"error":`, 100_000), nil, "[500 http_error] ", headerID, "ErrInternal", "", ""},
		"detail and error":   {422, `{"detail":"a","error":{"type":"t","message":"m","detail":"b"}}`, nil, "[422 t] m", headerID, "ErrValidation", `"b"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, reply(c.status, c.body, c.headers...))
			var info cas.ResponseInfo
			_, err := s.client(t).Extract(t.Context(), aRequest(), cas.WithResponseInfo(&info))
			e := asError(t, err)
			assert.Equal(t, c.status, e.StatusCode)
			assert.Equal(t, c.id, e.RequestID)
			assert.Equal(t, c.is, kinds(err))
			assert.True(t, strings.HasPrefix(err.Error(), c.text), "%q does not begin with %q", err, c.text)
			if c.id != "" {
				assert.True(t, strings.Contains(err.Error(), " (request_id="+c.id+"), in answer to "), err)
			} else {
				assert.NotContains(t, err.Error(), "request_id")
			}
			assert.Truef(t, strings.HasPrefix(string(e.Detail), c.detail) && (c.detail != "" || e.Detail == nil), "detail is %s", e.Detail)
			var issues []string
			for _, issue := range e.Issues() {
				issues = append(issues, fmt.Sprint(issue))
			}
			assert.Equal(t, c.issue, strings.Join(issues, " "))
			assert.Equal(t, c.body[:min(len(c.body), 4096)], string(e.Body))
			assert.Equal(t, [2]string{"POST", s.URL + "/api/v1/extract"}, [2]string{e.Method, e.URL})
			assert.Equal(t, 1, e.Attempts)
			assert.NoError(t, e.Unwrap())
			assert.Equal(t, c.status, info.StatusCode)
			assert.EqualValues(t, len(c.body), info.Bytes)
		})
	}
}

func TestErrorReadsAsInTheGuide(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(404, captured(t, "plain_unknown")))
	_, err := s.client(t).Provider(t.Context(), "nope")
	assert.EqualError(t, err, "[404 not_found] Unknown provider 'nope' (request_id="+headerID+"), in answer to GET /api/v1/providers/nope")
	assert.ErrorIs(t, err, cas.ErrNotFound)
	assert.Equal(t, cas.ErrorTypeNotFound, asError(t, err).Type)

	assert.EqualError(t, &cas.Error{StatusCode: 422, Type: "t", Message: "m"}, "[422 t] m")
	assert.EqualError(t, &cas.Error{Type: "transport_error", Message: "m", Attempts: 3}, "[transport_error] m (after 3 attempts)")
}

// The whole request comes back in a 422. Beyond the limit its detail is dropped, and the error stays what it is.
func TestAHugeErrorBodyKeepsItsStatusError(t *testing.T) {
	t.Parallel()
	body := `{"error":{"type":"validation_error","message":"Request validation failed","request_id":"b1","detail":[{"type":"missing","loc":["body","dataset_ids"],"msg":"Field required","input":"` +
		strings.Repeat("x", 5<<20) + `"}]}}`
	for name, c := range map[string]struct {
		size   int
		opts   []cas.Option
		detail bool
	}{
		"5 MiB of detail":          {len(body), nil, false},
		"4 MiB":                    {4 << 20, nil, true},
		"4 MiB and a byte":         {4<<20 + 1, nil, false},
		"the client's own limit":   {1000, []cas.Option{cas.WithMaxResponseBytes(1000)}, true},
		"that and a byte":          {1001, []cas.Option{cas.WithMaxResponseBytes(1000)}, false},
		"a limit inside of its id": {1001, []cas.Option{cas.WithMaxResponseBytes(90)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := body[:len(body)-(5<<20)-5] + strings.Repeat("x", c.size-(len(body)-(5<<20))) + `"}]}}`
			s := serve(t, reply(422, text))
			_, err := s.client(t, c.opts...).Extract(t.Context(), aRequest())
			e := asError(t, err)
			assert.Equal(t, "ErrValidation", kinds(err))
			assert.True(t, strings.HasPrefix(err.Error(), "[422 validation_error] Request validation failed (request_id="), err)
			assert.Equal(t, c.detail, e.Detail != nil)
			assert.Equal(t, c.detail, len(e.Issues()) == 1)
			assert.LessOrEqual(t, len(e.Body), 4096)
			assert.True(t, strings.HasPrefix(text, string(e.Body)))
		})
	}
}

func TestAnErrorBodyThatBreaksOffKeepsItsStatus(t *testing.T) {
	t.Parallel()
	s := serve(t, rawReply(false, "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"detail\":\"Unknown"))
	_, err := s.client(t).Provider(t.Context(), "nope")
	assert.Equal(t, "ErrNotFound", kinds(err))
	assert.Equal(t, `{"detail":"Unknown`, string(asError(t, err).Body))
	assert.Len(t, s.Requests(), 1)
}

func TestIssuesNameEveryPlace(t *testing.T) {
	t.Parallel()
	e := cas.Error{Detail: json.RawMessage(`[{"loc":["body",1000000,"geometries",12345678901234567890],"msg":"a","type":"b","input":{"x":1}},{"loc":[],"msg":"c"},{}]`)}
	assert.Equal(t, []cas.ValidationIssue{{Loc: "body.1000000.geometries.12345678901234567890", Message: "a", Type: "b"}, {Message: "c"}, {}}, e.Issues())
	for _, detail := range []string{"", "null", `"text"`, "{}", "[1]", `[{"loc":1}]`, "[", "\xff"} {
		assert.Empty(t, (&cas.Error{Detail: json.RawMessage(detail)}).Issues(), detail)
	}
	s := serve(t, reply(422, captured(t, "providers_two_errors")))
	_, err := s.client(t).Providers(t.Context(), cas.Page{})
	assert.Equal(t, []string{"query.limit", "query.offset"}, []string{asError(t, err).Issues()[0].Loc, asError(t, err).Issues()[1].Loc})
}

// Where no answer came there is a *cas.Error too, with the cause behind it.
func TestNoAnswerIsATransportError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script http.HandlerFunc
		want   string
	}{
		"closed":          {rawReply(false, ""), "EOF"},
		"reset":           {rawReply(true, ""), ""},
		"not HTTP":        {rawReply(false, "SSH-2.0-OpenSSH\r\n"), "malformed HTTP"},
		"a broken header": {rawReply(false, "HTTP/1.1 200 OK\r\nNo colon here\r\n\r\n"), "malformed MIME header"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.script)
			var info cas.ResponseInfo
			_, err := s.client(t).Provider(t.Context(), "p", cas.WithResponseInfo(&info))
			e := asError(t, err)
			assert.Equal(t, cas.Error{Type: "transport_error", Message: e.Message, Attempts: 1, Method: "GET", URL: s.URL + "/api/v1/providers/p"},
				cas.Error{StatusCode: e.StatusCode, Type: e.Type, Message: e.Message, RequestID: e.RequestID, Attempts: e.Attempts, Method: e.Method, URL: e.URL, Body: e.Body})
			assert.Contains(t, err.Error(), "[transport_error] GET "+s.URL+"/api/v1/providers/p: ")
			assert.Contains(t, e.Unwrap().Error(), c.want)
			assert.Empty(t, kinds(err))
			assert.Equal(t, cas.ResponseInfo{Attempts: 1, Elapsed: info.Elapsed}, info)
		})
	}
	client, err := cas.NewClient("http://127.0.0.1:1", cas.WithRetry(cas.RetryPolicy{MaxAttempts: 2, MaxBackoff: 1}))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.Health(t.Context())
	assert.ErrorContains(t, err, "(after 2 attempts)")
	assert.Equal(t, 2, asError(t, err).Attempts)
}

// A context that has ended is found by errors.Is, with the reason that the caller gave.
func TestAContextThatEndedIsFoundInTheError(t *testing.T) {
	t.Parallel()
	why := errors.New("the user went home")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	past, stop := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer stop()
	s := serve(t, reply(200, healthy))
	client := s.client(t)
	for _, call := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := client.Health(ctx); return err },
		func(ctx context.Context) error { _, err := client.Async().Health(ctx).Wait(t.Context()); return err },
		func(ctx context.Context) error { _, err := client.Extract(ctx, aRequest()); return err },
		func(ctx context.Context) error {
			for _, err := range client.StreamBatch(ctx, aBatch(1)) {
				return err
			}
			return nil
		},
		func(ctx context.Context) error {
			for _, err := range client.AllProviders(ctx) {
				return err
			}
			return nil
		},
		func(ctx context.Context) error {
			for _, err := range client.ProviderDetails(ctx) {
				return err
			}
			return nil
		},
	} {
		err := call(ctx)
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, why)
		assert.ErrorIs(t, call(past), context.DeadlineExceeded)
	}
	assert.Empty(t, s.Requests())
}

func TestRetryAfterOfTheLastAnswerIsInTheError(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"59": 59 * time.Second, "0": 0, "": 0, "soon": 0, "-1": 0, "1.5": 0, "99999999999999999999": math.MaxInt64, "Mon, 01 Jan 1990 00:00:00 GMT": 0,
	} {
		s := serve(t, reply(429, captured(t, "rate_429"), "Retry-After", header))
		_, err := s.client(t).Health(t.Context())
		assert.Equal(t, want, asError(t, err).RetryAfter, header)
	}
}
