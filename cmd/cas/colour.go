package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// screen is what a table may reckon with. The zero screen is a file or a pipe: no colour, and lines of any length.
type screen struct {
	width  int // in characters; 0 is unlimited
	colour bool
}

// screenOf looks at where the output goes. Colour is for terminals, but for those that say that they are dumb, and not with NO_COLOR
// (https://no-color.org: set, to whatever but nothing).
func screenOf(out io.Writer) screen {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return screen{}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width < 0 {
		width = 0
	}
	return screen{width: width, colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// ink is a way to write, as a parameter of the terminal's "select graphic rendition" (ECMA-48).
type ink string

const (
	plain  ink = ""
	bold   ink = "1"
	red    ink = "31"
	green  ink = "32"
	yellow ink = "33"
)

func (s screen) paint(i ink, text string) string {
	if !s.colour || i == plain {
		return text
	}
	return "\x1b[" + string(i) + "m" + text + "\x1b[0m"
}
