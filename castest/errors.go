package castest

import (
	"net/http"
	"strconv"

	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// The service's refusals. Some come in an envelope with the request id, some as a bare detail.

// refusal is an answer in the envelope; detail is JSON, or nil for none.
func refusal(id string, status int, kind, message string, detail []byte) reply {
	b := append([]byte(nil), `{"error":{"type":`...)
	b = pyjson.AppendString(b, kind)
	b = append(b, `,"message":`...)
	b = pyjson.AppendString(b, message)
	b = append(b, `,"request_id":`...)
	b = pyjson.AppendString(b, id)
	if detail != nil {
		b = append(b, `,"detail":`...)
		b = append(b, detail...)
	}
	return reply{status: status, contentType: jsonType, body: append(b, "}}"...)}
}

// bare is an answer of FastAPI's own: a detail and no envelope.
func bare(status int, detail string) reply {
	b := pyjson.AppendString([]byte(`{"detail":`), detail)
	return reply{status: status, contentType: jsonType, body: append(b, '}')}
}

func unauthorized(id string) reply {
	return refusal(id, http.StatusUnauthorized, "unauthorized", "Missing or invalid API key", nil)
}

func rateLimited(id, seconds string) reply {
	answer := refusal(id, http.StatusTooManyRequests, "rate_limited", "Rate limit exceeded; retry after "+seconds+"s", nil)
	answer.header = []string{"Retry-After", seconds}
	return answer
}

func invalid(id string, detail []byte) reply {
	return refusal(id, http.StatusUnprocessableEntity, "validation_error", "Request validation failed", detail)
}

func overLimit(id, message string) reply {
	return refusal(id, http.StatusUnprocessableEntity, "request_limit", message, nil)
}

func internalError(id string) reply {
	return refusal(id, http.StatusInternalServerError, "internal_error", "Internal server error", nil)
}

func upstreamError(id, message string) reply {
	return refusal(id, http.StatusBadGateway, "upstream_error", message, nil)
}

func undecodable() reply { return bare(http.StatusBadRequest, "There was an error parsing the body") }

func notFound() reply { return bare(http.StatusNotFound, "Not Found") }

func unknownProvider(slug string) reply {
	return bare(http.StatusNotFound, "Unknown provider '"+slug+"'")
}

func methodNotAllowed(allow string) reply {
	answer := bare(http.StatusMethodNotAllowed, "Method Not Allowed")
	answer.header = []string{"Allow", allow}
	return answer
}

// tooMany is the wording of both limits.
func tooMany(what string, n int, unit string, limit int) string {
	return what + ": " + strconv.Itoa(n) + unit + " > limit " + strconv.Itoa(limit)
}
