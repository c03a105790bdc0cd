package geotext

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/internal/words"
)

func TestParseNumber(t *testing.T) {
	for _, text := range []string{
		"0", "-0", "1", "-84.123456", "179.99999999999997", "180.00000000000003", "0.000001", "1e2", "1E-2", "-1.5e+3",
		"1234567890123456789", "12345678901234567890", "0.1234567890123456789", "1e999", "-1e999", "1e-999",
	} {
		got, n := parseNumber([]byte(text + ",1"))
		want, _ := strconv.ParseFloat(text, 64)
		assert.Equal(t, len(text), n, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "-", "+1", ".5", "01", "-01", "1.", "1.e5", "1e", "1e+", "x", "-x", "null", "[", `"1"`} {
		_, n := parseNumber([]byte(text))
		assert.Zero(t, n, text)
	}
}

// Numbers are those of strconv, bit for bit, by both ways to read them.
func TestNumbersAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := numberText(t)
		want, err := strconv.ParseFloat(text, 64)
		if !json.Valid([]byte(text)) || text == "null" || text[0] == '"' || text[0] == '[' || err != nil {
			return
		}
		behind := rapid.SampledFrom([]string{",-84.123456]", "]", " ,1"}).Draw(t, "behind")
		got, n := parseNumber([]byte(text + behind))
		require.Equal(t, len(text), n, text)
		require.Equal(t, strconv.FormatFloat(want, 'x', -1, 64), strconv.FormatFloat(got, 'x', -1, 64), text)
		if short, end := words.ShortNumber([]byte("["+text+behind), 1); end > 0 {
			require.Equal(t, 1+len(text), end, text)
			require.Equal(t, strconv.FormatFloat(want, 'x', -1, 64), strconv.FormatFloat(short, 'x', -1, 64), text)
		}
	})
}

// numberText draws a number as files have it, or nearly.
func numberText(t *rapid.T) string {
	switch rapid.SampledFrom([]string{"fixed", "fixed", "fixed", "shortest", "digits", "exponent", "odd"}).Draw(t, "number") {
	case "fixed":
		return strconv.FormatFloat(rapid.Float64Range(-180, 180).Draw(t, "value"), 'f', rapid.IntRange(0, 20).Draw(t, "decimals"), 64)
	case "shortest":
		return strconv.FormatFloat(rapid.Float64Range(-90, 90).Draw(t, "value"), 'f', -1, 64)
	case "digits":
		return rapid.StringMatching(`-?(0|[1-9]\d{0,2})(\.\d{1,25})?`).Draw(t, "text")
	case "exponent":
		return rapid.StringMatching(`-?\d(\.\d{1,5})?[eE][+-]?\d{1,3}`).Draw(t, "text")
	}
	return rapid.SampledFrom([]string{
		"180", "-180.0", "90", "-90.000000", "180.00000000000001", "180.00000000000002", "180.0000000000000142", "90.00000000000001", "-0", "0.0",
		"01", "-", "1.", ".5", "+1", "NaN", "1e999", "360", "500000.5", "-00.5", "1.5e", "null", `"1"`, "[]",
	}).Draw(t, "odd")
}
