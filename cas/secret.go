package cas

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const redacted = "[redacted]"

// secret holds the API key. It is always used by pointer, and every way of printing one shows the same placeholder.
type secret struct {
	value  string
	echoes [][]byte // how the key may stand in what the other side sends
}

// minEcho is the length from which an echo of the key is cut out of an answer: a shorter one would blot out ordinary words.
const minEcho = 4

func newSecret(value string) *secret {
	s := &secret{value: value}
	if len(value) < minEcho {
		return s
	}
	forms := []string{
		value, url.QueryEscape(value), url.PathEscape(value), unquoted(strconv.Quote(value)),
		strings.NewReplacer("~", "~0", "/", "~1").Replace(value), // in a JSON pointer
	}
	if quoted, err := json.Marshal(value); err == nil {
		forms = append(forms, unquoted(string(quoted)))
	}
	slices.Sort(forms)
	for _, form := range slices.Compact(forms) {
		s.echoes = append(s.echoes, []byte(form))
	}
	return s
}

func (*secret) String() string               { return redacted }
func (*secret) GoString() string             { return redacted }
func (*secret) Format(s fmt.State, _ rune)   { _, _ = s.Write([]byte(redacted)) }
func (*secret) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (*secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// longestEcho is the length of the longest form of the key.
func (s *secret) longestEcho() (n int) {
	if s != nil {
		for _, echo := range s.echoes {
			n = max(n, len(echo))
		}
	}
	return n
}

// scrub cuts echoes of the key out of what the other side sent.
func (s *secret) scrub(text []byte) []byte {
	if s != nil {
		for _, echo := range s.echoes {
			text = bytes.ReplaceAll(text, echo, []byte(redacted))
		}
	}
	return text
}

func (s *secret) scrubText(text string) string {
	if s == nil || len(s.echoes) == 0 {
		return text
	}
	return string(s.scrub([]byte(text)))
}

// clean cuts echoes of the key out of every part of a failure that the other side, or a transport, may have written.
func (s *secret) clean(e *Error) {
	e.Body = s.scrub(e.Body)
	e.Body = e.Body[:min(len(e.Body), sampleBytes)]
	if s == nil {
		return
	}
	e.Type = ErrorType(s.scrubText(string(e.Type)))
	e.Message = s.scrubText(e.Message)
	e.RequestID = s.scrubText(e.RequestID)
	if detail := s.scrub(e.Detail); !bytes.Equal(detail, e.Detail) {
		e.Detail = nil
		if json.Valid(detail) { // which a key of digits alone, cut out of a number, does not leave
			e.Detail = detail
		}
	}
	if e.cause != nil {
		if text := e.cause.Error(); s.scrubText(text) != text {
			e.cause = errors.New(s.scrubText(text)) // what it wraps would tell the key again
		}
	}
}

func unquoted(text string) string { return text[1 : len(text)-1] }
