package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog/internal/snapshot"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

func TestStore(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "snapshot.json")
	monday := &snapshot.Snapshot{Taken: "2026-01-05", ServiceVersion: "9.9.9", Providers: []cas.ProviderSummary{{Slug: "a"}}}
	tuesday := &snapshot.Snapshot{Taken: "2026-01-06", ServiceVersion: "9.9.9", Providers: []cas.ProviderSummary{{Slug: "a"}}}
	renamed := &snapshot.Snapshot{Taken: "2026-01-07", ServiceVersion: "9.9.9", Providers: []cas.ProviderSummary{{Slug: "a", Name: "A"}}}
	const counts = ": 1 providers and 0 datasets of the service 9.9.9, "
	for _, step := range []struct {
		now, want *snapshot.Snapshot
		report    string
	}{
		{monday, monday, "written"},
		{tuesday, monday, "unchanged since 2026-01-05"},
		{renamed, renamed, "written"},
	} {
		report, err := store(step.now, file)
		require.NoError(t, err)
		assert.Equal(t, file+counts+step.report, report)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(step.want.Format()), string(text))
	}

	require.NoError(t, os.WriteFile(file, []byte("<<<<<<< a merge went wrong"), 0o600))
	report, err := store(monday, file)
	require.NoError(t, err)
	assert.Equal(t, file+counts+"written", report)

	_, err = store(monday, t.TempDir())
	require.Error(t, err, "a folder")
}

func TestServiceVersion(t *testing.T) {
	t.Parallel()
	for _, version := range append(service.Earlier, service.Latest) {
		got, err := serviceVersion(t.Context(), service.Python(t, version))
		require.NoError(t, err)
		assert.Equal(t, version, got)
	}
	_, err := serviceVersion(t.Context(), "python-of-nobody")
	require.ErrorContains(t, err, "python-of-nobody does not know the version of the service")
	require.ErrorContains(t, err, "-python")
}
