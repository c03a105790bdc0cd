package cas

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// gate is where every attempt of a client waits for its turn: evenly spaced if a rate is set, and not before a pause has passed
// that a 429 asked for, so that N workers do not run into the same limit N times. They stand in one line, of which the head alone
// looks at the clock: one that gives up leaves no gap behind.
type gate struct {
	head     chan struct{} // holds the place at the head
	interval time.Duration // between attempts; 0 is no pacing
	paused   atomic.Bool   // a pause has begun, and nobody has seen its end yet

	mu    sync.Mutex
	next  time.Time // the first free turn
	opens time.Time // end of the pause
}

func newGate(requestsPerMinute int) *gate {
	g := &gate{head: make(chan struct{}, 1)}
	if requestsPerMinute > 0 {
		g.interval = time.Minute / time.Duration(requestsPerMinute)
	}
	return g
}

// wait returns when an attempt may be sent, or with the context's error.
func (g *gate) wait(ctx context.Context) error {
	if g.interval == 0 && !g.paused.Load() {
		return ctx.Err()
	}
	select {
	case g.head <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-g.head }()
	for { // a pause may begin or grow during the wait
		if err := ctx.Err(); err != nil {
			return err
		}
		d := g.take()
		if d <= 0 {
			return nil
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
}

// take takes the turn that is due, or tells how long it is until the next one.
func (g *gate) take() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if g.opens.After(now) || g.next.After(now) {
		return max(g.opens.Sub(now), g.next.Sub(now))
	}
	g.paused.Store(false)
	g.next = now.Add(g.interval)
	return 0
}

// pause closes the gate for d; a longer pause that is under way stays.
func (g *gate) pause(d time.Duration) {
	opens := time.Now().Add(d)
	g.mu.Lock()
	defer g.mu.Unlock()
	if opens.After(g.opens) {
		g.opens = opens
		g.paused.Store(true)
	}
}
