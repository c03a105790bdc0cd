package cas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// secret holds the API key. It is always used by pointer, and every way of printing one shows the same placeholder.
type secret struct{ value string }

func (*secret) String() string               { return redacted }
func (*secret) GoString() string             { return redacted }
func (*secret) Format(s fmt.State, _ rune)   { _, _ = s.Write([]byte(redacted)) }
func (*secret) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (*secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// minEcho is the length from which an echo of the key is cut out of a body: a shorter one would blot out ordinary words.
const minEcho = 4

// scrub cuts echoes of the key out of what the other side sent, as it stands in plain text and inside a JSON string.
func (s *secret) scrub(body []byte) []byte {
	if s == nil || len(s.value) < minEcho || len(body) == 0 {
		return body
	}
	body = bytes.ReplaceAll(body, []byte(s.value), []byte(redacted))
	if quoted, err := json.Marshal(s.value); err == nil {
		body = bytes.ReplaceAll(body, quoted[1:len(quoted)-1], []byte(redacted))
	}
	return body
}

func (s *secret) scrubText(text string) string { return string(s.scrub([]byte(text))) }
