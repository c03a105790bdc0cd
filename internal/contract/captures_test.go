package contract_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An exchange is one request to the running service and its answer, as captured.
type exchange struct {
	name    string
	request *http.Request // nil where what was sent is no HTTP request
	sent    []byte        // the request's body
	unkept  bool          // the capture describes the request's body, but does not hold it

	status int
	header http.Header
	body   []byte
}

// A capture is one file of testdata/captures. One that was taken off the socket holds raw bytes instead of parts.
type capture struct {
	Name    string
	Request struct {
		Method, Path string
		Headers      map[string]string
		Body         string
		BodyBase64   []byte `json:"body_base64"`
		BodyNote     string `json:"body_note"`
		Raw          string
		RawSecond    string `json:"raw_second"`
	}
	Response struct {
		Status        int
		Headers       [][2]string
		BodyText      string `json:"body_text"` // the exact body
		BodyTruncated bool   `json:"body_truncated"`
		Raw           string
		RawSecond     string `json:"raw_second"`
	}
}

// captured reads every capture. Each gives one exchange; a raw one as many as went over its connection.
func captured(t *testing.T) []exchange {
	t.Helper()
	files, err := filepath.Glob("testdata/captures/*.json")
	require.NoError(t, err)
	var all []exchange
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var c capture
		require.NoError(t, json.Unmarshal(text, &c), file)
		require.Falsef(t, c.Response.BodyTruncated, "%s: a cut body proves nothing", file)
		if c.Response.Raw != "" {
			all = append(all, rawExchanges(t, c)...)
			continue
		}
		all = append(all, plainExchange(t, c))
	}
	return all
}

func plainExchange(t *testing.T, c capture) exchange {
	t.Helper()
	target, err := url.ParseRequestURI(c.Request.Path)
	require.NoError(t, err, c.Name)
	if strings.HasPrefix(c.Request.Path, "//") { // else the first segment is taken as a host
		target = &url.URL{Path: c.Request.Path}
	}
	e := exchange{
		name:    c.Name,
		request: (&http.Request{Method: c.Request.Method, URL: target, Header: http.Header{}}).WithContext(t.Context()),
		sent:    []byte(c.Request.Body),
		unkept:  c.Request.BodyNote != "",
		status:  c.Response.Status,
		header:  http.Header{},
		body:    []byte(c.Response.BodyText),
	}
	if c.Request.BodyBase64 != nil {
		e.sent = c.Request.BodyBase64
	}
	for name, value := range c.Request.Headers {
		e.request.Header.Set(name, value)
	}
	for _, h := range c.Response.Headers {
		e.header.Add(h[0], h[1])
	}
	return e
}

// rawExchanges pairs the requests and the answers of one connection.
func rawExchanges(t *testing.T, c capture) []exchange {
	t.Helper()
	requests := bufio.NewReader(strings.NewReader(c.Request.Raw + c.Request.RawSecond))
	answers := bufio.NewReader(strings.NewReader(c.Response.Raw + c.Response.RawSecond))
	var all []exchange
	for {
		e := exchange{name: c.Name}
		request, err := http.ReadRequest(requests)
		if err == nil {
			e.sent, err = io.ReadAll(request.Body)
			require.NoError(t, err, c.Name)
			e.request = request.WithContext(t.Context())
		}
		answer, err := http.ReadResponse(answers, request)
		for err == nil && answer.StatusCode == http.StatusContinue {
			answer, err = http.ReadResponse(answers, request)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) { // the connection was closed, or no more was asked
			return all
		}
		require.NoError(t, err, c.Name)
		e.status, e.header = answer.StatusCode, answer.Header
		e.body, err = io.ReadAll(answer.Body)
		require.NoError(t, err, c.Name)
		all = append(all, e)
	}
}

// isJSON reports whether the answer has a JSON body that may be checked, decoded and mutated.
func (e exchange) isJSON() bool {
	return e.header.Get("Content-Type") == "application/json" && len(e.body) > 0
}

func TestCaptures(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/captures/*.json")
	require.NoError(t, err)
	all := captured(t)
	t.Logf("%d captures, %d exchanges", len(files), len(all))
	assert.GreaterOrEqual(t, len(all), 300)

	statuses := map[int]int{}
	for _, e := range all {
		statuses[e.status]++
		if e.isJSON() {
			assert.Truef(t, json.Valid(e.body), "%s: the body is not JSON", e.name)
		}
		if e.request != nil && !e.unkept {
			length := e.request.Header.Get("Content-Length")
			if length != "" && !bytes.Contains(e.sent, []byte("�")) {
				assert.Equalf(t, length, strconv.Itoa(len(e.sent)), "%s: the request is cut", e.name)
			}
		}
	}
	for _, status := range []int{200, 307, 400, 401, 404, 405, 422, 429, 500, 502} {
		assert.NotZerof(t, statuses[status], "no capture of a %d", status)
	}
}
