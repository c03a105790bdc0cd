package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// A run is killed at 20 random moments and resumed each time. The table is the one of an undisturbed run, byte for byte, and so is what
// stands beside it. The service saw no feature twice but for those that were in flight when the run was killed.
func TestTableOfKilledRuns(t *testing.T) {
	const features, kills, batch, concurrency = 4000, 20, 20, 3
	server := castest.NewServer(castest.WithLatency(time.Millisecond))
	defer server.Close()
	var l ledger
	l.watch(server, nil)
	input := writeFeatures(t, features, gauge)
	ids := map[string]string{} // by geometry
	for i := range features {
		ids[gauge(i)] = gaugeID(i)
	}
	datasets := []string{"local_dem:elevation", "local_dem:slope_class"}
	args := func(table string) []string {
		return []string{
			"extract", "-g", "@" + input, "-d", datasets[0], "-d", datasets[1], "-o", table, "--id-field", "GAUGE",
			"--keep", "NAME", "--url", server.URL(), "--quiet", "--batch-size", "20", "--concurrency", "3",
		}
	}
	undisturbed := filepath.Join(t.TempDir(), "attributes.csv")
	code, _, errs := runHere(t, args(undisturbed)...)
	require.Equal(t, exitOK, code, errs)

	killed := filepath.Join(t.TempDir(), "attributes.csv")
	fingerprint := bulk.Options{DatasetIDs: datasets}.Fingerprint("GAUGE")
	done := map[string]bool{} // by geometry
	for kill := range kills {
		strike := make(chan struct{})
		at := 1 + rand.IntN(9)
		l.turn(func(requests int) {
			if requests == at {
				close(strike)
			}
		})
		killChild(t, strike, time.Duration(rand.IntN(4000))*time.Microsecond, args(killed)...)
		require.NoFileExists(t, killed, "the table has its name before it is whole")

		inFlight := 0
		j, err := journal.Open(tabulate.JournalPath(killed), fingerprint)
		require.NoError(t, err)
		for geometry, times := range l.turn(nil) {
			assert.False(t, done[geometry], "kill %d: %s was asked for again", kill, geometry)
			assert.Equal(t, 1, times, "kill %d: %s", kill, geometry)
			if done[geometry] = j.Done(ids[geometry], journal.HashGeometry([]byte(geometry))); !done[geometry] {
				inFlight++
			}
		}
		require.NoError(t, j.Close())
		assert.LessOrEqual(t, inFlight, batch*concurrency)
	}
	code, _, errs = runHere(t, args(killed)...)
	require.Equal(t, exitOK, code, errs)
	for geometry := range l.turn(nil) {
		assert.False(t, done[geometry], "%s was asked for again", geometry)
	}
	for _, name := range []string{"attributes.csv", "attributes.errors.csv", "attributes.meta.json"} {
		want, err := os.ReadFile(filepath.Join(filepath.Dir(undisturbed), name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(filepath.Dir(killed), name))
		require.NoError(t, err)
		if name == "attributes.meta.json" {
			assert.Equal(t, metaWithoutSessions(t, want), metaWithoutSessions(t, got))
			continue
		}
		assert.True(t, bytes.Equal(want, got), "%s differs from that of the undisturbed run", name)
	}
}

// killChild runs cas in a process of its own and kills it, a pause after the strike.
func killChild(t *testing.T, strike <-chan struct{}, pause time.Duration, args ...string) {
	t.Helper()
	cmd := child(args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	select {
	case <-strike:
		time.Sleep(pause)
	case <-time.After(time.Minute):
		t.Error("no request came")
	}
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait(), "the run ended before it was killed: %s", stderr.String())
}

func metaWithoutSessions(t *testing.T, meta []byte) string {
	t.Helper()
	text, err := withoutSessions(meta)
	require.NoError(t, err)
	return text
}
