package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/docs/schema"
)

func (a *app) schemaCommand() *cobra.Command {
	names := strings.Join(schema.Names(), ", ")
	return &cobra.Command{
		Use:   "schema NAME",
		Short: "Print the JSON Schema of what the command writes for programs",
		Long: `Print a JSON Schema (draft 2020-12). NAME is meta, for the file beside a table (such as attributes.meta.json), or doctor, journal or validate, for
what these commands print with --json.`,
		Example:   `  cas schema meta > meta.schema.json`,
		Args:      exactly(1, "the name of a schema: "+names),
		ValidArgs: schema.Names(),
		RunE: func(_ *cobra.Command, args []string) error {
			text, ok := schema.Text(args[0])
			if !ok {
				return usage("there is no schema %q: give one of %s", args[0], names)
			}
			_, err := fmt.Fprintf(a.out, "%s", text)
			return err
		},
	}
}
