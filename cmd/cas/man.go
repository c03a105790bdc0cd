//go:build man

package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/internal/manual"
)

// The tag man adds the command that writes manual pages. Only a release needs it, and the packages that it imports.
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
				c.Root().DisableAutoGenTag = true // pages have the date of SOURCE_DATE_EPOCH, or today's
				return manual.WritePages(c.Root(), args[0])
			},
		}
	})
}
