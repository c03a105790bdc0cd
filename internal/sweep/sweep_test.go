package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

func TestVerdict(t *testing.T) {
	choices := []choice{itself{4}, byHand{10, 1}, byHand{30, 2}}
	times := func(seconds ...float64) (all []result) {
		for _, s := range seconds {
			all = append(all, result{took: time.Duration(s * float64(time.Second))})
		}
		return all
	}
	var out bytes.Buffer
	assert.True(t, verdict(&out, choices, times(10.9, 20, 10)))
	assert.Contains(t, out.String(), "the best by hand (by hand: 30 features, 2 in flight): 10.00 s; ratio 1.090; 0 timed out")
	assert.False(t, verdict(&out, choices, times(11.1, 20, 10)))
	late := times(1, 20, 10)
	late[0].timeouts = 1
	assert.False(t, verdict(&out, choices, late))
}

func TestResultKeepsTheFasterRunAndAllTimeouts(t *testing.T) {
	r := result{}.or(result{took: 5, requests: 50, timeouts: 1}).or(result{took: 3, requests: 30}).or(result{took: 4, timeouts: 2})
	assert.Equal(t, result{took: 3, requests: 30, timeouts: 3}, r)
}

// Both ways ask for every feature, and features are such as a run would send.
func TestChoices(t *testing.T) {
	server := castest.NewServer()
	defer server.Close()
	features := catchments(50)
	for _, f := range features {
		require.NoError(t, preflight.Check(f))
	}
	for _, c := range []choice{itself{4}, byHand{20, 2}} {
		r, err := c.run(t.Context(), server.Client(cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})), features)
		require.NoError(t, err)
		assert.Zero(t, r.timeouts)
		assert.GreaterOrEqual(t, r.requests, 3)
	}
}
