package cas

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Secrets are the API key and the values of headers such as Authorization. Only functions hold them: if something prints a client or its
// options, even by reflection, it sees the address of a function.

const redacted = "[redacted]"

// header is a header that every request of a client, or of a call, carries.
type header struct {
	name   string // in canonical form
	value  func() string
	secret bool
}

func newHeader(name, value string) header {
	return header{name: http.CanonicalHeaderKey(name), value: func() string { return value }, secret: isSecretName(name)}
}

// isSecretName reports whether a header of this name holds a secret.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"auth", "cookie", "key", "token", "secret", "password", "signature"}, func(word string) bool {
		return strings.Contains(name, word)
	})
}

// withHeaders returns the headers of a request with those of the client and the call. A later one replaces an earlier one; an empty one
// removes it. A transport must not add them, because it would add them to redirects too.
func withHeaders(of http.Header, client, call []header) http.Header {
	all := of.Clone()
	for _, h := range slices.Concat(client, call) {
		if value := h.value(); value != "" {
			all.Set(h.name, value)
		} else {
			all.Del(h.name)
		}
	}
	return all
}

// secret returns the forms of the secrets that the other side may send, the longest first. nil is none.
type secret func() [][]byte

// minEcho is the shortest secret that is cut out of an answer: a shorter one may be part of ordinary words.
const minEcho = 4

// secretsOf returns the secrets among the headers.
func secretsOf(headers []header) secret {
	var forms []string
	for _, h := range headers {
		if !h.secret {
			continue
		}
		value := h.value()
		forms = appendForms(forms, value)
		if _, token, ok := strings.Cut(value, " "); ok && h.name != keyHeader { // Bearer and the token
			forms = appendForms(forms, token)
		}
	}
	forms = slices.DeleteFunc(forms, func(form string) bool { return len(form) < minEcho })
	if len(forms) == 0 {
		return nil
	}
	slices.SortFunc(forms, func(a, b string) int { // the longest first, or a part of it would be left
		return cmp.Or(len(b)-len(a), strings.Compare(a, b))
	})
	var echoes [][]byte
	for _, form := range slices.Compact(forms) {
		echoes = append(echoes, []byte(form))
	}
	return func() [][]byte { return echoes }
}

// appendForms appends the spellings of a secret: as it is, in URLs, Go, JSON, JSON pointers and HTML.
func appendForms(forms []string, value string) []string {
	query, path := url.QueryEscape(value), url.PathEscape(value)
	quoted, _ := json.Marshal(value) // of a string there is no error
	inJSON := unquoted(string(quoted))
	return append(forms, value, query, path, strings.ToLower(query), strings.ToLower(path), unquoted(strconv.Quote(value)),
		inJSON, strings.ReplaceAll(inJSON, "/", `\/`), strings.NewReplacer("~", "~0", "/", "~1").Replace(value), html.EscapeString(value))
}

func unquoted(text string) string { return text[1 : len(text)-1] }

// longest returns the length of the longest form of a secret.
func (s secret) longest() int {
	if s == nil {
		return 0
	}
	return len(s()[0])
}

// scrub replaces secrets in a text of the other side, and beginnings of secrets, because the other side or a library may have cut one short.
func (s secret) scrub(text []byte) []byte {
	if s == nil {
		return text
	}
	for _, echo := range s() {
		if bytes.Contains(text, echo) { // otherwise ReplaceAll would copy it
			text = bytes.ReplaceAll(text, echo, []byte(redacted))
		}
	}
	for _, echo := range s() {
		start := echo[:min(len(echo), mostLeft+1)]
		if !bytes.Contains(text, start) {
			continue
		}
		clean := make([]byte, 0, len(text))
		for at := bytes.Index(text, start); at >= 0; at = bytes.Index(text, start) {
			clean = append(append(clean, text[:at]...), redacted...)
			text = text[at:]
			for n := 0; n < len(echo) && len(text) > 0 && text[0] == echo[n]; n++ {
				text = text[1:]
			}
		}
		text = append(clean, text...)
	}
	return text
}

// mostLeft is the longest beginning of a secret that scrub leaves: it may be part of ordinary words.
const mostLeft = 7

func (s secret) scrubText(text string) string {
	if s == nil {
		return text
	}
	return string(s.scrub([]byte(text)))
}

// cut removes the end of a text that was cut, if it may be the beginning of a secret.
func (s secret) cut(text []byte) []byte {
	if s == nil {
		return text
	}
	for n := min(s.longest()-1, len(text)); n > 0; n-- {
		end := text[len(text)-n:]
		if slices.ContainsFunc(s(), func(echo []byte) bool { return bytes.HasPrefix(echo, end) }) {
			return text[:len(text)-n]
		}
	}
	return text
}

// excerpt returns the beginning of a text for a message. The text may be long: an answer may be nested ten thousand deep, or have a number
// of a million digits.
func (s secret) excerpt(text string) string {
	const most = 300
	text = s.scrubText(text)
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(string(s.cut([]byte(text[:most]))), "") + "…"
}

// scrubHeader returns a copy of the headers of an answer without secrets.
func (s secret) scrubHeader(h http.Header) http.Header {
	h = h.Clone()
	for _, values := range h {
		for i := range values {
			values[i] = s.scrubText(values[i])
		}
	}
	return h
}

// clean removes secrets from every part of a failure that the other side, or a transport, may have written.
func (s secret) clean(e *Error) {
	if len(e.Body) > sampleBytes {
		e.Body = s.cut(e.Body)
	}
	e.Body = s.scrub(e.Body)
	e.Body = e.Body[:min(len(e.Body), sampleBytes)]
	if s == nil {
		return
	}
	e.Type = ErrorType(s.scrubText(string(e.Type)))
	e.Message = s.scrubText(e.Message)
	e.RequestID = s.scrubText(e.RequestID)
	e.URL = s.scrubText(e.URL)
	if detail := s.scrub(e.Detail); !bytes.Equal(detail, e.Detail) {
		e.Detail = nil
		if json.Valid(detail) { // it is not if a key of digits was cut out of a number
			e.Detail = detail
		}
	}
	if e.cause != nil {
		if text := e.cause.Error(); s.scrubText(text) != text {
			e.cause = errors.New(s.scrubText(text)) // the errors that it wraps have the secret too
		}
	}
}
