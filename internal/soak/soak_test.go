package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestSoakShort is `make soak` for a few seconds.
func TestSoakShort(t *testing.T) {
	assert.True(t, soak(t.Context(), settings{length: 5 * time.Second, workers: 32, share: 0.3}, t.Output()))
}
