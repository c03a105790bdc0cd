//go:build man

package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/internal/manual"
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
				return manual.WritePages(c.Root(), args[0])
			},
		}
	})
}
