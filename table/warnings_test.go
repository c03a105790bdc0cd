package table

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWarningKind(t *testing.T) {
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
		assert.Equal(t, want, warningKind(text), text)
	}
}

func TestWarningsAreBounded(t *testing.T) {
	w := warningCounter{datasets: map[string]int{"p:a": 0}}
	for i := range 10_000 {
		w.add("p:a: " + strings.Repeat("x", i%1000) + "é")
		w.add("p:a: coverage 3% of p:a")
	}
	counts := w.sorted()
	require.Len(t, counts, maxWarningKinds+1)
	assert.Equal(t, WarningCount{Dataset: "p:a", Kind: "coverage #% of <dataset>", Count: 10_000, Example: "p:a: coverage 3% of p:a"}, counts[0])
	assert.Equal(t, otherWarnings, counts[maxWarningKinds].Kind)
	total := 0
	for _, c := range counts {
		total += c.Count
		assert.LessOrEqual(t, len(c.Kind), maxKindLength+len("…"))
		assert.LessOrEqual(t, len(c.Example), maxExampleLength+len("…"))
	}
	assert.Equal(t, 20_000, total)
}

func TestDistinctTextsAreBounded(t *testing.T) {
	var d DatasetSummary
	for i := range 100 {
		d.Provenance = d.distinct(d.Provenance, fmt.Sprint("tile ", i%30, strings.Repeat("é", 600)))
	}
	assert.Len(t, d.Provenance, maxDistinct)
	assert.True(t, d.More)
	assert.True(t, utf8.ValidString(d.Provenance[0]))
}

func FuzzWarningKind(f *testing.F) {
	f.Add("value -9.9e+09 outside expected range [-500.0, 9000.0]")
	f.Add("1e-+1.-é…\xff")
	f.Fuzz(func(t *testing.T, text string) {
		kind := warningKind(text)
		require.LessOrEqual(t, len(kind), maxKindLength+len("…"))
		require.Equal(t, utf8.ValidString(text), utf8.ValidString(kind) && utf8.ValidString(text))
		require.NotContains(t, kind, "\n")
		require.False(t, strings.ContainsAny(kind, "0123456789"), kind)
	})
}
