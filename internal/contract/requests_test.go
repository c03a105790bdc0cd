package contract_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// accepted reports whether the service took the request for a good one: it answered, or it refused for a reason that lies
// elsewhere, which is the key, the rate limit or a provider that it does not have. A 307, 400, 405, 422 or 500 says otherwise,
// and so does the 404 of a path that is not there.
func (e exchange) accepted() bool {
	switch e.status {
	case http.StatusUnauthorized, http.StatusTooManyRequests:
		return true
	case http.StatusNotFound:
		return bytes.Contains(e.body, []byte("Unknown provider"))
	default:
		return e.status/100 == 2
	}
}

// requestExceptions are the requests that the document and the service judge differently, each with the reason.
// The document asks for what works; the service accepts more, or answers before it looks.
var requestExceptions = map[string]string{
	"auth_before_body_validation_401":  "the key is checked before the body",
	"auth_before_query_validation_401": "the key is checked before the query",
	"rate_429_before_validation":       "the rate limit is checked before the query",
	"rate_422s_are_counted_429":        "the rate limit is checked before the query",

	"batch_output_raster_ignored":     "the service ignores members that it does not know; here they are closed, to find misspelt ones",
	"batch_target_resolution_ignored": "the service ignores members that it does not know; here they are closed, to find misspelt ones",

	"batch_empty_coords":            "coordinates are not checked: a Point without any is a warning inside the 200",
	"extract_point_nulls":           "coordinates are not checked: nulls give a result without a value",
	"extract_point_one_coord":       "coordinates are not checked: one number is a warning inside the 200",
	"extract_point_strings":         "coordinates are not checked: numbers as strings happen to work",
	"extract_polygon_as_point_type": "coordinates are not checked: those of a Polygon in a Point are a warning inside the 200",
	"extract_inf_token_coords":      "Infinity is no JSON; Python reads it, and there is no value",
	"extract_nan_token_coords":      "NaN is no JSON; Python reads it, and there is no value",
	"extract_surrogate_crs":         "half a surrogate pair is no text; Python reads it, and target_crs is ignored",
	"extract_utf16_200":             "JSON is UTF-8; Python reads UTF-16 as well",
	"extract_ct_geojson":            "any Content-Type ending in +json will do for the service",

	"extract_time_unix_float":  "times are ISO 8601; the service guesses at numbers",
	"extract_time_unix_int":    "times are ISO 8601; the service guesses at numbers",
	"extract_time_unix_ms":     "times are ISO 8601; the service guesses at numbers",
	"extract_time_unix_string": "times are ISO 8601; the service guesses at numbers",
	"extract_time_year_only":   "times are ISO 8601 dates; the service takes 2020 for seconds since 1970",

	"datasets_bbox_arabic_digits": "digits are ASCII; Python's \\d knows more",
	"datasets_min_resolution_inf": "inf is no JSON number; Python reads it",
	"datasets_min_resolution_nan": "nan is no JSON number; Python reads it, and nothing is listed",
	"providers_limit_float":       "an integer has no decimal point; the service takes 2.0",
	"providers_offset_huge":       "the validator reads integers of 64 bits; Python knows no end",

	"auth_open_docs": "a page for people, not in the document",
	"docs_html":      "a page for people, not in the document",
	"redoc_html":     "a page for people, not in the document",
	"if_none_match":  "the service's own document, not in this one",
	"openapi_ok":     "the service's own document, not in this one",
}

// A captured request fits the document if and only if the service accepted it, but for the exceptions; and each of those is one.
func TestRequests(t *testing.T) {
	t.Parallel()
	checker := newChecker(t)
	checked, exceptions := 0, map[string]bool{}
	for _, e := range captured(t) {
		if e.request == nil || e.unkept {
			continue
		}
		checked++
		err := checker.Request(e.request, e.sent)
		if (err == nil) == e.accepted() {
			continue
		}
		exceptions[e.name] = true
		assert.NotEmptyf(t, requestExceptions[e.name], "%s: %s %s %s: the service answered %d, the document says %v",
			e.name, e.request.Method, e.request.URL, e.sent, e.status, err)
	}
	for name, reason := range requestExceptions {
		assert.Truef(t, exceptions[name], "%s is no exception any more (%s)", name, reason)
	}
	t.Logf("%d requests, %d exceptions", checked, len(exceptions))
	assert.GreaterOrEqual(t, checked, 290)
}
