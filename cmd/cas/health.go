package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/cas"
)

func (a *app) healthCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "health",
		Short: "Tell whether the service is alive",
		Long:  "Tell whether the service process is alive. The answer says nothing about the providers behind it.",
		Args:  exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(func(client *cas.Client) error {
				h, err := client.Health(c.Context())
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(h)
				}
				t := newTable(a.out, "STATUS", "PROVIDERS", "CACHED", "HITS", "MISSES", "HIT RATE")
				t.row(h.Status, fmt.Sprint(h.ProvidersRegistered), fmt.Sprint(h.Cache.Size), fmt.Sprint(h.Cache.Hits),
					fmt.Sprint(h.Cache.Misses), numberText(h.Cache.HitRate))
				return t.flush()
			})
		},
	}
	a.jsonFlag(c)
	return c
}
