package table

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
