package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest/basins"
)

func TestDemoPrintsTheKnownAnswers(t *testing.T) {
	var out, errs bytes.Buffer
	folder := t.TempDir()
	require.Equal(t, exitOK, run(t.Context(), []string{"demo", "--out", folder}, streams{in: strings.NewReader(""), out: &out, err: &errs}), errs.String())
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

	drawn, err := os.ReadFile(filepath.Join(folder, "elevation.svg"))
	require.NoError(t, err)
	kept, err := os.ReadFile(filepath.Join("..", "..", "docs", "images", "demo.svg"))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(kept, drawn), "docs/images/demo.svg, the picture in the README, is not what the demo draws")
}

func exact(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
