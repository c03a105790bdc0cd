package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/internal/atlas"
	"github.com/community-attribute-service/cas-go/internal/choropleth"
	"github.com/community-attribute-service/cas-go/table"
)

// drawing has the arguments and flags of `cas map`.
type drawing struct {
	table, features, column, output, title string
	classes, limits                        string
	dark                                   bool
	reading
}

func (a *app) mapCommand() *cobra.Command {
	var d drawing
	c := &cobra.Command{
		Use:   "map TABLE FEATURES -c COLUMN -o FILE",
		Short: "Draw a column of a table as a map",
		Long: `Draw a column of a table of 'cas extract'. Each feature has a colour; grey means no value; the legend has the units. The colours (viridis)
suit colour-blind readers and grey print. FILE ends in .svg, .png or .html. The HTML page is one file. It shows values under the mouse,
finds a feature by its id, and lists ids and values in any order.

If a few values lie far outside the others, the colours go from the 2nd to the 98th percentile, and the legend names the values outside;
--limits sets another range. --classes quantile:5 draws five colours with equally many features each, --classes equal:5 five equal ranges.

FEATURES is the file that the table was made from. The command finds the features by their ids. The id is the property that --id-field
names; without it, the one that STEM.meta.json beside the table names; without that, the one named like the table's first column.`,
		Example: `  cas map attributes.csv basins.geojson -c copernicus_dem_elevation -o elevation.svg
  cas map attributes.parquet basins.gpkg -c modis_lc_land_cover_10 -o grassland.html --classes quantile:5`,
		Args: exactly(2, "a table and its features"),
		RunE: func(c *cobra.Command, args []string) error {
			d.table, d.features = args[0], args[1]
			return a.draw(c.Context(), d)
		},
	}
	f := c.Flags()
	f.StringVarP(&d.column, "column", "c", "", "column to draw, such as copernicus_dem_elevation")
	f.StringVarP(&d.output, "output", "o", "", "picture to write: FILE.svg, .png or .html")
	d.reading.flags(f)
	f.Lookup("id-field").Usage = "property that holds the id (default: the name of the table's first column)"
	f.StringVar(&d.title, "title", "", "text above the map (default: the catalog's name of the dataset)")
	f.StringVar(&d.classes, "classes", "", "quantile:N or equal:N: N colours instead of a continuous scale")
	f.StringVar(&d.limits, "limits", "", "LOW,HIGH: range of the colours; a value beyond it has the colour of the nearer end")
	f.BoolVar(&d.dark, "dark", false, "draw on a dark background (without it, .svg and .html follow the reader's system)")
	return c
}

// draw reads the table and the features, and draws the map.
func (a *app) draw(ctx context.Context, d drawing) error {
	render, err := d.renderer()
	if err != nil {
		return err
	}
	scale, err := d.scale()
	if err != nil {
		return err
	}
	column, err := d.readColumn()
	if err != nil {
		return err
	}
	d.idField = cmp.Or(d.idField, column.IDField())
	input, err := a.openInput(ctx, d.features, d.options(nil))
	if err != nil {
		return err
	}
	defer input.Source.Close()
	joined, err := column.Shapes(input.Source.Features())
	if err != nil {
		return err
	}
	if joined.Without > 0 {
		fmt.Fprintf(a.err, "cas: warning: %d of %d features have no row in %s\n", joined.Without, joined.Without+joined.Matched, d.table)
	}
	if rows := len(column.Values) - joined.Matched; rows > 0 {
		fmt.Fprintf(a.err, "cas: warning: %d rows of %s have no feature in %s\n", rows, d.table, d.features)
	}
	if joined.Undrawn > 0 {
		fmt.Fprintf(a.err, "cas: warning: %d features have no geometry that can be drawn; see 'cas validate'\n", joined.Undrawn)
	}
	picture := choropleth.Map{Title: cmp.Or(d.title, column.Title), Units: column.Units, Shapes: joined.Shapes, Scale: scale, Dark: d.dark}
	if picture.Title != column.Name {
		picture.Subtitle = column.Name
	}
	return writeWhole(d.output, func(w io.Writer) error { return render(picture, w) })
}

// renderer draws the kind of picture that the ending of -o names.
func (d drawing) renderer() (func(choropleth.Map, io.Writer) error, error) {
	if d.output == "" {
		return nil, usage("give the picture to write by -o FILE.svg, .png or .html")
	}
	switch strings.ToLower(filepath.Ext(d.output)) {
	case ".svg":
		return choropleth.Map.SVG, nil
	case ".png":
		return choropleth.Map.PNG, nil
	case ".html", ".htm":
		return choropleth.Map.HTML, nil
	default:
		return nil, unknownEnding(d.output, ".svg", ".png", ".html")
	}
}

func (d drawing) readColumn() (*atlas.Column, error) {
	column, err := atlas.ReadTable(d.table, d.column, readers...)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{err}
	}
	if err == nil {
		return column, nil
	}
	if _, swapped := os.Stat(table.MetaPath(d.features)); swapped == nil {
		return nil, fmt.Errorf("%s: %w; the table comes first, then its features", d.table, err)
	}
	return nil, fmt.Errorf("%s: %w", d.table, err)
}

// scale reads --classes and --limits.
func (d drawing) scale() (s choropleth.Scale, err error) {
	if d.classes != "" {
		kind, n, some := strings.Cut(d.classes, ":")
		if err := choose("--classes", cmp.Or(kind, d.classes), []string{"quantile", "equal"}); err != nil {
			return s, err
		}
		if !some {
			n = "5"
		}
		s.Equal = kind == "equal"
		if s.Classes, err = strconv.Atoi(n); err != nil {
			return s, usage("--classes %s: give quantile:N or equal:N, such as quantile:5; without a number there are 5", d.classes)
		}
	}
	if d.limits != "" {
		low, high, _ := strings.Cut(d.limits, ",")
		s.Limited = true
		var err2 error
		s.Low, err = strconv.ParseFloat(strings.TrimSpace(low), 64)
		s.High, err2 = strconv.ParseFloat(strings.TrimSpace(high), 64)
		if err != nil || err2 != nil {
			return s, usage("--limits %s: give LOW,HIGH, such as 0,100", d.limits)
		}
	}
	if err := s.Check(); err != nil {
		return s, usageError{err}
	}
	return s, nil
}

// writeWhole writes a file under a temporary name and renames it when it is complete.
func writeWhole(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	err = errors.Join(write(file), file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
