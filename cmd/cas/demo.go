package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// The datasets of the demo, which castest computes from its elevation model.
const (
	demoElevation = "local_dem:elevation"
	demoSlope     = "local_dem:slope_class"
	demoIDField   = "HYBAS_ID"
)

func (a *app) demoCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show a run over 53 real sub-basins; needs only this program",
		Long: `Show a run. The command starts a service inside this program, over a real elevation model (Cumberland Mountain, Tennessee; USGS, public
domain). It extracts the attributes of 53 real sub-basins as 'cas extract -o' does, prints the table, and draws its map. It needs nothing
else, and nothing leaves this machine. The files stay in the folder of --out: the sub-basins, the table with the files beside it, the maps.`,
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return a.demo(c.Context(), out) },
	}
	c.Flags().StringVar(&out, "out", "", "folder for the files (default: a new temporary one)")
	return c
}

// demo makes the table and its maps, and prints the table.
func (a *app) demo(ctx context.Context, folder string) (err error) {
	if folder == "" {
		folder, err = os.MkdirTemp("", "cas-demo-")
	} else {
		err = os.MkdirAll(folder, 0o777)
	}
	if err != nil {
		return err
	}
	in := func(name string) string { return filepath.Join(folder, name) }
	if err := os.WriteFile(in("basins.geojson"), basins.GeoJSON(), 0o666); err != nil {
		return err
	}
	server := castest.NewServer()
	defer server.Close()
	here := *a
	here.url = server.URL()
	if err := here.demoTable(ctx, server.Client(), in("basins.geojson"), in("attributes.csv")); err != nil {
		return err
	}
	for _, picture := range []string{"elevation.svg", "elevation.html"} {
		err := a.draw(ctx, drawing{
			table: in("attributes.csv"), features: in("basins.geojson"), column: "local_dem_elevation", output: in(picture),
			title: "Mean elevation of 53 sub-basins, Cumberland Mountain, Tennessee",
		})
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(a.err, "table: %s\nmap:   %s\n       %s\n", in("attributes.csv"), in("elevation.svg"), in("elevation.html"))
	return nil
}

// demoTable makes the table and prints it.
func (a *app) demoTable(ctx context.Context, client *cas.Client, features, output string) error {
	x := extraction{datasets: []string{demoElevation, demoSlope}, tabulation: tabulation{
		outputs: []string{output}, reading: reading{idField: demoIDField}, keep: []string{"SUB_AREA", "UP_AREA"}, quiet: true,
	}}
	input, err := a.openInput(ctx, features, x.options(x.keep))
	if err != nil {
		return err
	}
	defer input.Source.Close()
	if _, err := a.runJob(ctx, x, a.job(client, x, input)); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "53 sub-basins of Cumberland Mountain, Tennessee: elevation (%s) and the share of each slope class (%s)\n\n", demoElevation, demoSlope)
	heads := []string{demoIDField, "ELEVATION", "UNITS", "QUALITY", "PIXELS"}
	for class := range basins.SlopeClassCount {
		heads = append(heads, "SLOPE "+strconv.Itoa(class))
	}
	t := newTable(a.out, heads...)
	var rows [][]string
	err = eachNewest(tabulate.JournalPath(output), func(entry *journal.Entry) error {
		if entry.Err == nil {
			rows = append(rows, demoRow(entry.ID, entry.Response))
		}
		return entry.Err
	})
	if err != nil {
		return err
	}
	for _, row := range slices.SortedFunc(slices.Values(rows), slices.Compare) { // answers come in any order
		t.row(row...)
	}
	if err := t.flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.out, "\nSlope classes in degrees: 0 below 2, 1 below 5, 2 below 10, 3 below 20, 4 below 30, 5 steeper.")
	return err
}

// demoRow is a row of the printed table, with numbers in their shortest exact form.
func demoRow(id string, r *cas.AttributeResponse) []string {
	elevation, _ := cas.Lookup(r, demoElevation)
	slope, _ := cas.Lookup(r, demoSlope)
	row := []string{id, elevation.Value.String(), elevation.Units, string(elevation.Quality), fmt.Sprint(elevation.PixelCount)}
	shares, _ := slope.Value.Distribution()
	for class := range basins.SlopeClassCount {
		// A class that no pixel has is absent from the distribution: its share is 0.
		row = append(row, cas.NumberValue(shares[strconv.Itoa(class)]).String())
	}
	return row
}
