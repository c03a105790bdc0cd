package cas

import (
	"context"
	"sync"
	"time"
)

// gate is where every attempt of a client waits for its turn: evenly spaced if a rate is set, and not before a pause has passed
// that a 429 asked for, so that N workers do not run into the same limit N times.
type gate struct {
	mu       sync.Mutex
	interval time.Duration // between attempts; 0 is no pacing
	next     time.Time     // the first free turn
	opens    time.Time     // end of the pause
}

func newGate(requestsPerMinute int) *gate {
	g := &gate{}
	if requestsPerMinute > 0 {
		g.interval = time.Minute / time.Duration(requestsPerMinute)
	}
	return g
}

// wait returns when an attempt may be sent, or with the context's error.
func (g *gate) wait(ctx context.Context) error {
	for {
		turn := g.turn()
		if err := sleep(ctx, time.Until(turn)); err != nil {
			return err
		}
		if !g.pausedAt(turn) {
			return nil
		}
		// A pause began during the wait: take a turn behind it.
	}
}

// turn takes the next free turn, behind the pause if there is one.
func (g *gate) turn() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	turn := time.Now()
	if g.opens.After(turn) {
		turn = g.opens
	}
	if g.interval > 0 {
		if g.next.After(turn) {
			turn = g.next
		}
		g.next = turn.Add(g.interval)
	}
	return turn
}

func (g *gate) pausedAt(t time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.opens.After(t)
}

// pause closes the gate for d; a longer pause that is under way stays.
func (g *gate) pause(d time.Duration) {
	opens := time.Now().Add(d)
	g.mu.Lock()
	defer g.mu.Unlock()
	if opens.After(g.opens) {
		g.opens = opens
	}
}
