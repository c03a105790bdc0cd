package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"

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
					return fmt.Errorf("%w; 'cas providers' lists the slugs", err)
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

func (a *app) datasetsCommand() *cobra.Command {
	var filter cas.DatasetFilter
	var temporal string
	var bbox []float64
	var finest, coarsest float64
	c := &cobra.Command{
		Use:   "datasets",
		Short: "List datasets, all or by filter",
		Args:  exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			filter.TemporalType = cas.TemporalType(temporal)
			if c.Flags().Changed("min-resolution") {
				filter.MinResolution = &finest
			}
			if c.Flags().Changed("max-resolution") {
				filter.MaxResolution = &coarsest
			}
			switch len(bbox) {
			case 0:
			case 4:
				filter.BBox = &cas.BoundingBox{MinLon: bbox[0], MinLat: bbox[1], MaxLon: bbox[2], MaxLat: bbox[3]}
			default:
				return usage("--bbox takes four numbers, MIN_LON,MIN_LAT,MAX_LON,MAX_LAT, and got %d", len(bbox))
			}
			return a.with(func(client *cas.Client) error {
				datasets := []cas.Dataset{}
				for d, err := range client.AllDatasets(c.Context(), filter) {
					if err != nil {
						return err
					}
					datasets = append(datasets, d)
				}
				if a.json {
					return a.printJSON(datasets)
				}
				return a.printDatasets(datasets)
			})
		},
	}
	f := c.Flags()
	f.StringVarP(&filter.Provider, "provider", "p", "", "slug of a provider")
	f.StringVar(&filter.Variable, "variable", "", "name of a variable, any case")
	f.StringVar(&temporal, "temporal-type", "", "static, annual, monthly, daily, hourly or climatology")
	f.Float64Var(&finest, "min-resolution", 0, "smallest pixel size in metres")
	f.Float64Var(&coarsest, "max-resolution", 0, "largest pixel size in metres")
	f.Float64SliceVar(&bbox, "bbox", nil, "box to touch, in degrees: MIN_LON,MIN_LAT,MAX_LON,MAX_LAT")
	a.jsonFlag(c)
	return c
}

func (a *app) printDatasets(datasets []cas.Dataset) error {
	t := newTable(a.out, "ID", "NAME", "UNITS", "RESOLUTION", "TIME", "LICENCE")
	for _, d := range datasets {
		units := ""
		if len(d.Variables) > 0 {
			units = d.Variables[0].Units
		}
		t.row(d.ID, d.Name, units, metres(d.ResolutionM), string(d.Temporal.TemporalType), d.License)
	}
	return t.flush()
}

func metres(n cas.Number) string {
	if f := float64(n); !math.IsNaN(f) {
		return strconv.FormatFloat(f, 'f', -1, 64) + " m"
	}
	return "-"
}

func (a *app) jsonFlag(c *cobra.Command) {
	c.Flags().BoolVar(&a.json, "json", false, "write JSON, for programs")
}
