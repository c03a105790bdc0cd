package geoparquet

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	pq "github.com/parquet-go/parquet-go/format"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

const worldWide = "OGC:CRS84" // the reference system of GeoParquet and Parquet if none is named

// positions say where the geometries are in a file: in a column of WKB, or in two columns of numbers.
type positions struct {
	wkb, x, y *parquet.Column
	crs       string
	srid      int      // the EPSG code of crs; 0 if the file names no system, -1 if the code is not known
	ignored   []string // columns that only help to find geometries, such as their bounds
	warning   string
}

// geoMetadata is the part of the value of the key geo that is read: https://geoparquet.org/releases/v1.1.0/.
type geoMetadata struct {
	Primary string `json:"primary_column"`
	Columns map[string]struct {
		Encoding string          `json:"encoding"`
		CRS      json.RawMessage `json:"crs"` // absent is OGC:CRS84, null is unknown
		Edges    string          `json:"edges"`
		Covering struct {
			BBox map[string][]string `json:"bbox"`
		} `json:"covering"`
	} `json:"columns"`
}

func findPositions(file *parquet.File, o format.Options) (positions, error) {
	text, told := file.Lookup("geo")
	switch {
	case o.X != "" || o.Y != "":
		return findPoints(file, o)
	case told:
		return fromMetadata(file, text)
	}
	for _, c := range file.Root().Columns() {
		if !c.Leaf() || c.Type().LogicalType() == nil {
			continue
		}
		switch kind := c.Type().LogicalType().Value.(type) {
		case *pq.GeometryType:
			return fromType(file, c, kind.CRS, "")
		case *pq.GeographyType:
			return fromType(file, c, kind.CRS, "spherical")
		}
	}
	return findPoints(file, o)
}

func fromMetadata(file *parquet.File, text string) (positions, error) {
	var geo geoMetadata
	if err := json.Unmarshal([]byte(text), &geo); err != nil {
		return positions{}, fmt.Errorf("the metadata under the key geo cannot be read: %w: %w", format.ErrBroken, err)
	}
	about, known := geo.Columns[geo.Primary]
	c := file.Root().Column(geo.Primary)
	switch {
	case !known || c == nil:
		return positions{}, fmt.Errorf("the primary column %q of the metadata is not in the file: %w", geo.Primary, format.ErrBroken)
	case !strings.EqualFold(about.Encoding, "WKB"):
		return positions{}, fmt.Errorf("the geometries in column %s are encoded as %q; only WKB is read: write the file anew with that encoding", geo.Primary, about.Encoding)
	case !c.Leaf() || c.Repeated() || c.Type().Kind() != parquet.ByteArray:
		return positions{}, fmt.Errorf("the column %s holds %s, not WKB: %w", geo.Primary, c.Type(), format.ErrBroken)
	}
	p := positions{wkb: c, warning: edges(about.Edges)}
	for _, path := range about.Covering.BBox {
		if len(path) > 0 && !slices.Contains(p.ignored, path[0]) {
			p.ignored = append(p.ignored, path[0])
		}
	}
	var name string
	switch {
	case about.CRS == nil:
		p.crs = worldWide
	case string(about.CRS) == "null":
		p.warning = strings.TrimSpace(p.warning + " The file says that its reference system is not known.")
	case json.Unmarshal(about.CRS, &name) == nil: // WKT, before version 1.0
		p.crs = name
	default:
		p.crs = string(about.CRS)
	}
	return p, nil
}

// fromType returns the positions in a column of Parquet's own geometry types. Its reference system is a name, PROJJSON, or a reference to
// one of the two: https://github.com/apache/parquet-format/blob/master/Geospatial.md.
func fromType(file *parquet.File, c *parquet.Column, crs, shape string) (positions, error) {
	p := positions{wkb: c, crs: crs, warning: edges(shape)}
	if key, found := strings.CutPrefix(crs, "projjson:"); found {
		text, known := file.Lookup(key)
		if !known {
			return positions{}, fmt.Errorf("the reference system of column %s is not in the file's metadata under the key %q: %w", c.Name(), key, format.ErrBroken)
		}
		p.crs = text
	} else if id, found := strings.CutPrefix(crs, "srid:"); found {
		p.crs = "EPSG:" + id
		if id == "0" {
			p.crs = ""
		}
	}
	if p.crs == "" && crs == "" {
		p.crs = worldWide
	}
	return p, nil
}

func edges(shape string) string {
	if shape == "" || shape == "planar" {
		return ""
	}
	return fmt.Sprintf("The edges are %s in the file; they are taken as straight lines of longitude and latitude.", shape)
}

func findPoints(file *parquet.File, o format.Options) (p positions, err error) {
	candidates := format.PointColumns[:]
	if o.X != "" || o.Y != "" {
		candidates = [][2][]string{{{o.X}, {o.Y}}}
	}
	for _, names := range candidates {
		p.x, p.y = numbersNamed(file, names[0]...), numbersNamed(file, names[1]...)
		if p.x != nil && p.y != nil {
			return p, nil
		}
	}
	var names []string
	for _, c := range file.Root().Columns() {
		names = append(names, c.Name())
	}
	if o.X != "" || o.Y != "" {
		return p, fmt.Errorf("%q and %q are not two columns of numbers; the file has %s", o.X, o.Y, strings.Join(names, ", "))
	}
	return p, fmt.Errorf("no geometries: the file has no GeoParquet metadata (key geo) and no columns of numbers called lon and lat, "+
		"longitude and latitude, or x and y; say which of its columns they are: it has %s", strings.Join(names, ", "))
}

// numbersNamed returns the first column of numbers with one of the names, in any case; nil if there is none.
func numbersNamed(file *parquet.File, names ...string) *parquet.Column {
	for _, name := range names {
		for _, c := range file.Root().Columns() {
			if strings.EqualFold(c.Name(), name) && c.Leaf() && !c.Repeated() && numberOf(c.Type()) != nil {
				return c
			}
		}
	}
	return nil
}

// codeOf returns the EPSG code of a reference system; 0 if it has none.
func codeOf(crs string) int {
	if crs == worldWide {
		return 4326
	}
	if code, found := strings.CutPrefix(crs, "EPSG:"); found {
		n, _ := strconv.Atoi(code)
		return n
	}
	var about struct {
		ID struct {
			Authority string
			Code      any
		}
	}
	if json.Unmarshal([]byte(crs), &about) != nil {
		return 0
	}
	switch code := about.ID.Code.(type) {
	case float64:
		if about.ID.Authority == "EPSG" {
			return int(code)
		}
	case string:
		return codeOf(about.ID.Authority + ":" + code)
	}
	return 0
}
