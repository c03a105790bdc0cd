package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/cas"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this command, and of the service whose contract it follows",
		Args:  exactly(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "cas-go %s, for CAS %s (%s %s/%s)\n", cas.Version(), api.ServiceVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
