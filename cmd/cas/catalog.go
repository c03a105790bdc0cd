package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/cas"
)

func (a *app) providersCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "providers",
		Short: "List all providers",
		Args:  exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(func(client *cas.Client) error {
				providers := []cas.ProviderSummary{}
				for p, err := range client.AllProviders(c.Context()) {
					if err != nil {
						return err
					}
					providers = append(providers, p)
				}
				if a.json {
					return a.printJSON(providers)
				}
				t := newTable(a.out, "SLUG", "NAME", "PROTOCOL", "URL")
				for _, p := range providers {
					t.row(p.Slug, p.Name, p.Protocol, p.BaseURL)
				}
				return t.flush()
			})
		},
	}
	a.jsonFlag(c)
	return c
}

func (a *app) providerCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "provider SLUG",
		Short: "Show one provider and its datasets",
		Args:  exactly(1, "one slug, such as copernicus_dem"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(func(client *cas.Client) error {
				p, err := client.Provider(c.Context(), args[0])
				if errors.Is(err, cas.ErrNotFound) {
					return fmt.Errorf("%w%s; 'cas providers' lists the slugs", err, a.suggestProvider(c.Context(), args[0]))
				}
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(p)
				}
				fmt.Fprintf(a.out, "%s  %s\n%s, %s\n\n", p.Slug, p.Name, p.Protocol, p.BaseURL)
				return a.printDatasets(p.Datasets)
			})
		},
	}
	a.jsonFlag(c)
	return c
}

func (a *app) jsonFlag(c *cobra.Command) {
	c.Flags().BoolVar(&a.json, "json", false, "write JSON, for programs")
}
