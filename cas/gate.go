package cas

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// gate makes the attempts of a client wait for their turn: evenly spaced if a rate is set, and during a pause after a 429 until it ends, so
// that N workers do not run into the same limit N times. Waiters queue; only the first one sleeps, so a cancelled waiter leaves no gap.
type gate struct {
	head     chan struct{} // full while a waiter is first
	interval time.Duration // between attempts; 0 is no pacing
	paused   atomic.Bool   // a pause has begun, and no attempt has been sent since

	mu    sync.Mutex
	next  time.Time     // the next free turn
	opens time.Time     // end of the pause
	moved chan struct{} // closed when a pause begins or grows
}

func newGate(requestsPerMinute int) *gate {
	g := &gate{head: make(chan struct{}, 1), moved: make(chan struct{})}
	if requestsPerMinute > 0 {
		g.interval = time.Minute / time.Duration(requestsPerMinute)
	}
	return g
}

// errPaused is the error of an attempt whose context ends before the pause.
type errPaused struct{ left time.Duration }

func (e errPaused) Error() string {
	return fmt.Sprintf("after a 429 all calls of this client pause for another %v, and the context ends before", e.left.Round(time.Millisecond))
}

// wait returns when an attempt may be sent. Its error is that of the context, or errPaused, at once. It calls onPause before it waits for
// the end of a pause.
func (g *gate) wait(ctx context.Context, onPause func(time.Duration)) error {
	if g.interval == 0 && !g.paused.Load() {
		return ctx.Err()
	}
	atHead := false
	defer func() {
		if atHead {
			<-g.head
		}
	}()
	for told := false; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		pause, turn, moved := g.look(atHead)
		if deadline, ok := ctx.Deadline(); ok && pause > 0 && time.Until(deadline) < pause {
			return errPaused{pause}
		}
		if pause > 0 && !told {
			told = true
			onPause(pause)
		}
		head, due := g.head, (<-chan time.Time)(nil)
		if atHead {
			if turn <= 0 {
				return nil
			}
			head, due = nil, time.After(turn)
		}
		select {
		case head <- struct{}{}:
			atHead = true
		case <-due:
		case <-moved:
		case <-ctx.Done():
		}
	}
}

// look returns the rest of the pause and the time until the next turn. If that is due, the first waiter gets it.
func (g *gate) look(atHead bool) (pause, turn time.Duration, moved <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	pause = max(g.opens.Sub(now), 0)
	turn = max(pause, g.next.Sub(now))
	if atHead && turn <= 0 {
		g.paused.Store(false)
		g.next = now.Add(g.interval)
	}
	return pause, turn, g.moved
}

// pause closes the gate for d. A longer pause that has begun stays.
func (g *gate) pause(d time.Duration) {
	opens := time.Now().Add(d)
	g.mu.Lock()
	defer g.mu.Unlock()
	if opens.After(g.opens) {
		g.opens = opens
		g.paused.Store(true)
		close(g.moved)
		g.moved = make(chan struct{})
	}
}
