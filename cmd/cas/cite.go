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
	"github.com/community-attribute-service/cas-go/tabulate"
)

func (a *app) citeCommand() *cobra.Command {
	var ids []string
	c := &cobra.Command{
		Use:     "cite -d DATASET",
		Short:   "Print licence and citation of datasets",
		Long:    `Print the licence and the citation of datasets, as the service's catalog has them. The file beside a table (such as attributes.meta.json) has them too.`,
		Example: `  cas cite -d copernicus_dem:elevation -d isric_soilgrids:clay_0-5cm`,
		Args:    exactly(0, "datasets by -d"),
		RunE: func(c *cobra.Command, _ []string) error {
			if len(ids) == 0 {
				return usage("give a dataset id by -d; 'cas datasets' lists them")
			}
			return a.with(func(client *cas.Client) error { return a.cite(c.Context(), client, ids) })
		},
	}
	c.Flags().StringSliceVarP(&ids, "datasets", "d", nil, "dataset id, provider:dataset; repeat for more")
	a.jsonFlag(c)
	return c
}

// citation is what `cas cite --json` says of a dataset.
type citation struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	License  string `json:"license"`
	Citation string `json:"citation"`
}

func (a *app) cite(ctx context.Context, client *cas.Client, ids []string) error {
	known, problems := tabulate.Describe(ctx, client, distinct(ids))
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

// meant is a line of hints for the datasets that are not known; "" where nothing is near them.
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

// stated is a text of the catalog, or that it has none.
func stated(text string) string { return cmp.Or(text, "the service states none") }

// distinct are the texts without repetitions, in their order.
func distinct(texts []string) []string {
	var once []string
	for _, text := range texts {
		if !slices.Contains(once, text) {
			once = append(once, text)
		}
	}
	return once
}
