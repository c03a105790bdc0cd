package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever builds from an archive of the source, without git, sets the version.
func TestVersionOfABuildWithoutGit(t *testing.T) {
	for flags, want := range map[string]string{
		"": "cas-go devel, for CAS ",
		"-X github.com/community-attribute-service/cas-go/cas.stamp=v1.2.3": "cas-go v1.2.3, for CAS ",
	} {
		program := filepath.Join(t.TempDir(), "cas.exe") // as Windows wants it
		goCommand(t, "build", "-buildvcs=false", "-ldflags", flags, "-o", program, ".")
		said, err := exec.CommandContext(t.Context(), program, "version").Output()
		require.NoError(t, err)
		assert.Contains(t, string(said), want)
	}
}
