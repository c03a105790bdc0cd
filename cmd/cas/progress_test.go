package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
)

// Where no one watches, there is a line every ten seconds, however often the run tells.
func TestProgressWritesALineNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&out, false)
		for range 350 {
			p.show(bulk.Progress{Total: 1000, Done: 100, Failed: 3, Rate: 12.34, InFlight: 4, BatchSize: 50})
			time.Sleep(100 * time.Millisecond)
		}
		p.close()
		assert.Equal(t, strings.Repeat(" 10%  103 of 1000 features, 3 failed, 12 a second, about 1 min 13 s left\n", 3), out.String())
	})
}

// On a terminal one line changes, five times a second at most; what stays is written above it.
func TestProgressOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := &progress{out: &out, screen: os.Stderr, every: screenEvery}
		for done := range 4 {
			p.show(bulk.Progress{Done: done})
			time.Sleep(150 * time.Millisecond)
		}
		p.warn("a warning")
		p.close()
		const rest = " features, 0 failed"
		assert.Equal(t, "\r\x1b[K0"+rest+"\r\x1b[K2"+rest+"\r\x1b[Kcas: warning: a warning\n", out.String())
	})
}

func TestProgressKeepsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := newProgress(&out, true)
		time.Sleep(time.Minute)
		p.show(bulk.Progress{})
		p.warn("this is told all the same")
		p.close()
		assert.Equal(t, "cas: warning: this is told all the same\n", out.String())
	})
}

// A pipe has no known end, and no time that is left.
func TestProgressLineOfAPipe(t *testing.T) {
	assert.Equal(t, "7 features, 0 failed", progressLine(bulk.Progress{Done: 7, InFlight: 2, BatchSize: 16}))
	assert.Equal(t, "7 features, 0 failed, 6.0 a minute (the service takes 20 s for each, 2 requests at a time)",
		progressLine(bulk.Progress{Done: 7, InFlight: 2, Concurrency: 2, Rate: 0.1}))
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1234 * time.Millisecond:               "1.2 s",
		9999 * time.Millisecond:               "10.0 s",
		61*time.Second + 600*time.Millisecond: "1 min 2 s",
		27 * time.Hour:                        "1 d 3 h",
	} {
		assert.Equal(t, want, duration(d))
	}
}

// A POSIX shell reads each word as it was.
func TestShellQuote(t *testing.T) {
	words := []string{"", "plain-1.0_@/:=,+%", "with blank", "it's", `"\$HOME"`, "a\nb", "~", "*", "été", "-g", "{}", "'"}
	command := "printf '%s\\0'"
	for _, word := range words {
		command += " " + shellQuote(word)
	}
	said, err := exec.Command("sh", "-c", command).Output()
	require.NoError(t, err)
	assert.Equal(t, strings.Join(words, "\x00")+"\x00", string(said))
	assert.Equal(t, "plain-1.0_@/:=,+%", shellQuote("plain-1.0_@/:=,+%"))
}

func TestReasonsAreCountedByKind(t *testing.T) {
	var c reasonCounter
	for i := range 5 {
		c.add("", fmt.Sprintf("[400 http_error] Bad Request (request_id=%x)", 1<<40+i*7919))
		c.add("p:a", fmt.Sprintf("coverage %d.5%% at -%d", i, i))
	}
	c.add("p:a", "no data")
	var out strings.Builder
	c.print(&out)
	assert.Equal(t, "  5 × the whole feature: [400 http_error] Bad Request (request_id=10000000000)\n"+
		"  5 × p:a: coverage 0.5% at -0\n  1 × p:a: no data\n", out.String())
}
