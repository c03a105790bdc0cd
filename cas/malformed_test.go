package cas_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// operations are all calls that read an answer, each with the smallest one that is well-formed.
var operations = map[string]struct {
	answer string
	call   func(testing.TB, *cas.Client, ...cas.CallOption) error
}{
	"Extract": {emptyExtract, func(t testing.TB, c *cas.Client, opts ...cas.CallOption) error {
		v, err := c.Extract(t.Context(), aRequest(), opts...)
		return valueOrError(t, v, err)
	}},
	"BatchExtract": {emptyBatch, func(t testing.TB, c *cas.Client, opts ...cas.CallOption) error {
		v, err := c.BatchExtract(t.Context(), aBatch(1), opts...)
		return valueOrError(t, v, err)
	}},
	"StreamBatch": {emptyBatch, func(t testing.TB, c *cas.Client, opts ...cas.CallOption) error {
		var last error
		for v, err := range c.StreamBatch(t.Context(), aBatch(1), opts...) {
			require.NoError(t, last, "nothing comes after an error")
			last = valueOrError(t, v, err)
		}
		return last
	}},
	"Providers": {emptyProviders, func(t testing.TB, c *cas.Client, opts ...cas.CallOption) error {
		v, err := c.Providers(t.Context(), cas.Page{}, opts...)
		return valueOrError(t, v, err)
	}},
	"Provider": {oneProvider, func(t testing.TB, c *cas.Client, opts ...cas.CallOption) error {
		v, err := c.Provider(t.Context(), "p", opts...)
		return valueOrError(t, v, err)
	}},
	"Datasets": {emptyDatasets, func(t testing.TB, c *cas.Client, opts ...cas.CallOption) error {
		v, err := c.Datasets(t.Context(), cas.DatasetFilter{}, opts...)
		return valueOrError(t, v, err)
	}},
	"Health": {healthy, func(t testing.TB, c *cas.Client, opts ...cas.CallOption) error {
		v, err := c.Health(t.Context(), opts...)
		return valueOrError(t, v, err)
	}},
}

// valueOrError holds a call to giving exactly one of the two.
func valueOrError[T any](t testing.TB, v *T, err error) error {
	assert.Equal(t, err == nil, v != nil, "a value or an error, not both and not neither")
	return err
}

// A 2xx that cannot be used is an error with status, request id and sample, asked for once, whatever the operation.
func TestAMalformedSuccessIsAnError(t *testing.T) {
	t.Parallel()
	html := []string{"Content-Type", "text/html; charset=utf-8"}
	for name, c := range map[string]struct {
		status  int
		change  func(answer string) string
		headers []string
	}{
		"nothing":            {200, func(string) string { return "" }, nil},
		"blanks":             {200, func(string) string { return " \n" }, nil},
		"null":               {200, func(string) string { return "null" }, nil},
		"{}":                 {200, func(string) string { return "{}" }, nil},
		"[]":                 {200, func(string) string { return "[]" }, nil},
		"true":               {200, func(string) string { return "true" }, nil},
		"a number":           {200, func(string) string { return "7" }, nil},
		"a string":           {200, func(string) string { return `"ok"` }, nil},
		"in an array":        {200, func(s string) string { return "[" + s + "]" }, nil},
		"HTML":               {200, func(string) string { return "<html>please log in</html>" }, html},
		"HTML, misnamed":     {200, func(string) string { return "<html>please log in</html>" }, nil},
		"JSON, misnamed":     {200, func(s string) string { return s }, html},
		"a bad content type": {200, func(s string) string { return s }, []string{"Content-Type", "json, please"}},
		"204":                {204, func(string) string { return "" }, nil},
		"205":                {205, func(string) string { return "" }, nil},
		"an odd 2xx":         {299, func(string) string { return "" }, nil},
		"text behind":        {200, func(s string) string { return s + "x" }, nil},
		"JSON behind":        {200, func(s string) string { return s + s }, nil},
		"a NUL behind":       {200, func(s string) string { return s + "\x00" }, nil},
		"a cut object":       {200, func(s string) string { return s[:len(s)-1] }, nil},
		"a byte order mark":  {200, func(s string) string { return "\ufeff" + s }, nil},
		"NaN":                {200, func(s string) string { return s[:len(s)-1] + `,"x":NaN}` }, nil},
		"not UTF-8":          {200, func(s string) string { return s[:len(s)-1] + ",\"x\":\"\xff\"}" }, nil},
		"names twice":        {200, func(s string) string { return s[:len(s)-1] + "," + s[1:] }, nil},
		"arrays, 100000":     {200, func(s string) string { return strings.Repeat("[", 100_000) }, nil},
		"objects, 100000":    {200, func(s string) string { return s[:len(s)-1] + `,"x":` + strings.Repeat(`{"x":`, 100_000) }, nil},
		"closed arrays": {200, func(s string) string {
			return s[:len(s)-1] + `,"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}"
		}, nil},
	} {
		for operation, op := range operations {
			t.Run(name+"/"+operation, func(t *testing.T) {
				t.Parallel()
				body := c.change(op.answer)
				s := serve(t, reply(c.status, body, c.headers...))
				var info cas.ResponseInfo
				err := op.call(t, s.client(t, cas.WithRetry(cas.RetryPolicy{MaxBackoff: 1})), cas.WithResponseInfo(&info))
				e := asError(t, err)
				assert.Equal(t, "ErrMalformedResponse", kinds(err))
				assert.Equal(t, []any{c.status, cas.ErrorTypeMalformed, headerID, 1}, []any{e.StatusCode, e.Type, e.RequestID, e.Attempts})
				assert.Equal(t, body[:min(len(body), 4096)], string(e.Body))
				assert.Less(t, len(err.Error()), 400)
				assert.Len(t, s.Requests(), 1, "it is not asked for again")
				assert.Equal(t, c.status, info.StatusCode)
			})
		}
	}
}

// One member that is missing, null, of another type, or an item that says nothing.
func TestAMalformedMemberIsAnError(t *testing.T) {
	t.Parallel()
	result := strings.TrimSuffix(strings.SplitN(captured(t, "extract_point_ok"), `"results":[`, 2)[1], `],"warnings":[],"elapsed_ms":0}`)
	withResult := func(old, new string) string {
		require.Contains(t, result, old)
		return strings.Replace(emptyExtract, `"results":[]`, `"results":[`+strings.Replace(result, old, new, 1)+`]`, 1)
	}
	batchOf := func(response string) string {
		return strings.Replace(emptyBatch, `"responses":[]`, `"responses":[`+response+`]`, 1)
	}
	dataset := strings.TrimSuffix(strings.SplitN(captured(t, "datasets_provider"), `"datasets":[`, 2)[1], `]}`)
	withDataset := func(old, new string) string {
		require.Contains(t, dataset, old)
		return strings.Replace(emptyDatasets, `"datasets":[]`, `"datasets":[`+strings.Replace(dataset, old, new, 1)+`]`, 1)
	}
	for operation, bodies := range map[string][]string{
		"Extract": {
			`{"results":[]}`, `{"request_id":"e"}`, `{"request_id":null,"results":[]}`, `{"request_id":"e","results":null}`, `{"request_id":"","results":[]}`,
			`{"request_id":7,"results":[]}`, `{"request_id":"e","results":{}}`, `{"request_id":"e","results":[null]}`, `{"request_id":"e","results":[{}]}`,
			`{"request_id":"e","results":[[]]}`, `{"request_id":"e","results":[],"warnings":"w"}`, `{"request_id":"e","results":[],"warnings":[1]}`,
			`{"request_id":"e","results":[],"elapsed_ms":"0"}`, `{"request_id":"e","results":[],"elapsed_ms":1.5}`, `{"REQUEST_ID":"e","RESULTS":[]}`,
			withResult(`388.0`, `"388.0"`), withResult(`388.0`, `[388.0]`), withResult(`388.0`, `{"a":"1"}`), withResult(`388.0`, `1e999`), withResult(`388.0`, `true`),
			withResult(`"pixel_count":1`, `"pixel_count":"1"`), withResult(`"pixel_count":1`, `"pixel_count":1e30`), withResult(`"timestamp":null`, `"timestamp":"yesterday"`),
			withResult(`"timestamp":null`, `"timestamp":0`), withResult(`[-500.0,9000.0]`, `[1]`), withResult(`[-500.0,9000.0]`, `"x"`), withResult(`"units":"m"`, `"units":1`),
			withResult(`"coverage_fraction":1.0`, `"coverage_fraction":"1.0"`), withResult(`"dataset_id":"local_dem:elevation"`, `"dataset_id":null`),
		},
		"BatchExtract": {
			`{"responses":[]}`, `{"request_id":"b"}`, `{"request_id":"b","responses":null}`, `{"request_id":"b","responses":{}}`, batchOf(`null`), batchOf(`{}`), batchOf(`[]`),
			batchOf(`7`), batchOf(emptyExtract + `,null`), batchOf(withResult(`388.0`, `"388.0"`)), batchOf(`{"request_id":"e","results":[null]}`),
			strings.Replace(emptyBatch, `"total_results":0`, `"total_results":"0"`, 1),
		},
		"Providers": {
			`{"total":0}`, `{"providers":null}`, `{"providers":{}}`, `{"providers":[null]}`, `{"providers":[{}]}`, `{"providers":["p"]}`, `{"providers":[{"slug":1}]}`,
			`{"total":"0","providers":[]}`, `{"total":99999999999999999999999,"providers":[]}`,
		},
		"Provider": {
			`{"name":"P"}`, `{"slug":null}`, `{"slug":""}`, `{"slug":1}`, `{"slug":"p","datasets":[null]}`, `{"slug":"p","datasets":{}}`, emptyProviders,
			`{"slug":"p","datasets":[` + strings.Replace(dataset, `30.0`, `"30"`, 1) + `]}`,
		},
		"Datasets": {
			`{"total":0}`, `{"datasets":null}`, `{"datasets":[null]}`, `{"datasets":[{}]}`, `{"datasets":[1]}`, withDataset(`30.0`, `"30"`), withDataset(`30.0`, `1e999`),
			withDataset(`-180.0`, `"-180"`), withDataset(`"start":null`, `"start":"soon"`), withDataset(`"variables":[`, `"variables":[1,`), withDataset(`"id":"copernicus_dem:elevation",`, ``),
		},
		"Health": {`{"cache":{}}`, `{"status":null}`, `{"status":""}`, `{"status":1}`, `{"status":"ok","cache":[]}`, `{"status":"ok","providers_registered":"1"}`},
	} {
		for _, body := range bodies {
			checkMalformed(t, operation, body)
			if operation == "BatchExtract" {
				checkMalformed(t, "StreamBatch", body)
			}
		}
	}
}

// What is wrong behind the media type is no reason to refuse an answer.
func TestContentTypesThatAreJSON(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{
		"application/json", "application/json; charset", "application/json; charset=", "application/json;", "Application/JSON ; =", "application/problem+json; x",
		"application/geo+json", "",
	} {
		_, err := serve(t, reply(200, healthy, "Content-Type", contentType)).client(t).Health(t.Context())
		assert.NoError(t, err, contentType)
	}
	for _, contentType := range []string{"text/html; application/json", "application/jsonp", "application", "json", ";"} {
		_, err := serve(t, reply(200, healthy, "Content-Type", contentType)).client(t).Health(t.Context())
		assert.ErrorIs(t, err, cas.ErrMalformedResponse, contentType)
	}
}

func checkMalformed(t *testing.T, operation, body string) {
	t.Run(operation+" "+body[:min(len(body), 60)], func(t *testing.T) {
		t.Parallel()
		s := serve(t, reply(200, body))
		err := operations[operation].call(t, s.client(t, cas.WithRetry(cas.RetryPolicy{MaxBackoff: 1})))
		assert.Equal(t, "ErrMalformedResponse", kinds(err), body)
		assert.Equal(t, body[:min(len(body), 4096)], string(asError(t, err).Body))
		assert.Len(t, s.Requests(), 1)
	})
}

// What is new, unknown or left out of what may be is tolerated.
func TestAnUnknownFutureIsTolerated(t *testing.T) {
	t.Parallel()
	for operation, op := range operations {
		for _, body := range []string{
			op.answer,
			" \r\n" + op.answer + "\n",
			op.answer[:len(op.answer)-1] + `,"brand_new":{"a":[1,{"b":null}]}}`,
			`{"brand_new":[[]],` + op.answer[1:],
		} {
			for _, contentType := range []string{"application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json", ""} {
				s := serve(t, reply(200, body, "Content-Type", contentType))
				assert.NoError(t, op.call(t, s.client(t)), operation)
			}
		}
	}
	s := serve(t, reply(201, emptyExtract))
	assert.NoError(t, operations["Extract"].call(t, s.client(t)))
}

func TestABodyMayBeAsLargeAsTheLimitAndNoByteMore(t *testing.T) {
	t.Parallel()
	for operation, op := range operations {
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprint(operation, chunked), func(t *testing.T) {
				t.Parallel()
				answer := op.answer + strings.Repeat(" ", 10_000)
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					if chunked {
						w.Header().Set("Content-Type", "application/json")
						w.Header().Set("X-Request-ID", headerID)
						w.(http.Flusher).Flush()
						_, _ = io.WriteString(w, answer)
						return
					}
					reply(200, answer)(w, r)
				})
				var info cas.ResponseInfo
				require.NoError(t, op.call(t, s.client(t, cas.WithMaxResponseBytes(int64(len(answer)))), cas.WithResponseInfo(&info)))
				assert.EqualValues(t, len(answer), info.Bytes)
				for _, limit := range []int{1, len(answer) - 1} {
					sent := len(s.Requests())
					err := op.call(t, s.client(t, cas.WithMaxResponseBytes(int64(limit)), cas.WithRetry(cas.RetryPolicy{MaxBackoff: 1})))
					e := asError(t, err)
					assert.Equal(t, "ErrResponseTooLarge", kinds(err))
					assert.Equal(t, []any{200, cas.ErrorTypeTooLarge, headerID}, []any{e.StatusCode, e.Type, e.RequestID})
					assert.Contains(t, e.Message, "WithMaxResponseBytes")
					assert.Equal(t, answer[:min(limit, 4096)], string(e.Body))
					assert.Len(t, s.Requests(), sent+1, "it is not asked for again")
				}
			})
		}
	}
}

// The limit counts what comes out of a compressed body.
func TestACompressedBombIsTooLarge(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = io.WriteString(z, emptyExtract[:len(emptyExtract)-1]+`,"x":"`)
	for range 64 {
		_, _ = z.Write(bytes.Repeat([]byte("x"), 1<<20))
	}
	require.NoError(t, z.Close())
	for operation, op := range operations {
		s := serve(t, reply(200, bomb.String(), "Content-Encoding", "gzip"))
		assert.Equal(t, "ErrResponseTooLarge", kinds(op.call(t, s.client(t, cas.WithMaxResponseBytes(1<<20)))), operation)
	}
	var small bytes.Buffer
	z = gzip.NewWriter(&small)
	_, _ = io.WriteString(z, healthy)
	require.NoError(t, z.Close())
	s := serve(t, reply(200, small.String(), "Content-Encoding", "gzip"))
	require.NoError(t, operations["Health"].call(t, s.client(t)))
	s = serve(t, reply(200, small.String(), "Content-Encoding", "br"))
	require.ErrorIs(t, operations["Health"].call(t, s.client(t)), cas.ErrMalformedResponse)
}
