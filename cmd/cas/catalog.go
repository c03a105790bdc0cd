package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
)

func (a *app) providersCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "providers",
		Short: "List all providers",
		Args:  exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(func(client *cas.Client) error {
				providers, err := a.allProviders(c.Context(), client)
				if err != nil {
					return err
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
				if isAway(err) {
					if carried := carriedProvider(args[0]); carried != nil {
						a.tellAway(err)
						p, err = carried, nil
					}
				}
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

// allProviders lists what the service has, or, where there is none, what the catalog has that this program carries.
func (a *app) allProviders(ctx context.Context, client *cas.Client) ([]cas.ProviderSummary, error) {
	providers := []cas.ProviderSummary{}
	for p, err := range client.AllProviders(ctx) {
		if isAway(err) && len(providers) == 0 {
			a.tellAway(err)
			return catalog.Providers(), nil
		}
		if err != nil {
			return nil, err
		}
		providers = append(providers, p)
	}
	return providers, nil
}

// carriedProvider is a provider of the catalog in this program; nil if it has none of that slug.
func carriedProvider(slug string) *cas.ProviderDetail {
	for _, p := range catalog.Providers() {
		if p.Slug == slug {
			return &cas.ProviderDetail{
				Slug: p.Slug, Name: p.Name, Protocol: p.Protocol, BaseURL: p.BaseURL, Datasets: catalog.Search(catalog.Query{Provider: slug}),
			}
		}
	}
	return nil
}

// tellCarried says that a listing is that of the catalog in this program.
func (a *app) tellCarried() {
	date, version := catalog.Taken()
	fmt.Fprintf(a.err, "cas: the catalog of service %s, as of %s\n", version, date.Format("2006-01-02"))
}

func (a *app) jsonFlag(c *cobra.Command) {
	c.Flags().BoolVar(&a.json, "json", false, "write JSON, for programs")
}
