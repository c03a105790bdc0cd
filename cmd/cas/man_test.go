package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "go", args...)
	c.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1700000000", "CAS_URL=")
	var complaints strings.Builder // downloads too, with an empty module cache
	c.Stderr = &complaints
	out, err := c.Output()
	require.NoError(t, err, complaints.String())
	return string(out)
}

// Every command has a manual page, and writing them twice gives the same bytes.
func TestManualPages(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "man1"), t.TempDir()
	goCommand(t, "run", "-tags", "man", ".", "man", first)
	goCommand(t, "run", "-tags", "man", ".", "man", second)
	for _, c := range append(newRoot(&app{}).Commands(), &cobra.Command{Use: "completion bash"}) {
		if c.Name() == "help" {
			continue // which cobra gives no page
		}
		name := "cas-" + strings.ReplaceAll(c.Use, "completion bash", "completion-bash")
		name, _, _ = strings.Cut(name, " ")
		page, err := os.ReadFile(filepath.Join(first, name+".1"))
		require.NoError(t, err)
		again, err := os.ReadFile(filepath.Join(second, name+".1"))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(page, again), name)
		assert.Contains(t, string(page), `"1" "Nov 2023" "cas-go"`)
		assert.NotContains(t, string(page), "Auto generated")
		assert.Contains(t, string(page), ".SH EXIT STATUS\n.TP\n\\fB0\\fP\n")
		top, _, _ := strings.Cut(strings.TrimPrefix(name, "cas-"), "-")
		assert.Equal(t, !noFiles[top], strings.Contains(string(page), "\n.SH FILES\n"), name)
	}
	assert.NoFileExists(t, filepath.Join(first, "cas-man.1"))
}

// What makes the manual, and what checks the contract, is no part of the program.
func TestProgramCarriesNoGeneratorsOrValidators(t *testing.T) {
	parts := goCommand(t, "list", "-deps", ".")
	require.Contains(t, parts, "github.com/spf13/cobra\n")
	for _, absent := range []string{"cobra/doc", "go-md2man", "kin-openapi", "oapi-codegen/v2", "testify", "go-internal"} {
		assert.NotContains(t, parts, absent)
	}
}
