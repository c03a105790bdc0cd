package cas

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Kinds of an *[Error], for errors.Is. The first seven come from the service's answer; the others are this client's own verdict on it.
var (
	ErrValidation   = errors.New("cas: the request does not fit its schema") // 422, unless over a limit
	ErrRequestLimit = errors.New("cas: the request is over a limit of the service")
	ErrUnauthorized = errors.New("cas: the API key is missing or wrong")              // 401
	ErrRateLimited  = errors.New("cas: over the rate limit")                          // 429, or not sent because of an earlier 429
	ErrNotFound     = errors.New("cas: not found")                                    // 404
	ErrUpstream     = errors.New("cas: a provider or proxy upstream failed")          // 502
	ErrInternal     = errors.New("cas: the service failed")                           // 500
	ErrRedirect     = errors.New("cas: the service redirects, which is not followed") // 3xx

	ErrMalformedResponse = errors.New("cas: the answer is not what the contract says") // a 2xx that cannot be used
	ErrResponseTooLarge  = errors.New("cas: the answer is larger than WithMaxResponseBytes")
)

// ErrorType is the kind of an [Error], in a word of the service or of this client. It is an open set.
type ErrorType string

// Types that the service sends, then types that this client sets if the answer has none.
const (
	ErrorTypeValidation   ErrorType = "validation_error" // 422
	ErrorTypeRequestLimit ErrorType = "request_limit"    // 422
	ErrorTypeUnauthorized ErrorType = "unauthorized"     // 401
	ErrorTypeRateLimited  ErrorType = "rate_limited"     // 429
	ErrorTypeInternal     ErrorType = "internal_error"   // 500
	ErrorTypeUpstream     ErrorType = "upstream_error"   // 502

	ErrorTypeNotFound         ErrorType = "not_found"          // 404 with {"detail": …}
	ErrorTypeMethodNotAllowed ErrorType = "method_not_allowed" // 405 with {"detail": …}
	ErrorTypeBadRequest       ErrorType = "bad_request"        // 400 with {"detail": …}
	ErrorTypeHTTP             ErrorType = "http_error"         // any other body, from a proxy perhaps
	ErrorTypeTransport        ErrorType = "transport_error"    // no answer, or none in time
	ErrorTypeRedirect         ErrorType = "redirect"           // 3xx
	ErrorTypeMalformed        ErrorType = "malformed_response" // a 2xx that cannot be used
	ErrorTypeTooLarge         ErrorType = "response_too_large" // a 2xx over WithMaxResponseBytes
)

// Error is the failure of a call that was sent. errors.Is tells its kind (ErrNotFound and the like); errors.As gives its fields. It
// unwraps to the cause if there is one, such as a broken connection or an ended context.
type Error struct {
	StatusCode int             // HTTP status, also of a 2xx that cannot be used; 0 if there was no answer
	Type       ErrorType       // kind, in the service's word if it sent one
	Message    string          // in words
	RequestID  string          // for the operator of the service: the body's, else the X-Request-ID header's; may be empty
	Detail     json.RawMessage // the service's details as it sent them; see Issues
	RetryAfter time.Duration   // how long the service asks to wait; 0 if it does not; the longest Duration if the time overflows
	Attempts   int             // how often the request was sent; 0 if the call ended earlier
	Method     string          // of the request
	URL        string          // of the request, never with a key; "" if nothing was sent
	Body       []byte          // the first 4 KiB of the answer, with echoes of the key removed

	retryAfterSet bool // the answer has a Retry-After, which may be 0
	timedOut      bool // the attempt ran into its time limit
	brokeOff      bool // the connection failed in the middle of a 2xx
	cause         error
}

// CASError is another name of [Error], which users of the Python SDK know.
type CASError = Error

// Error returns, for example, "[422 validation_error] message (request_id=…), in answer to POST /api/v1/extract". Parts that are empty
// are left out.
func (e *Error) Error() string {
	var b strings.Builder
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, "[%d %s] %s", e.StatusCode, e.Type, e.Message)
	} else {
		fmt.Fprintf(&b, "[%s] %s", e.Type, e.Message)
		if e.Attempts > 1 {
			fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
		}
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request_id=%s)", e.RequestID)
	}
	if e.StatusCode != 0 && e.Method != "" {
		fmt.Fprintf(&b, ", in answer to %s %s", e.Method, pathOf(e.URL))
	}
	return b.String()
}

// pathOf returns the path of a URL.
func pathOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	return u.EscapedPath()
}

// Unwrap returns the cause: the network's error of a transport error, the context's error if the context ended, else nil.
func (e *Error) Unwrap() error { return e.cause }

// Is reports the kind of the error. It looks at the status of the service's answer, or at the type of this client's verdict. If a
// service sends a type of this client, that has no effect.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized
	case ErrNotFound:
		return e.StatusCode == http.StatusNotFound
	case ErrRateLimited: // or it was not sent because of an earlier 429
		return e.StatusCode == http.StatusTooManyRequests || e.StatusCode == 0 && e.Type == ErrorTypeRateLimited
	case ErrInternal:
		return e.StatusCode == http.StatusInternalServerError
	case ErrUpstream: // or inside a 200; see ResponseError
		return e.StatusCode == http.StatusBadGateway || e.StatusCode == http.StatusOK && e.Type == ErrorTypeUpstream
	case ErrRequestLimit:
		return e.Type == ErrorTypeRequestLimit
	case ErrValidation:
		return e.StatusCode == http.StatusUnprocessableEntity && e.Type != ErrorTypeRequestLimit
	case ErrRedirect:
		return e.StatusCode/100 == 3 && e.Type == ErrorTypeRedirect
	case ErrMalformedResponse:
		return e.StatusCode/100 == 2 && e.Type == ErrorTypeMalformed
	case ErrResponseTooLarge:
		return e.StatusCode/100 == 2 && e.Type == ErrorTypeTooLarge
	default:
		return false
	}
}

// LogValue returns the error for structured logs. It leaves out body and detail, because they echo the request.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int("status", e.StatusCode),
		slog.String("type", string(e.Type)),
		slog.String("message", e.Message),
		slog.String("request_id", e.RequestID),
		slog.Int("attempts", e.Attempts),
	)
}

// ValidationIssue is one place of a request that does not fit its schema.
type ValidationIssue struct {
	Loc     string // where, such as body.dataset_ids or body.geometries.1.type
	Message string // what is wrong, in words
	Type    string // what is wrong, in a word such as too_short; an open set
}

// Issues returns the places of the request that the service found wrong, if it named any.
func (e *Error) Issues() []ValidationIssue {
	var details []struct {
		Loc  []json.RawMessage `json:"loc"`
		Msg  string            `json:"msg"`
		Type string            `json:"type"`
	}
	if json.Unmarshal(e.Detail, &details) != nil {
		return nil
	}
	issues := make([]ValidationIssue, 0, len(details))
	for _, d := range details {
		loc := make([]string, len(d.Loc))
		for i, part := range d.Loc {
			loc[i] = cmp.Or(textOf(jsontext.Value(part)), string(part)) // a name, or an index as it was sent
		}
		issues = append(issues, ValidationIssue{Loc: strings.Join(loc, "."), Message: d.Msg, Type: d.Type})
	}
	return issues
}

// Errors that a call returns before it sends anything.
var (
	// ErrInvalidRequest means that the request is invalid; the text names the field and what to do. An empty list of dataset ids is
	// sent all the same; the service answers with a 422, which is ErrValidation.
	ErrInvalidRequest = errors.New("cas: invalid request")
	// ErrClosed means that Close was called before.
	ErrClosed = errors.New("cas: the client is closed")
)

// invalid returns an ErrInvalidRequest that names the field, such as geometries[3].coordinates.
func invalid(field, format string, args ...any) error {
	return fmt.Errorf("%w: %s: %s", ErrInvalidRequest, field, fmt.Sprintf(format, args...))
}
