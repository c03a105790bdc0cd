package pace

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A minute of simulated time begins at start.
var start = time.Date(2026, 11, 27, 2, 13, 0, 0, time.UTC)

// sitOut simulates a service that is away for some time. It returns the number of probes, and when the run went on or gave up.
func sitOut(t *testing.T, o *Outage, outage time.Duration) (probes int, after time.Duration, over bool) {
	t.Helper()
	for now := start; ; {
		now = now.Add(max(0, o.Due(now)))
		probes++
		require.Less(t, probes, 1000)
		over = o.Probed(now, now.Sub(start) >= outage, 0)
		if over || o.Up() {
			return probes, now.Sub(start), over
		}
	}
}

func TestAnOutageIsSatOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answered bool
		wait     time.Duration
		outage   time.Duration
		over     bool
		least    time.Duration
		most     time.Duration
		probes   int
	}{
		{true, 30 * time.Minute, 20 * time.Second, false, 20 * time.Second, 40 * time.Second, 8},
		{true, 30 * time.Minute, 29 * time.Minute, false, 29 * time.Minute, 30 * time.Minute, 80},
		{true, 30 * time.Minute, time.Hour, true, 30 * time.Minute, 30 * time.Minute, 80},
		{false, 30 * time.Minute, time.Hour, true, 10 * time.Second, 10 * time.Second, 8},
		{false, time.Second, time.Hour, true, time.Second, time.Second, 4},
		{true, 0, time.Hour, true, 0, 0, 1},
	} {
		o := NewOutage(c.wait, c.answered)
		o.Suspect(start)
		probes, after, over := sitOut(t, &o, c.outage)
		assert.Equal(t, c.over, over, "%+v", c)
		assert.GreaterOrEqual(t, after, c.least, "%+v", c)
		assert.LessOrEqual(t, after, c.most, "%+v", c)
		assert.LessOrEqual(t, probes, c.probes, "%+v", c)
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	t.Parallel()
	o := NewOutage(30*time.Minute, true)
	require.False(t, o.Away(start, 5*time.Minute))
	assert.Equal(t, 5*time.Minute+slack, o.Due(start))
	since, wait, waiting := o.Waiting()
	assert.True(t, waiting)
	assert.Equal(t, start, since)
	assert.Equal(t, 30*time.Minute, wait)
	assert.True(t, o.Away(start, time.Hour), "longer than it is waited for")
	o = NewOutage(30*time.Minute, true)
	assert.True(t, o.Away(start, 1<<63-1))
}

// Failures in a row make the service suspected, once. Each probe that it answers makes that rarer, and an answer to a request resets it.
func TestSuspicion(t *testing.T) {
	t.Parallel()
	o := NewOutage(time.Minute, false)
	fail := func(n int) {
		for range n {
			require.True(t, o.Up())
			o.Failed(start)
		}
	}
	fail(suspicious)
	require.False(t, o.Up())
	require.Zero(t, o.Due(start))
	_, _, waiting := o.Waiting()
	require.False(t, waiting, "it is not certain yet")
	require.False(t, o.Probed(start, true, 0))
	fail(2 * suspicious)
	require.False(t, o.Up())
	o.Answered(start)
	require.True(t, o.AnsweredSince(start))
	require.False(t, o.AnsweredSince(start.Add(1)))
	fail(suspicious)
	require.False(t, o.Up())
}
