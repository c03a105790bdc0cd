package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/manual"
)

// noFiles are the commands that touch no file.
var noFiles = map[string]bool{
	"cite": true, "datasets": true, "health": true, "help": true, "local": true, "providers": true, "schema": true, "version": true,
}

// everyCommand visits the commands that help knows, the root first.
func everyCommand(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, below := range c.Commands() {
		if below.IsAvailableCommand() || below.Name() == "help" {
			everyCommand(below, visit)
		}
	}
}

// The help of every command ends with its exit codes and its files.
func TestHelpNamesExitCodesAndFiles(t *testing.T) {
	t.Parallel()
	count := 0
	root := newRoot(&app{})
	everyCommand(root, func(c *cobra.Command) {
		count++
		words := strings.Fields(c.CommandPath())[1:]
		var out, errs bytes.Buffer
		code := run(t.Context(), append(append([]string{}, words...), "--help"), streams{in: strings.NewReader(""), out: &out, err: &errs})
		require.Equal(t, exitOK, code, "%v: %s", words, errs.String())
		help := out.String()
		name, _, _ := strings.Cut(strings.Join(words, " "), " ")
		assert.True(t, manual.Known(c), "%v is not in package manual", words)
		assert.Contains(t, help, "\nEXIT STATUS:\n  0   success\n  1   ", "%v", words)
		assert.Equal(t, !noFiles[name], strings.Contains(help, "\nFILES:\n  "), "%v", words)
		assert.Equal(t, 1, strings.Count(help, "EXIT STATUS"), "%v", words)
		assert.NotContains(t, strings.ToLower(c.Long), "exit code", "%v: the section says it", words)
	})
	assert.Greater(t, count, 20)
}
