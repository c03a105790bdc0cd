//go:build linux

package main

import (
	"encoding/xml"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScreen(t *testing.T) {
	var s screen
	for _, output := range []string{"$ ls\r\n 1%", "\r\x1b", "[K 20%", "\r\x1b[Kab\x1b[1mc\x1b[0m\rx", "\r\n\x1b[?2004h$ "} {
		s.write([]byte(output))
	}
	assert.Equal(t, []string{"$ ls", "xbc", "$ "}, s.lines)
}

func TestStays(t *testing.T) {
	at := func(tenths int, lines ...string) frame {
		return frame{time.Duration(tenths) * 100 * time.Millisecond, lines}
	}
	assert.Equal(t, []stay{
		{line: 1, text: "1%", from: 1, to: 2},
		{line: 1, text: "3%", from: 2.4, to: 2.5},
		{line: 0, text: "$ a", from: 0.5, to: 9, last: true},
		{line: 1, text: "done", from: 2.5, to: 9, last: true},
	}, stays([]frame{at(5, "$ a"), at(10, "$ a", "1%"), at(20, "$ a", ""), at(24, "$ a", "2%"), at(24, "$ a", "3%"), at(25, "$ a", "done ")}, 9))
}

// kept are the texts that a picture shows in the end, without the numbers that differ from run to run.
func kept(t *testing.T, picture []byte) (lines []string) {
	t.Helper()
	var svg struct {
		Style string `xml:"style"`
		Texts []struct {
			Class string `xml:"class,attr"`
			Text  string `xml:",chardata"`
		} `xml:"text"`
	}
	require.NoError(t, xml.Unmarshal(picture, &svg))
	assert.Contains(t, svg.Style, "prefers-color-scheme: dark")
	numbers, progress := regexp.MustCompile(`\d+(\.\d+)?( min \d+)?`), regexp.MustCompile(`^.*left`)
	for _, text := range svg.Texts {
		if strings.HasPrefix(text.Class, "end") {
			lines = append(lines, numbers.ReplaceAllString(progress.ReplaceAllString(text.Text, ""), "#"))
		}
	}
	return lines
}

// The picture in the README shows what a run that is killed shows today.
func TestThePictureIsCurrent(t *testing.T) {
	frames, err := story(t.Context())
	require.NoError(t, err)
	picture, err := os.ReadFile("../../docs/images/resume.svg")
	require.NoError(t, err)
	now := kept(t, draw(frames))
	assert.Equal(t, now, kept(t, picture), "go run ./internal/record docs/images/resume.svg renews it")
	assert.Contains(t, now, "Killed")
	assert.Contains(t, now, "cas: going on with attributes.journal: # features are answered, # incomplete")
	assert.Contains(t, now, "# attributes.csv")
}
