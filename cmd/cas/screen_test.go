package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGridFitsItsScreen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		screen screen
		want   string
	}{
		{"a file", screen{}, "" +
			"ID          NAME                                    LICENCE\n" +
			"a:b         Elevation above the geoid in metres [m  Public Domain, all of it\n" +
			"isric:clay  Ton                                     CC0\n"},
		{"a wide terminal", screen{width: 200}, "" +
			"ID          NAME                                    LICENCE\n" +
			"a:b         Elevation above the geoid in metres [m  Public Domain, all of it\n" +
			"isric:clay  Ton                                     CC0\n"},
		{"the name gives way first", screen{width: 60}, "" +
			"ID          NAME                    LICENCE\n" +
			"a:b         Elevation above the g…  Public Domain, all of it\n" +
			"isric:clay  Ton                     CC0\n"},
		{"then the licence", screen{width: 45}, "" +
			"ID          NAME          LICENCE\n" +
			"a:b         Elevation a…  Public Domain, all…\n" +
			"isric:clay  Ton           CC0\n"},
		{"an id is never cut", screen{width: 10}, "" +
			"ID          NAME          LICENCE\n" +
			"a:b         Elevation a…  Public Doma…\n" +
			"isric:clay  Ton           CC0\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := grid{screen: c.screen, heads: []string{"ID", "NAME", "LICENCE"}, elastic: []int{1, 2}}
			g.row("a:b", "Elevation above\tthe\r\ngeoid in metres\x1b[m", "Public Domain, all of it")
			g.row("isric:clay", "Ton", "CC0")
			var b strings.Builder
			require.NoError(t, g.write(&b))
			assert.Equal(t, c.want, b.String())
		})
	}
}

func TestGridPaintsOnColourScreensOnly(t *testing.T) {
	t.Parallel()
	g := grid{screen: screen{colour: true}, heads: []string{"A", "B"}, ink: func(_, column int) ink { return []ink{green, plain}[column] }}
	g.row("x", "y")
	var b strings.Builder
	require.NoError(t, g.write(&b))
	assert.Equal(t, "\x1b[1mA\x1b[0m  \x1b[1mB\x1b[0m\n\x1b[32mx\x1b[0m  y\n", b.String())
	assert.Equal(t, "x", screen{}.paint(red, "x"))
	assert.Equal(t, screen{}, screenOf(&b))
}
