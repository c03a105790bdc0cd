package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/internal/atlas"
	"github.com/community-attribute-service/cas-go/internal/choropleth"
)

// drawing is what the flags of `cas map` ask for.
type drawing struct {
	table, features, column, output, title string
	reading
}

func (a *app) mapCommand() *cobra.Command {
	var d drawing
	c := &cobra.Command{
		Use:   "map TABLE FEATURES -c COLUMN -o FILE",
		Short: "Draw a column of a table as a map",
		Long: `Draw a column of a table that 'cas extract' wrote as CSV: a colour per feature, a legend with units, grey for no value. The colours
(viridis) tell values apart for colour-blind readers and in grey print too. FILE ends in .svg, .png or .html; the HTML page is one
file that shows values where the mouse is.

The features are those that the table was made of. They are found by their ids: by the property that the table's first column is
named after, or as --id-field says.`,
		Example: `  cas map attributes.csv basins.geojson -c copernicus_dem_elevation -o elevation.svg`,
		Args:    exactly(2, "a table and its features"),
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
	f.StringVar(&d.title, "title", "", "text above the map (default: the column's name)")
	return c
}

// draw reads the table and the features, and draws the map.
func (a *app) draw(ctx context.Context, d drawing) error {
	render, err := d.renderer()
	if err != nil {
		return err
	}
	column, err := d.readColumn()
	if err != nil {
		return err
	}
	d.reading.idField = d.idFieldOf(column)
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
	picture := choropleth.Map{Title: cmp.Or(d.title, column.Name), Units: column.Units, Shapes: joined.Shapes}
	return writeWhole(d.output, func(w io.Writer) error { return render(picture, w) })
}

// renderer is what draws the kind of picture that the output's name asks for.
func (d drawing) renderer() (func(choropleth.Map, io.Writer) error, error) {
	if d.column == "" {
		return nil, usage("give a column by -c")
	}
	switch strings.ToLower(filepath.Ext(d.output)) {
	case ".svg":
		return choropleth.Map.SVG, nil
	case ".png":
		return choropleth.Map.PNG, nil
	case ".html", ".htm":
		return choropleth.Map.HTML, nil
	default:
		return nil, usage("-o %q: give a FILE.svg, .png or .html", d.output)
	}
}

func (d drawing) readColumn() (*atlas.Column, error) {
	file, err := os.Open(d.table)
	if err != nil {
		return nil, usageError{err}
	}
	defer file.Close()
	column, err := atlas.ReadColumn(file, d.column)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.table, err)
	}
	return column, nil
}

// idFieldOf is the property that holds the ids. A table of features' own ids calls them id.
func (d drawing) idFieldOf(c *atlas.Column) string {
	if d.idField == "" && c.IDName == "id" {
		return ""
	}
	return cmp.Or(d.idField, c.IDName)
}

// writeWhole writes a file under a temporary name, and gives it its own when it is whole.
func writeWhole(path string, write func(io.Writer) error) error {
	temporary := path + ".tmp"
	file, err := os.Create(temporary)
	if err != nil {
		return err
	}
	err = errors.Join(write(file), file.Close())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return nil
}
