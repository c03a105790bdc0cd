package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// A short form of `make chaos`.
func TestChaos(t *testing.T) {
	var out bytes.Buffer
	err := chaos(t.Context(), settings{
		python: service.Python(t, service.Latest), app: service.App(t), scripts: 3, seed: 1, features: 200,
	}, &out)
	t.Log(out.String())
	require.NoError(t, err)
}

// The same seed is the same script.
func TestScriptsFollowFromTheirSeeds(t *testing.T) {
	assert.Equal(t, newScript(5, 100), newScript(5, 100))
	assert.NotEqual(t, newScript(5, 100), newScript(6, 100))
	seen := map[string]bool{}
	for seed := range uint64(100) {
		for _, e := range newScript(seed, 100).events {
			seen[e.what] = true
		}
	}
	assert.Len(t, seen, len(requestFaults)+4, "every kind occurs")
}
