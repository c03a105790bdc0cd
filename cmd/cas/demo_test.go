package main

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest/basins"
)

func TestDemoPrintsTheKnownAnswers(t *testing.T) {
	var out, errs bytes.Buffer
	require.Equal(t, exitOK, run(t.Context(), []string{"demo"}, streams{in: strings.NewReader(""), out: &out, err: &errs}), errs.String())
	rows := map[string][]string{}
	for line := range strings.Lines(out.String()) {
		if fields := strings.Fields(line); len(fields) == 11 {
			rows[fields[0]] = fields
		}
	}
	for _, truth := range basins.Truths() {
		row := rows[truth.ID]
		require.NotNil(t, row, truth.ID)
		want := []string{truth.ID, exact(truth.Mean), "m", "good", strconv.Itoa(truth.Pixels)}
		for _, share := range truth.SlopeShares {
			want = append(want, exact(share))
		}
		assert.Equal(t, want, row)
	}
	assert.Len(t, basins.Truths(), 53)
}

func exact(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
