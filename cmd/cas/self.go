package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/docs/schema"
)

// versionText is what 'cas version' and 'cas --version' print.
func versionText() string {
	return fmt.Sprintf("cas-go %s, for CAS %s (%s %s/%s)", cas.Version(), api.ServiceVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this command, and of the service whose contract it follows",
		Args:  exactly(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.out, versionText())
			return err
		},
	}
}

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
				return usage("there is no schema %q: give one of %s%s", args[0], names, didYouMean(args[0], catalog.SuggestFrom(schema.Names(), args[0], 1)))
			}
			_, err := fmt.Fprintf(a.out, "%s", text)
			return err
		},
	}
}
