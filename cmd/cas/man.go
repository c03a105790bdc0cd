//go:build man

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// The command that writes manual pages is built in by the tag man only: nobody but a release needs it, nor what it is made with.
//
//	go run -tags man ./cmd/cas man DIR
func init() {
	moreCommands = append(moreCommands, func(*app) *cobra.Command {
		return &cobra.Command{
			Use:    "man DIR",
			Short:  "Write the manual pages, one for each command, into a folder",
			Hidden: true,
			Args:   exactly(1, "a folder"),
			RunE: func(c *cobra.Command, args []string) error {
				if err := os.MkdirAll(args[0], 0o755); err != nil {
					return err
				}
				c.Root().DisableAutoGenTag = true // the day of a page is that of SOURCE_DATE_EPOCH, or today
				return writePages(c.Root(), args[0])
			},
		}
	})
}

// writePages writes the page of a command and those of the commands below it.
func writePages(c *cobra.Command, folder string) error {
	for _, below := range c.Commands() {
		if below.IsAvailableCommand() && !below.IsAdditionalHelpTopicCommand() {
			if err := writePages(below, folder); err != nil {
				return err
			}
		}
	}
	var page bytes.Buffer
	header := &doc.GenManHeader{Section: "1", Source: "cas-go", Manual: "CAS, the Community Attribute Service"}
	if err := doc.GenMan(c, header, &page); err != nil {
		return err
	}
	const next = ".SH SEE ALSO" // cobra has no place for more sections; they belong before this one
	before, after, found := bytes.Cut(page.Bytes(), []byte(next))
	if !found {
		return fmt.Errorf("the page of %s has no %s", c.CommandPath(), next)
	}
	text := string(before)
	for _, section := range sectionsOf(c) {
		text += section.Roff()
	}
	text += next + string(after)
	return os.WriteFile(filepath.Join(folder, strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"), []byte(text), 0o644)
}
