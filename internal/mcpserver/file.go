package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// reading is how a file of features is read.
type reading struct {
	Path      string `json:"path" jsonschema:"file of features, relative to the root folder: GeoJSON, Shapefile, GeoPackage, GeoParquet or a CSV of points"`
	Layer     string `json:"layer,omitempty" jsonschema:"layer of a file that has several"`
	X         string `json:"x,omitempty" jsonschema:"column of longitudes in a CSV of points"`
	Y         string `json:"y,omitempty" jsonschema:"column of latitudes in a CSV of points"`
	AssumeCRS string `json:"assume_crs,omitempty" jsonschema:"reference system of a file that names none, or a wrong one, such as EPSG:5070"`
}

// open opens the file with these properties; nil is all.
func (s *Server) open(r reading, idField string, keep []string) (tabulate.Input, error) {
	file, err := s.folder.input(r.Path)
	if err != nil {
		return tabulate.Input{}, fmt.Errorf("path: %w", err)
	}
	in, err := tabulate.Open(file, features.Options{IDField: idField, Keep: keep, Layer: r.Layer, AssumeCRS: r.AssumeCRS, X: r.X, Y: r.Y})
	if err != nil {
		return in, fmt.Errorf("path: %s", short(s.folder.relative(err.Error())))
	}
	if !slices.Contains([]string{"GeoJSON", "Shapefile", "GeoPackage", "GeoParquet", "Parquet", "CSV", "RDB"}, in.Source.Format()) {
		in.Source.Close()
		return in, errors.New("path: only GDAL reads this file, which is not used here")
	}
	return in, nil
}

type field struct {
	Name    string `json:"name"`
	Type    string `json:"type,omitempty"`
	Sample  string `json:"sample" jsonschema:"the first value that is not null, as JSON, cut at 40 characters"`
	CanBeID bool   `json:"can_be_id" jsonschema:"every feature has a value, and none has another's"`
}

type fileOutput struct {
	Format   string    `json:"format"`
	CRS      string    `json:"crs" jsonschema:"empty where the file names none"`
	Layer    string    `json:"layer,omitempty"`
	Layers   []string  `json:"layers,omitempty"`
	Features int       `json:"features"`
	Refused  int       `json:"refused" jsonschema:"features that cannot be asked for, such as lines or polygons that cross themselves"`
	Extent   []float64 `json:"extent,omitempty" jsonschema:"west, south, east, north in degrees"`
	Fields   []field   `json:"fields" jsonschema:"the first 60"`
	Notes    []string  `json:"notes,omitempty"`
}

func (s *Server) addDescribeFile() {
	addTool(s, &mcp.Tool{
		Name: "describe_file", Title: "Describe a file of features",
		Description: "Format, reference system, number of features, extent and fields of a file under the root folder. A field that can be the id is one for extract_file.",
	}, s.describeFile)
}

func (s *Server) describeFile(ctx context.Context, in reading) (fileOutput, error) {
	input, err := s.open(in, "", nil)
	if err != nil {
		return fileOutput{Fields: []field{}}, err
	}
	defer input.Source.Close()
	c, err := tabulate.ReadContents(ctx, input)
	if err != nil {
		return fileOutput{Fields: []field{}}, errors.New(short(s.folder.relative(err.Error())))
	}
	out := fileOutput{
		Format: c.Format, CRS: c.CRS, Layer: c.Layer, Layers: few(c.Layers), Features: c.Features, Refused: c.Refused, Extent: c.Extent,
		Fields: []field{}, Notes: few(c.Notes),
	}
	const mostSample = 40
	for _, f := range c.Fields[:min(len(c.Fields), mostFields)] {
		sample := []rune(strings.ToValidUTF8(string(f.Sample), "\uFFFD"))
		out.Fields = append(out.Fields, field{short(f.Name), f.Type, string(sample[:min(len(sample), mostSample)]), f.CanBeID})
	}
	return out, nil
}
