package castest_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest"
)

// record is a line of testdata/exchanges.jsonl.gz: what the real service 0.4.0 answered. testdata/make_exchanges.py records them.
type record struct {
	Session string `json:"session"`
	Request struct {
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Headers map[string]string `json:"headers"`
		Body    content           `json:"body"`
	} `json:"request"`
	Response struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    content           `json:"body"`
	} `json:"response"`
}

// content is a body: as text where it is UTF-8.
type content struct {
	Text   string `json:"text"`
	Base64 []byte `json:"base64"`
}

func (c content) bytes() []byte {
	if c.Base64 != nil {
		return c.Base64
	}
	return []byte(c.Text)
}

func recorded(t *testing.T) map[string][]record {
	t.Helper()
	file, err := os.Open("testdata/exchanges.jsonl.gz")
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	sessions := map[string][]record{}
	for d := json.NewDecoder(unzipped); ; {
		var x record
		if err := d.Decode(&x); errors.Is(err, io.EOF) {
			return sessions
		}
		require.NoError(t, err)
		sessions[x.Session] = append(sessions[x.Session], x)
	}
}

// Every exchange with the real service is the same with this one: status, headers, and body byte for byte, but for request ids,
// elapsed times and the versions that a text names.
func TestSameAsTheService(t *testing.T) {
	t.Parallel()
	sessions := recorded(t)
	for name, options := range map[string][]castest.Option{
		"plain":                  nil,
		"keys k1 k2":             {castest.WithAPIKeys("k1", "k2")},
		"3 a minute":             {castest.WithRateLimit(3)},
		"keys k1 k2, 3 a minute": {castest.WithAPIKeys("k1"), castest.WithAPIKeys("k2"), castest.WithRateLimit(3)},
		"provider timeout":       {castest.WithTimeouts(time.Second, 0)},
		"request timeout":        {castest.WithTimeouts(0, time.Second)},
	} {
		exchanges := sessions[name]
		require.NotEmpty(t, exchanges, name)
		delete(sessions, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := harness(t, options...)
			for i, x := range exchanges {
				title := fmt.Sprintf("%d %s %s", i, x.Request.Method, x.Request.Path)
				if body := x.Request.Body.bytes(); len(body) < 150 {
					title += " " + strconv.QuoteToASCII(string(body))
				}
				status, headers, body := send(t, server, x)
				assert.Equalf(t, x.Response.Status, status, "%s: status, with body %.300s", title, body)
				assert.Equalf(t, x.Response.Headers, headers, "%s: headers", title)
				if want := neutral(x.Response.Body.bytes()); !bytes.Equal(want, neutral(body)) {
					assert.Equalf(t, abbreviated(want), abbreviated(neutral(body)), "%s: body", title)
				}
			}
		})
	}
	assert.Empty(t, sessions, "sessions without a test")
}

func abbreviated(b []byte) string {
	if len(b) > 3000 {
		return string(b[:1500]) + "…" + string(b[len(b)-1500:])
	}
	return string(b)
}

var (
	requestID = regexp.MustCompile(`"request_id":"[0-9a-f]{12}"`)
	elapsed   = regexp.MustCompile(`"elapsed_ms":\d+`)
	providers = regexp.MustCompile(`"providers_registered":\d+`)
)

// neutral takes out what differs from one run to the next, and sorts the one distribution that the service does not.
func neutral(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte(`{"forêt":0.25,"a/b":0.75}`), []byte(`{"a/b":0.75,"forêt":0.25}`))
	body = requestID.ReplaceAll(body, []byte(`"request_id":"000000000000"`))
	body = providers.ReplaceAll(body, []byte(`"providers_registered":0`))
	return elapsed.ReplaceAll(body, []byte(`"elapsed_ms":0`))
}

// send sends a request as it was recorded, by hand: net/http would clean up its path and headers.
func send(t *testing.T, server *castest.Server, x record) (status int, headers map[string]string, body []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(server.URL(), "http://"))
	require.NoError(t, err)
	defer conn.Close()

	sent := x.Request.Body.bytes()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", x.Request.Method, x.Request.Path)
	if x.Request.Headers["Host"] == "" {
		b.WriteString("Host: castest\r\n")
	}
	for name, value := range x.Request.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", name, value)
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(sent))
	b.Write(sent)
	_, err = conn.Write(b.Bytes())
	require.NoError(t, err)

	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: x.Request.Method})
	require.NoErrorf(t, err, "%s %s", x.Request.Method, x.Request.Path)
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	require.NoError(t, err)
	headers = map[string]string{"x-request-id": strconv.Itoa(len(res.Header.Get("X-Request-Id")))}
	for _, name := range []string{
		"content-type", "allow", "location", "retry-after", "vary", "access-control-allow-origin", "access-control-allow-credentials",
		"access-control-allow-methods", "access-control-allow-headers", "access-control-max-age",
	} {
		if value := res.Header.Get(name); value != "" {
			headers[name] = value
		}
	}
	assert.Equal(t, "uvicorn", res.Header.Get("Server"))
	if x.Request.Method != http.MethodHead {
		assert.Equalf(t, strconv.Itoa(len(body)), res.Header.Get("Content-Length"), "%s %s", x.Request.Method, x.Request.Path)
	}
	return res.StatusCode, headers, body
}
