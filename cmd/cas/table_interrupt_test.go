//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest"
)

// started is a run in a process of its own whose standard error is read line by line.
type started struct {
	*exec.Cmd
	lines *bufio.Scanner
	said  strings.Builder
}

func start(t *testing.T, cmd *exec.Cmd) *started {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return &started{Cmd: cmd, lines: bufio.NewScanner(stderr)}
}

// hear reads on until a line contains the text.
func (s *started) hear(t *testing.T, text string) {
	t.Helper()
	for s.lines.Scan() {
		fmt.Fprintln(&s.said, s.lines.Text())
		if strings.Contains(s.lines.Text(), text) {
			return
		}
	}
	t.Fatalf("%q was not said, but: %s", text, s.said.String())
}

// end waits for the end and returns the exit code.
func (s *started) end(t *testing.T) int {
	t.Helper()
	for s.lines.Scan() {
		fmt.Fprintln(&s.said, s.lines.Text())
	}
	_ = s.Wait()
	return s.ProcessState.ExitCode()
}

// The first interrupt lets what is in flight finish, and says how to go on: by the very command that it prints.
func TestTableInterruptedAndResumed(t *testing.T) {
	server := castest.NewServer(castest.WithLatency(time.Millisecond))
	defer server.Close()
	var l ledger
	l.watch(server, nil)
	third := make(chan struct{})
	l.turn(func(requests int) {
		if requests == 3 {
			close(third)
		}
	})
	input := writeFeatures(t, 1000, gauge)
	table := filepath.Join(t.TempDir(), "it's a table.csv")
	run := start(t, child("extract", "-g", "@"+input, "-d", "local_dem:elevation", "-o", table, "--id-field", "GAUGE",
		"--url", server.URL(), "--batch-size", "20"))
	<-third
	require.NoError(t, run.Process.Signal(os.Interrupt))
	run.hear(t, "interrupt again to end at once")
	run.hear(t, "the run was stopped before its end")
	run.hear(t, "run the same command again:")
	require.True(t, run.lines.Scan())
	command := run.lines.Text()
	assert.Equal(t, exitFailed, run.end(t))
	assert.NoFileExists(t, table)

	said, err := exec.Command("sh", "-c", command).CombinedOutput()
	require.NoError(t, err, "%s: %s", command, said)
	rows := readCSV(t, table)
	require.Len(t, rows, 1001)
	assert.Equal(t, gaugeID(999), rows[1000][0])
	seen := l.turn(nil)
	assert.Len(t, seen, 1000)
	for geometry, times := range seen {
		assert.Equal(t, 1, times, geometry)
	}
}

// hangingServer starts a service that does not answer. first is closed when the first request has reached it.
func hangingServer(t *testing.T) (server *castest.Server, first chan struct{}) {
	t.Helper()
	server = castest.NewServer()
	t.Cleanup(server.Close)
	var l ledger
	l.watch(server, func([]string) *castest.Fault { return &castest.Fault{Delay: time.Hour} })
	first = make(chan struct{})
	l.turn(func(requests int) {
		if requests == 1 {
			close(first)
		}
	})
	return server, first
}

// A service that does not answer holds the run after the first interrupt, but not after the second.
func TestTableInterruptedTwice(t *testing.T) {
	server, first := hangingServer(t)
	table := filepath.Join(t.TempDir(), "attributes.csv")
	args := []string{"extract", "-g", "@" + writeFeatures(t, 10, gauge), "-d", "local_dem:elevation", "-o", table, "--url", server.URL()}
	run := start(t, child(args...))
	<-first

	code, _, errs := runHere(t, args...)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs, "in use by another run")

	require.NoError(t, run.Process.Signal(syscall.SIGTERM))
	run.hear(t, "interrupt again to end at once")
	require.NoError(t, run.Process.Signal(os.Interrupt))
	assert.Equal(t, exitFailed, run.end(t))
	assert.Contains(t, run.said.String(), "the run was stopped before its end")
	assert.NoFileExists(t, table)
}

// A terminal that is closed interrupts as Ctrl-C does; it may tell twice.
func TestTableHungUp(t *testing.T) {
	server, first := hangingServer(t)
	table := filepath.Join(t.TempDir(), "attributes.csv")
	run := start(t, child("extract", "-g", "@"+writeFeatures(t, 10, gauge), "-d", "local_dem:elevation", "-o", table, "--url", server.URL(), "--grace", "1s"))
	<-first
	require.NoError(t, run.Process.Signal(syscall.SIGHUP))
	run.hear(t, "interrupt again to end at once")
	require.NoError(t, run.Process.Signal(syscall.SIGHUP))
	run.hear(t, "(--grace): it is given up")
	assert.Equal(t, exitFailed, run.end(t))
}

// A pipe that has nothing to say does not hold an interrupted run.
func TestTableOfSilentPipeInterrupted(t *testing.T) {
	server := castest.NewServer()
	defer server.Close()
	var l ledger
	l.watch(server, nil)
	first := make(chan struct{})
	l.turn(func(requests int) {
		if requests == 1 {
			close(first)
		}
	})
	table := filepath.Join(t.TempDir(), "attributes.csv")
	cmd := child("extract", "-g", "-", "-d", "local_dem:elevation", "-o", table, "--url", server.URL())
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	run := start(t, cmd)
	_, err = io.WriteString(stdin, gauge(0)+"\n"+gauge(1)+"\n")
	require.NoError(t, err)
	<-first
	require.NoError(t, run.Process.Signal(os.Interrupt))
	run.hear(t, "run the same command again, with the same input:")
	assert.Equal(t, exitFailed, run.end(t))
	assert.FileExists(t, strings.TrimSuffix(table, ".csv")+".journal")
	assert.NoFileExists(t, strings.TrimSuffix(table, ".csv")+".spool")
}
