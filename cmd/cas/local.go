package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/local"
)

func (a *app) localCommand() *cobra.Command {
	var config local.Config
	c := &cobra.Command{
		Use:   "local",
		Short: "Run the real service on this machine until interrupted",
		Long: `Run the real service on a free port of this machine, print its URL, and stop it when interrupted.
It needs Python with the service in it: python3 -m pip install 'community-attribute-service[api]'`,
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			config.Log = a.err
			service, err := local.Start(c.Context(), config)
			if err != nil {
				return err
			}
			fmt.Fprintln(a.out, service.URL())
			<-c.Context().Done()
			return service.Close()
		},
	}
	f := c.Flags()
	f.StringVar(&config.Python, "python", "", "interpreter that has the service (default: the one on PATH)")
	f.StringVar(&config.App, "app", "", "another app factory, module:factory, such as one with a connector of your own")
	f.IntVar(&config.Workers, "workers", 1, "number of service processes")
	f.DurationVar(&config.StartTimeout, "start-timeout", local.DefaultStartTimeout, "how long to wait for it to answer")
	return c
}
