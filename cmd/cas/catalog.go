package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/tabulate"
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
				if errors.Is(err, cas.ErrNotFound) || isAway(err) {
					return fmt.Errorf("%w%s; 'cas providers' lists the slugs", err, a.suggestProvider(c.Context(), args[0]))
				}
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(p)
				}
				fmt.Fprintf(a.out, "%s  %s\n%s, %s\n\n", p.Slug, p.Name, p.Protocol, p.BaseURL)
				columns, err := chooseColumns(nil)
				if err != nil {
					return err
				}
				return a.datasetTable(p.Datasets, columns)
			})
		},
	}
	a.jsonFlag(c)
	return c
}

// allProviders lists the providers of the service, or without a service those of the catalog inside this program.
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

// carriedProvider finds a provider in the catalog inside this program; nil if it has none of that slug.
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

// tellCarried says that a listing comes from the catalog inside this program.
func (a *app) tellCarried() {
	date, version := catalog.Taken()
	fmt.Fprintf(a.err, "cas: the catalog of service %s, as of %s\n", version, date.Format("2006-01-02"))
}

func (a *app) jsonFlag(c *cobra.Command) {
	c.Flags().BoolVar(&a.json, "json", false, "write JSON, for programs")
}

func (a *app) citeCommand() *cobra.Command {
	var ids []string
	c := &cobra.Command{
		Use:   "cite -d DATASET",
		Short: "Print licence and citation of datasets",
		Long: `Print the licence and the citation of datasets from the catalog of the service, or without a service from the one inside this program.
The file beside a table (such as attributes.meta.json) has them too.`,
		Example: `  cas cite -d copernicus_dem:elevation -d isric_soilgrids:clay_0-5cm`,
		Args:    exactly(0, "datasets by -d"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkDatasets(ids); err != nil {
				return err
			}
			return a.with(func(client *cas.Client) error { return a.cite(c.Context(), client, ids) })
		},
	}
	c.Flags().StringSliceVarP(&ids, "datasets", "d", nil, "dataset id, provider:dataset; repeat for more")
	a.jsonFlag(c)
	return c
}

// citation is an item of `cas cite --json`.
type citation struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	License  string `json:"license"`
	Citation string `json:"citation"`
}

func (a *app) cite(ctx context.Context, client *cas.Client, ids []string) error {
	known, problems := tabulate.Describe(ctx, client, distinct(ids))
	if i := slices.IndexFunc(problems, isAway); i >= 0 && len(known) == 0 {
		a.tellAway(problems[i])
		known, problems = citeCarried(distinct(ids))
	}
	if len(known) == 0 {
		return fmt.Errorf("%w%s", errors.Join(problems...), a.meant(ctx, ids, known))
	}
	if err := a.printCitations(known); err != nil {
		return err
	}
	for _, problem := range problems {
		fmt.Fprintln(a.err, "cas:", problem)
	}
	if meant := a.meant(ctx, ids, known); meant != "" {
		fmt.Fprintln(a.err, strings.TrimSpace(meant))
	}
	if len(problems) > 0 {
		return errPartial
	}
	return nil
}

// citeCarried looks for datasets in the catalog inside this program.
func citeCarried(ids []string) (known []cas.Dataset, problems []error) {
	for _, id := range ids {
		if d, ok := catalog.Lookup(id); ok {
			known = append(known, d)
		} else {
			problems = append(problems, fmt.Errorf("the catalog inside this program does not list %s", id))
		}
	}
	return known, problems
}

// meant is a line of suggestions for the unknown datasets; "" if no known id is near.
func (a *app) meant(ctx context.Context, ids []string, known []cas.Dataset) (hints string) {
	for _, id := range distinct(ids) {
		if !slices.ContainsFunc(known, func(d cas.Dataset) bool { return d.ID == id }) {
			hints += strings.TrimPrefix(a.suggestDataset(ctx, id), ";")
		}
	}
	if hints != "" {
		hints = "\nhint:" + hints
	}
	return hints
}

func (a *app) printCitations(datasets []cas.Dataset) error {
	if a.json {
		list := make([]citation, len(datasets))
		for i, d := range datasets {
			list[i] = citation{d.ID, d.Name, d.License, d.Citation}
		}
		return a.printJSON(list)
	}
	for i, d := range datasets {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		_, err := fmt.Fprintf(a.out, "%s  %s\n  Licence:  %s\n  Citation: %s\n", d.ID, d.Name, stated(d.License), stated(d.Citation))
		if err != nil {
			return err
		}
	}
	return nil
}

// stated is a text of the catalog, or says that there is none.
func stated(text string) string { return cmp.Or(text, "the service states none") }

// distinct drops repetitions and keeps the order.
func distinct(texts []string) []string {
	var once []string
	for _, text := range texts {
		if !slices.Contains(once, text) {
			once = append(once, text)
		}
	}
	return once
}
