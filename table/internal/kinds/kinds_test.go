package kinds

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const longest = 300

func TestOf(t *testing.T) {
	for text, want := range map[string]string{
		"coverage 12.5% below minimum threshold (30%)":                        "coverage #% below minimum threshold (#%)",
		"value 388.00 differs from cross-provider mean 4950000194.00 by 100%": "value # differs from cross-provider mean # by #%",
		"value -9.9e+09 outside expected range [-500.0, 9000.0] for 'elev'":   "value # outside expected range [#, #] for 'elev'",
		"timeout after 30s": "timeout after #s",
		"[modis_lc] upstream returned HTTP 503\n\n  request 5f3a9c01d2e4":             "[modis_lc] upstream returned HTTP # request #",
		"request 123e4567-e89b-12d3-a456-426614174000 failed":                         "request #-#-#-#-# failed",
		"Geometry too complex: 10001 vertices > limit 10000":                          "Geometry too complex: # vertices > limit #",
		"2 validation errors for AttributeResult\nvalue\n  Input should be a number.": "# validation errors for AttributeResult value Input should be a number.",
		"a well-known face, 5cm deep; see v1.2 of decade":                             "a well-known face, #cm deep; see v# of decade",
		"é-3": "é#",
		"":    "",
		"  ":  "",
	} {
		assert.Equal(t, want, Of(text, longest), text)
	}
}

func FuzzOf(f *testing.F) {
	f.Add("value -9.9e+09 outside expected range [-500.0, 9000.0]")
	f.Add("1e-+1.-é…\xff")
	f.Fuzz(func(t *testing.T, text string) {
		kind := Of(text, longest)
		require.LessOrEqual(t, len(kind), longest+len("…"))
		require.Equal(t, utf8.ValidString(text), utf8.ValidString(kind) && utf8.ValidString(text))
		require.NotContains(t, kind, "\n")
		require.False(t, strings.ContainsAny(kind, "0123456789"), kind)
	})
}
