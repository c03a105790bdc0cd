package main

import (
	"bytes"
	"regexp"
	"testing"
	"time"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/geojson"
	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBatches(t *testing.T) {
	for _, c := range []struct{ features, largest, requests, rounds int }{
		{0, 100, 0, 0},
		{1, 100, 1, 1},
		{10, 100, 1, 1},
		{11, 100, 2, 2},
		{120, 80, 7, 12}, // 10, 20, 40, then halves of what is left: 20, 10, 10, 10
	} {
		requests, rounds := batches(c.features, c.largest)
		assert.Equal(t, []int{c.requests, c.rounds}, []int{requests, rounds}, c)
	}
}

func TestPredictIsWorkOverRate(t *testing.T) {
	m := machine{results: 50}
	one := m.predict(plan{features: 100_000, datasets: 10, shards: 1, processes: 1, request: 20 * time.Second, geometryBytes: 2000, resultBytes: 378})
	assert.Equal(t, 20_000*time.Second, one.time)
	assert.InEpsilon(t, 1000, one.requests, 0.02)
	assert.Equal(t, 378e6, one.received)
	assert.Equal(t, 200e6, one.sent)
	four := m.predict(plan{features: 100_000, datasets: 10, shards: 8, processes: 4, request: 20 * time.Second})
	assert.Equal(t, 5000*time.Second, four.time)

	limited := machine{results: 1e9}.predict(plan{features: 100_000, datasets: 10, shards: 1, processes: 1, request: 20 * time.Second, perMinute: 10})
	assert.InEpsilon(t, (10*time.Minute).Seconds()+30, limited.time.Seconds(), 0.1) // requests start small
}

// Ten million catchments with ten datasets each, on one process: more than three weeks as shipped, one night tuned.
func TestForecast(t *testing.T) {
	var text bytes.Buffer
	forecast(&text)
	lines := regexp.MustCompile(`(?m)^ +1 processes, +\d+ results/s each +(\S+) `).FindAllStringSubmatch(text.String(), -1)
	require.Len(t, lines, 3, text.String())
	var took []time.Duration
	for _, line := range lines {
		d, err := time.ParseDuration(line[1])
		require.NoError(t, err)
		took = append(took, d)
	}
	assert.Greater(t, took[0], 600*time.Hour, "as shipped")
	assert.Less(t, took[1], 15*time.Hour, "tuned")
	assert.Less(t, took[2], took[1], "cached")
}

// castest sleeps for as long as a process of the rate takes, and computes beside it.
func TestCalibrateMeasuresARate(t *testing.T) {
	s := simulation{machine: machine{results: 500}, plan: plan{datasets: 5, processes: 2}}
	measured, err := s.calibrate(t.Context())
	require.NoError(t, err)
	assert.LessOrEqual(t, measured, 500.0)
	assert.Greater(t, measured, 50.0)
}

func TestPolygonsAreGood(t *testing.T) {
	var text bytes.Buffer
	writePolygons(&text, 500)
	n := 0
	for f, err := range geojson.Read(&text, geojson.Options{IDField: "ID"}) {
		require.NoError(t, err)
		require.NoError(t, preflight.Check(features.Feature(f)))
		n++
	}
	assert.Equal(t, 500, n)
}
