package cas

import (
	"encoding/json"
	"math"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// capturedAnswers are the bodies of the real service.
func capturedAnswers(f *testing.F) (texts [][]byte) {
	paths, err := filepath.Glob(filepath.Join("testdata", "answers", "*.json"))
	require.NoError(f, err)
	require.NotEmpty(f, paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(f, err)
		texts = append(texts, text)
	}
	return texts
}

// Whatever the body, an error has a kind, a message and a status; its detail is JSON; and none of it tells the key.
func FuzzErrorBody(f *testing.F) {
	for _, text := range capturedAnswers(f) {
		f.Add(422, "application/json", text, "k3y-k3y", true)
		f.Add(500, "application/json", text[:len(text)/2], "request", false)
	}
	for _, text := range []string{
		"", "<html>", "boom", `{"error":null}`, `{"error":{}}`, `{"detail":{}}`, `[[[[`, `{"error":{"type":1}}`, "\xff", `{"detail":"\ud800"}`,
		`{"detail":[{"loc":["body",1e6,null,[]],"msg":7}]}`, strings.Repeat("[", 20000), `{"error":{"message":"\u006b3y-k3y"}}`,
	} {
		f.Add(404, "text/plain", []byte(text), "k3y-k3y", true)
	}
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte, key string, whole bool) {
		e := &Error{StatusCode: status, Body: body}
		before := string(body)
		e.fill(http.Header{"Content-Type": {contentType}, requestIDHeader: {key}}, body, whole)
		require.Equal(t, before, string(body), "the body is left alone")
		require.NotEmpty(t, e.Message)
		require.NotEmpty(t, e.Type)
		require.True(t, e.Detail == nil || (whole && json.Valid(e.Detail)), "%s", e.Detail)
		_, err := json.Marshal(e)
		require.NoError(t, err)

		var want struct {
			Error struct {
				Type, Message *string
				RequestID     *string `json:"request_id"`
			}
		}
		plain := regexp.MustCompile(`^\{"error":\{"type":"\w+","message":"\w+","request_id":"\w+"\}\}$`).Match(body)
		if plain && json.Unmarshal(body, &want) == nil {
			require.Equal(t, *want.Error.Type, string(e.Type))
			require.Equal(t, *want.Error.Message, e.Message)
			require.Equal(t, *want.Error.RequestID, e.RequestID)
		}

		if len(key) >= minEcho && !hasControl(key) && utf8.ValidString(key) && !strings.Contains(redacted, key) && !strings.Contains(key, redacted[:1]) && !strings.Contains(key, redacted[len(redacted)-1:]) {
			secretsOf([]header{newHeader(keyHeader, key)}).clean(e)
			for _, part := range []string{string(e.Type), e.Message, e.RequestID, string(e.Body), string(e.Detail)} {
				require.NotContains(t, part, key)
			}
			require.True(t, e.Detail == nil || json.Valid(e.Detail))
		}
		require.LessOrEqual(t, len(e.Issues()), len(e.Detail))
		require.NotEmpty(t, e.Error())
	})
}

// A number is read exactly, up to the longest Duration; a date is the time until then; anything else is no answer.
func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	for _, header := range []string{
		"", "0", "59", "-1", "+1", "1.5", "1e3", " 7 ", "007", "99999999999999999999", "9223372036", "9223372037", "soon", "٣",
		now.Add(time.Hour).Format(http.TimeFormat), now.Add(-time.Hour).Format(http.TimeFormat), now.Format(time.ANSIC), "Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		f.Add(header)
	}
	digits := regexp.MustCompile(`^[0-9]+$`)
	f.Fuzz(func(t *testing.T, header string) {
		wait, ok := parseRetryAfter(header, now)
		require.GreaterOrEqual(t, wait, time.Duration(0))
		require.Greater(t, afterSlack(wait), time.Duration(0), "a second more does not overflow")
		text := strings.TrimSpace(header)
		switch date, err := http.ParseTime(text); {
		case digits.MatchString(text):
			seconds, _ := new(big.Int).SetString(text, 10)
			exact := seconds.Mul(seconds, big.NewInt(int64(time.Second)))
			require.True(t, ok)
			if exact.IsInt64() {
				require.Equal(t, exact.Int64(), int64(wait))
			} else {
				require.Equal(t, time.Duration(math.MaxInt64), wait)
			}
		case err == nil && !date.Before(now):
			require.True(t, ok)
			require.Equal(t, date.Sub(now), wait)
		default:
			require.False(t, ok)
			require.Zero(t, wait)
		}
	})
}

// iso is the grammar of the texts that the service takes for a time, numbers and years alone aside.
var iso = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?:([Zz])|([+-])(\d\d):?(\d\d))?)?$`)

// understood tells whether the service would take the text.
func understood(text string) bool {
	m := iso.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v }
	date := time.Date(n(1), time.Month(n(2)), n(3), 0, 0, 0, 0, time.UTC)
	return n(1) > 0 && date.Month() == time.Month(n(2)) && date.Day() == n(3) && n(4) < 24 && n(5) < 60 && n(6) < 60 && n(9) < 24 && n(10) < 60
}

// Dates are sent if and only if the service would take both, as they were written, and not before each other.
func FuzzDates(f *testing.F) {
	for _, text := range []string{
		"2020-01-02", "2020-02-29", "2021-02-29", "2020-01-02T03:04", "2020-01-02 03:04:05", "2020-01-02T03:04:05.123456789Z", "2020-01-02T03:04:05,5",
		"2020-01-02t03:04:05z", "2020-01-02T03:04:05+02:00", "2020-01-02T03:04:05-0456", "2020-01-02T03:04:05+02:00:30", "2020-01-02T03:04:05+24:00", "2020-01-02T24:00:00",
		"2020-01-02T03:04:60", "2020", "1577934245", "yesterday", "", "0000-01-01", "0001-01-01", "9999-12-31T23:59:59.999999", "10000-01-01", "2020-01-02T03:04:05.", "2020-01-02Z",
	} {
		f.Add(text, "2020-06-01")
		f.Add("2020-01-01T00:00:00Z", text)
	}
	f.Fuzz(func(t *testing.T, first, last string) {
		start, end, err := period(Dates{first, last})
		if !understood(first) || !understood(last) {
			require.ErrorIs(t, err, ErrInvalidRequest)
			return
		}
		if err != nil {
			require.ErrorContains(t, err, "before it starts")
			_, _, err = period(Dates{last, first})
			require.NoError(t, err, "the other way round it is none")
			return
		}
		for sent, written := range map[string]string{start: first, end: last} {
			if len(written) == len("2020-01-02") {
				written += "T00:00:00"
			}
			require.Equal(t, written, sent)
			require.True(t, understood(sent))
		}
		request := ExtractRequest{Geometry: Point(1, 2), TimeRange: Dates{first, last}}
		body, err := request.encode()
		require.NoError(t, err)
		require.True(t, json.Valid(slices.Concat(body...)))
	})
}
