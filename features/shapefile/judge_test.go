package shapefile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/features/internal/formattest"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// judged is a feature as GDAL reads it.
type judged struct {
	File, Layer string
	Row         int
	WKB         *string
	Properties  map[string]json.RawMessage
}

// judge runs testdata/judge.py once and returns its directory and the features that it read, by file and layer.
func judge(t testing.TB) (dir string, files map[[2]string][]judged) {
	t.Helper()
	python := service.Judges(t)
	basins, err := filepath.Abs("../../castest/basins/basins.geojson")
	require.NoError(t, err)
	dir = t.TempDir()
	cmd := exec.Command(python, "-W", "ignore", "testdata/judge.py", dir, basins)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	files = map[[2]string][]judged{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<28)
	for lines.Scan() {
		var j judged
		require.NoError(t, json.Unmarshal(lines.Bytes(), &j), "%.200s", lines.Text())
		key := [2]string{j.File, j.Layer}
		files[key] = append(files[key], j)
	}
	require.NoError(t, lines.Err())
	return dir, files
}

// collect reads all of a layer and copies the records, which are valid only until the next one.
func collect(t testing.TB, r format.Reader, want format.Want) (all []format.Record, err error) {
	t.Helper()
	for rec, e := range r.Records(want) {
		if e != nil {
			return all, e
		}
		all = append(all, clone(rec))
	}
	return all, nil
}

func clone(rec *format.Record) format.Record {
	c := *rec
	c.Geometry.Polygons = nil
	for _, polygon := range rec.Geometry.Polygons {
		var rings [][][2]float64
		for _, ring := range polygon {
			rings = append(rings, slices.Clone(ring))
		}
		c.Geometry.Polygons = append(c.Geometry.Polygons, rings)
	}
	c.Properties = nil
	for _, p := range rec.Properties {
		c.Properties = append(c.Properties, format.Property{Name: p.Name, Value: bytes.Clone(p.Value)})
	}
	return c
}

// canonical returns a geometry as text that does not depend on the order of polygons and holes.
func canonical(g format.Geometry) string {
	if g.Type != "Polygon" && g.Type != "MultiPolygon" {
		return fmt.Sprint(g)
	}
	var polygons []string
	for _, polygon := range g.Polygons {
		var rings []string
		for _, ring := range polygon {
			rings = append(rings, fmt.Sprint(ring))
		}
		slices.Sort(rings[1:])
		polygons = append(polygons, strings.Join(rings, " minus "))
	}
	slices.Sort(polygons)
	return g.Type + strings.Join(polygons, " and ")
}

// equalValues compares a value with that of GDAL; numbers other than integers are compared as float64.
func equalValues(ours, theirs json.RawMessage) bool {
	if bytes.Equal(ours, theirs) {
		return true
	}
	a, errA := strconv.ParseFloat(string(ours), 64)
	b, errB := strconv.ParseFloat(string(theirs), 64)
	if errA == nil && errB == nil {
		return a == b
	}
	var s, u string
	return json.Unmarshal(ours, &s) == nil && json.Unmarshal(theirs, &u) == nil && s == strings.TrimSpace(u)
}

func TestAgainstGDAL(t *testing.T) {
	dir, files := judge(t)
	require.Len(t, files, 28)
	features := 0
	for key, expected := range files {
		t.Run(key[0]+"/"+key[1], func(t *testing.T) {
			r, err := open(filepath.Join(dir, key[0]), format.Options{Layer: layerName(key)})
			require.NoError(t, err)
			defer func() { require.NoError(t, r.Close()) }()
			about := r.Describe()
			assert.Empty(t, about.Warnings)
			switch {
			case key[1] == "albers":
				assert.Contains(t, about.CRS, `PROJCS["NAD_1983_Contiguous_USA_Albers",`)
			case strings.HasPrefix(key[1], "pyshp"):
				assert.Empty(t, about.CRS)
			default:
				assert.Contains(t, about.CRS, `GEOGCS["GCS_WGS_1984",`)
			}
			for range 2 { // any number of times
				all, err := collect(t, r, format.Want{})
				require.NoError(t, err)
				require.Len(t, all, len(expected))
				for i, want := range expected {
					compare(t, want, all[i])
				}
			}
			features += len(expected)
		})
	}
	t.Run("edited in an archive", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "edited.zip")
		require.NoError(t, os.WriteFile(path, archiveOf(t, dir, zip.Deflate, "edited.shp", "edited.shx", "edited.dbf"), 0o600))
		_, err := formattest.Count(open, path)
		require.ErrorIs(t, err, format.ErrBroken)
		require.ErrorContains(t, err, "edited in place and its records are not in order; unpack the archive first")
		require.NoError(t, os.Remove(filepath.Join(dir, "edited.shx")))
		_, err = formattest.Count(open, filepath.Join(dir, "edited.shp"))
		require.ErrorContains(t, err, "or it was edited in place and its .shx is missing")
	})
	t.Log(features, "features in", len(files), "layers")
}

// layerName returns "" if GDAL reads the layer under another name.
func layerName(key [2]string) string {
	if key[0] == "zip64.zip" || key[0] == "noshx.shp" {
		return ""
	}
	return key[1]
}

func compare(t *testing.T, want judged, got format.Record) {
	t.Helper()
	require.NoError(t, got.Err)
	require.Equal(t, fmt.Sprintf("row %d", want.Row), got.Place)
	var geometry format.Geometry
	if want.WKB != nil {
		raw, err := hex.DecodeString(*want.WKB)
		require.NoError(t, err)
		geometry, err = format.ParseWKB(raw)
		require.NoError(t, err)
	}
	require.Equal(t, canonical(geometry), canonical(got.Geometry), "%s row %d", want.File, want.Row)
	require.Len(t, got.Properties, len(want.Properties))
	for _, p := range got.Properties {
		theirs, ok := want.Properties[p.Name]
		require.True(t, ok, p.Name)
		require.True(t, equalValues(p.Value, theirs), "%s row %d %s: %s, GDAL has %s", want.File, want.Row, p.Name, p.Value, theirs)
	}
}
