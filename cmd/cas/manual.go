package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/internal/manual"
)

// sectionsOf are the sections that the help of a command ends with.
func sectionsOf(c *cobra.Command) []manual.Section {
	return manual.Sections(strings.TrimPrefix(strings.TrimPrefix(c.CommandPath(), c.Root().Name()), " "))
}

// addSections lets the help of all commands end with their sections.
func addSections(root *cobra.Command) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		help(c, args)
		for _, s := range sectionsOf(c) {
			s.Print(c.OutOrStdout())
		}
	})
}
