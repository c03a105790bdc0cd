package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/community-attribute-service/cas-go/bulk"
)

// How often progress is printed.
const (
	screenEvery = 200 * time.Millisecond // on a terminal, in one line that changes
	logEvery    = 10 * time.Second       // elsewhere, a line each
)

// progress prints how far a run is. Several goroutines may call its methods.
type progress struct {
	out    io.Writer
	quiet  bool
	screen *os.File // the terminal; nil elsewhere
	every  time.Duration

	mu    sync.Mutex
	shown time.Time
	away  time.Time // since when the service is away, as last printed
	drawn bool      // the screen shows a line without a line end
}

func newProgress(out io.Writer, quiet bool) *progress {
	p := &progress{out: out, quiet: quiet, every: logEvery, shown: time.Now()}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.screen, p.every, p.shown = file, screenEvery, time.Time{}
	}
	return p
}

// show prints the progress, if the last time is long enough ago or the service goes away or comes back.
func (p *progress) show(now bulk.Progress) {
	if p.quiet {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	isNews := !now.Waiting.Since.Equal(p.away)
	p.away = now.Waiting.Since
	if !isNews && time.Since(p.shown) < p.every {
		return
	}
	p.shown = time.Now()
	line := progressLine(now)
	if p.screen == nil {
		fmt.Fprintln(p.out, line)
		return
	}
	if width, _, err := term.GetSize(int(p.screen.Fd())); err == nil && width > 1 {
		line = line[:min(len(line), width-1)] // ASCII
	}
	fmt.Fprint(p.out, eraseLine+line)
	p.drawn = true
}

// warn writes a warning.
func (p *progress) warn(text string) { p.tell("warning: " + text) }

// tell writes a line that stays on the screen.
func (p *progress) tell(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	fmt.Fprintln(p.out, "cas:", text)
}

// close erases the line of progress.
func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
}

const eraseLine = "\r\x1b[K"

func (p *progress) erase() {
	if p.drawn {
		fmt.Fprint(p.out, eraseLine)
		p.drawn = false
	}
}

// progressLine is how far a run is, in ASCII.
func progressLine(p bulk.Progress) string {
	var b strings.Builder
	what, there := "features", "are answered"
	if p.Outcomes > 1 {
		what, there = "answers", "are there"
	}
	if p.Waiting != (bulk.Waiting{}) {
		fmt.Fprintf(&b, "%s; waiting since %s, up to %s; %d %s %s",
			p.Waiting.Reason, p.Waiting.Since.Format("15:04"), minutes(p.Waiting.Most), p.Done, what, there)
		return b.String()
	}
	settled := p.Done + p.Failed
	if p.Total > 0 {
		fmt.Fprintf(&b, "%3d%%  %d of %d %s", 100*settled/p.Total, settled, p.Total, what)
	} else {
		fmt.Fprintf(&b, "%d %s", settled, what)
	}
	fmt.Fprintf(&b, ", %d incomplete%s", p.Failed, pace(p))
	if left, ok := p.Remaining(); ok {
		fmt.Fprintf(&b, ", about %s left", duration(left))
	}
	return b.String()
}

// pace is how fast a run is, and why it is slow.
func pace(p bulk.Progress) string {
	switch {
	case p.Rate <= 0:
		return ""
	case p.Rate >= 10:
		return fmt.Sprintf(", %.0f a second", p.Rate)
	case p.Rate >= 1:
		return fmt.Sprintf(", %.1f a second", p.Rate)
	}
	text := fmt.Sprintf(", %.1f a minute", 60*p.Rate)
	if p.InFlight > 0 {
		text += fmt.Sprintf(" (the service takes %s for each, %d requests at a time)", duration(time.Duration(float64(p.Concurrency)/p.Rate*float64(time.Second))), p.Concurrency)
	}
	return text
}

// minutes is a time that a flag sets: 30 min, 90 s.
func minutes(d time.Duration) string {
	if d >= time.Minute && d%time.Minute == 0 {
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%g s", d.Seconds())
}

// duration is a time for people: 8 s, 1 min 13 s, 2 h 5 min, 3 d 4 h.
func duration(d time.Duration) string {
	day := 24 * time.Hour
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		d = d.Round(time.Second)
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	case d < day:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	default:
		d = d.Round(time.Hour)
		return fmt.Sprintf("%d d %d h", d/day, d%day/time.Hour)
	}
}
