package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

// A table of 100,000 features has a row for each, in order, with exact ids; it takes less than 100 MB of memory, and at most 20 MB more
// than one of 10,000. The program is the real one, without the race detector.
func TestTableOfManyFeatures(t *testing.T) {
	program := filepath.Join(t.TempDir(), "cas")
	said, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, "%s", said)
	server := castest.NewServer(castest.WithRecording(0), castest.WithDatasets(
		castest.Constant("local_dem:elevation", cas.NumberValue(511.25)),
		castest.Constant("local_dem:slope_class", cas.DistributionValue(map[string]float64{"0": 0.25, "3": 0.75})),
	))
	defer server.Close()

	small := peakOfRun(t, program, server.URL(), 10_000)
	large := peakOfRun(t, program, server.URL(), 100_000)
	t.Logf("peak memory: %.1f MB for 10,000 features, %.1f MB for 100,000", small, large)
	assert.Less(t, large, 100.0)
	assert.LessOrEqual(t, large-small, 20.0)
}

// peakOfRun makes a table of n features, checks its rows, and returns the program's peak resident set in MB (10^6 bytes).
func peakOfRun(t *testing.T, program, url string, n int) float64 {
	t.Helper()
	table := filepath.Join(t.TempDir(), "attributes.csv")
	cmd := exec.Command(program, "extract", "-g", "@"+writeFeatures(t, n, catchment), "-d", "local_dem:elevation", "-d", "local_dem:slope_class",
		"-o", table, "--id-field", "GAUGE", "--keep", "NAME", "--url", url, "--quiet")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	peak := 0.0
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			require.NoError(t, err, stderr.String())
			checkRows(t, table, n)
			return peak
		case <-time.After(2 * time.Millisecond):
			peak = max(peak, peakOf(cmd.Process.Pid))
		}
	}
}

// peakOf is the peak resident set of a process in MB so far, 0 if it has ended. (What wait4 reports is no less than that of the process
// which started it.)
func peakOf(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kibibytes float64
	_, _ = fmt.Sscan(after, &kibibytes)
	return kibibytes * 1024 / 1e6
}

func checkRows(t *testing.T, table string, n int) {
	t.Helper()
	file, err := os.Open(table)
	require.NoError(t, err)
	defer file.Close()
	rows := csv.NewReader(file)
	rows.ReuseRecord = true
	_, err = rows.Read()
	require.NoError(t, err)
	for i := range n {
		row, err := rows.Read()
		require.NoError(t, err)
		want := []string{gaugeID(i), fmt.Sprintf("gauge %d", i), "511.25", "m", "good", "1", "0.25", "0.75", "class", "good", "1"}
		require.Equal(t, want, row)
	}
	_, err = rows.Read()
	require.ErrorIs(t, err, io.EOF)
}

// catchment is a polygon of its own for each position, of some 400 bytes.
func catchment(i int) string {
	x, y := -84.4+float64(i%500)/2000, 36.2+float64(i/500)/2000
	var b bytes.Buffer
	b.WriteString(`{"type":"Polygon","coordinates":[[`)
	for _, corner := range [][2]float64{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {3, 1}, {3, 2}, {3, 3}, {2, 3}, {1, 3}, {0, 3}, {0, 2}, {0, 1}} {
		fmt.Fprintf(&b, "[%.7f,%.7f],", x+corner[0]/10000, y+corner[1]/10000)
	}
	fmt.Fprintf(&b, "[%.7f,%.7f]]]}", x, y)
	return b.String()
}
