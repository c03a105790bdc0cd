package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestColourIsForTerminalsThatWantIt(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0) // the master side answers like a terminal of unknown size
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, terminal.Close()) })
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	assert.Equal(t, screen{colour: true}, screenOf(terminal))
	t.Setenv("NO_COLOR", "1")
	assert.Equal(t, screen{}, screenOf(terminal))
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "dumb")
	assert.Equal(t, screen{}, screenOf(terminal))

	file, err := os.Create(t.TempDir() + "/out")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	assert.Equal(t, screen{}, screenOf(file))
}
