//go:build linux

package main

import "strings"

// screen is as much of a terminal as cas and a shell without line editing need: line ends, returns, and "erase to the end of the line".
// Other escape sequences are passed over.
type screen struct {
	lines  []string
	column int
	escape string // that has begun
}

func (s *screen) write(output []byte) {
	for _, r := range string(output) {
		if s.lines == nil {
			s.lines = []string{""}
		}
		last := &s.lines[len(s.lines)-1]
		switch {
		case s.escape != "":
			s.escape += string(r)
			if r != '[' && r >= '@' {
				if s.escape == "\x1b[K" {
					*last = string([]rune(*last)[:s.column])
				}
				s.escape = ""
			}
		case r == '\x1b':
			s.escape = "\x1b"
		case r == '\r':
			s.column = 0
		case r == '\n':
			s.lines = append(s.lines, "")
		case r >= ' ':
			line := []rune(*last + strings.Repeat(" ", max(0, s.column-len([]rune(*last)))))
			*last = string(line[:s.column]) + string(r) + string(line[min(s.column+1, len(line)):])
			s.column++
		}
	}
}
