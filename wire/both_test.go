package wire_test

import (
	"bytes"
	stdjson "encoding/json"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// decodeBoth reads text with encoding/json and with json v2 and fails unless both give the same JSON again or both refuse.
// It returns the value, that JSON and whether the text was accepted.
func decodeBoth[T any](t *testing.T, text []byte) (value T, encoded string, ok bool) {
	t.Helper()
	var v1, v2 T
	err1, err2 := stdjson.Unmarshal(text, &v1), json.Unmarshal(text, &v2)
	require.Equalf(t, err1 == nil, err2 == nil, "%q: encoding/json says %v, json v2 says %v", text, err1, err2)
	if err1 != nil {
		return v1, "", false
	}
	encoded1, encoded2 := encodeBoth(t, v1), encodeBoth(t, v2)
	require.Equalf(t, encoded1, encoded2, "%q is read differently by encoding/json and json v2", text)
	return v2, encoded2, true
}

// encodeBoth writes the value with encoding/json and with json v2, plain and as a member, and fails unless all are the same.
func encodeBoth[T any](t *testing.T, value T) string {
	t.Helper()
	var v1 bytes.Buffer
	e := stdjson.NewEncoder(&v1)
	e.SetEscapeHTML(false) // json v2 does not escape < and > either
	require.NoError(t, e.Encode(value))
	v2, err := json.Marshal(value)
	require.NoError(t, err)
	require.Equal(t, string(bytes.TrimSpace(v1.Bytes())), string(v2))

	type holder struct {
		Plain   T  `json:"plain"`
		Pointer *T `json:"pointer"`
	}
	whole, err := json.Marshal(holder{Plain: value, Pointer: &value})
	require.NoError(t, err)
	require.Equal(t, `{"plain":`+string(v2)+`,"pointer":`+string(v2)+`}`, string(whole))
	return string(v2)
}

// roundTrip is what every fuzz target asks of a type: the libraries agree, and what was written reads back as the same.
func roundTrip[T any](t *testing.T, text []byte) (value T, ok bool) {
	value, encoded, ok := decodeBoth[T](t, text)
	if !ok {
		return value, false
	}
	_, again, ok := decodeBoth[T](t, []byte(encoded))
	require.Truef(t, ok, "%q was written as %s, which is refused", text, encoded)
	require.Equal(t, encoded, again)
	return value, true
}
