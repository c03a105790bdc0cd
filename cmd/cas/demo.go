package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
)

// The datasets of the demo, over the elevation model that castest carries.
const (
	demoElevation = "local_dem:elevation"
	demoSlope     = "local_dem:slope_class"
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Show a run over 53 real sub-basins, with nothing but this program",
		Long: `Show a run: start an in-process service over a real elevation model (Cumberland Mountain, Tennessee; USGS, public domain),
extract the attributes of 53 real sub-basins, and print the table. Nothing else is needed, and nothing leaves this machine.`,
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return a.demo(c.Context()) },
	}
}

func (a *app) demo(ctx context.Context) error {
	server := castest.NewServer()
	defer server.Close()
	client := server.Client()
	defer client.Close()

	var ids []string
	request := cas.BatchExtractRequest{DatasetIDs: []string{demoElevation, demoSlope}}
	for feature, err := range bulk.ReadGeoJSON(bytes.NewReader(basins.GeoJSON()), bulk.ReadOptions{IDField: "HYBAS_ID", Keep: []string{}}) {
		if err != nil {
			return err
		}
		ids = append(ids, feature.ID)
		request.Geometries = append(request.Geometries, feature.Geometry)
	}
	answer, err := client.BatchExtract(ctx, request)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%d sub-basins of Cumberland Mountain, Tennessee: elevation (%s) and the share of each slope class (%s)\n\n",
		len(ids), demoElevation, demoSlope)
	heads := []string{"HYBAS_ID", "ELEVATION", "UNITS", "QUALITY", "PIXELS"}
	for class := range basins.SlopeClassCount {
		heads = append(heads, "SLOPE "+strconv.Itoa(class))
	}
	t := newTable(a.out, heads...)
	for i := range answer.Responses {
		row, err := demoRow(ids[i], &answer.Responses[i])
		if err != nil {
			return err
		}
		t.row(row...)
	}
	if err := t.flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.out, "\nSlope classes in degrees: 0 below 2, 1 below 5, 2 below 10, 3 below 20, 4 below 30, 5 steeper.")
	return err
}

// demoRow is one line of the table, numbers in their shortest exact form.
func demoRow(id string, r *cas.AttributeResponse) ([]string, error) {
	if missing := cas.Missing(r, []string{demoElevation, demoSlope}); len(missing) > 0 {
		return nil, fmt.Errorf("basin %s: no %s: %s", id, missing[0].DatasetID, missing[0].Reason)
	}
	elevation, _ := cas.Lookup(r, demoElevation)
	slope, _ := cas.Lookup(r, demoSlope)
	row := []string{id, elevation.Value.String(), elevation.Units, string(elevation.Quality), fmt.Sprint(elevation.PixelCount)}
	shares, _ := slope.Value.Distribution()
	for class := range basins.SlopeClassCount {
		// A class that no pixel has is absent from the distribution: its share is 0.
		row = append(row, cas.NumberValue(shares[strconv.Itoa(class)]).String())
	}
	return row, nil
}
