package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/local"
)

func (a *app) localCommand() *cobra.Command {
	var config local.Config
	var module bool
	c := &cobra.Command{
		Use:   "local",
		Short: "Run the real service on this machine until interrupted",
		Long: `Run the real service on a free port of this machine, print its URL, and stop it when you press Ctrl-C. The command tunes the service: it
gives the same answers, some 60 times as many a second; --as-shipped leaves it untuned. To tune a service that you deploy elsewhere, save
the module that --print-tuning prints as cas_go_tuned.py and run uvicorn cas_go_tuned:create_app --factory.

The command needs Python with the service in it: python3 -m pip install 'community-attribute-service[api]'`,
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if module {
				_, err := fmt.Fprint(a.out, local.TuningModule())
				return err
			}
			config.Log = a.err
			service, err := local.Start(c.Context(), config)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.err, "cas: %s\n", service.Tuned())
			fmt.Fprintln(a.out, service.URL())
			<-c.Context().Done()
			return service.Close()
		},
	}
	f := c.Flags()
	f.StringVar(&config.Python, "python", "", "Python interpreter in which the service is installed (default: the one on PATH)")
	f.StringVar(&config.App, "app", "", "another Python app in place of the service's own, module:factory, such as one with a connector of yours")
	f.IntVar(&config.Workers, "workers", 1, "number of service processes")
	f.BoolVar(&config.AsShipped, "as-shipped", false, "do not tune the service; it is then some 60 times slower")
	f.BoolVar(&module, "print-tuning", false, "print the Python module that tunes a deployed service; start nothing")
	f.DurationVar(&config.StartTimeout, "start-timeout", local.DefaultStartTimeout, "how long to wait for the service to answer")
	return c
}
