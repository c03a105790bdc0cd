package tabulate

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// TestFormatsInManySystems reads the same squares from GeoPackage and GeoParquet files of GeoPandas in many reference systems, and compares
// them with the coordinates of PROJ.
func TestFormatsInManySystems(t *testing.T) {
	folder := t.TempDir()
	out, err := exec.Command(service.Judges(t), "-W", "ignore", "-c", `
import sys, os, json, geopandas, shapely
os.chdir(sys.argv[1])
g = geopandas.GeoDataFrame({"id": [9007199254740993 + i for i in range(20)]},
  geometry=[shapely.box(-88 + i / 9, 36, -87.9 + i / 9, 36.1) for i in range(20)], crs="EPSG:4326")
want = {}
for crs in ["EPSG:4326", "EPSG:4269", "EPSG:5070", "EPSG:3857", "EPSG:32616", "EPSG:26916", "EPSG:2274", "ESRI:102008", "OGC:CRS84"]:
  name = crs.replace(":", "_")
  p = g.to_crs(crs)
  p.to_file(name + ".gpkg", layer="basins")
  p.to_parquet(name + ".parquet")
  q = geopandas.GeoSeries(p.geometry).set_crs(crs, allow_override=True)
  if crs not in ["EPSG:4326", "EPSG:4269", "OGC:CRS84"]:
    q = q.to_crs({"EPSG:5070": "EPSG:4269", "EPSG:26916": "EPSG:4269", "EPSG:2274": "EPSG:4269", "ESRI:102008": "EPSG:4269"}.get(crs, "EPSG:4326"))
  want[name] = [shapely.get_coordinates(x).tolist() for x in q]
print(json.dumps(want))`, folder).Output()
	require.NoError(t, err)
	var want map[string][][][2]float64
	require.NoError(t, json.Unmarshal(out, &want))
	require.Len(t, want, 9)
	for name, squares := range want {
		for _, ending := range []string{".gpkg", ".parquet"} {
			source, err := features.Open(filepath.Join(folder, name+ending), features.Options{IDField: "id"})
			if !assert.NoError(t, err, name+ending) {
				continue
			}
			n := 0
			for f, err := range source.Features() {
				require.NoError(t, err)
				require.NoError(t, f.Err)
				var shape struct {
					Type        string
					Coordinates json.RawMessage
				}
				require.NoError(t, json.Unmarshal(f.Geometry, &shape))
				text := strings.TrimPrefix(string(shape.Coordinates), "[")
				var rings [][][2]float64
				if shape.Type == "MultiPolygon" {
					text = strings.TrimSuffix(text, "]")
				} else {
					text = string(shape.Coordinates)
				}
				require.NoError(t, json.Unmarshal([]byte(text), &rings))
				require.Len(t, rings, 1)
				for i, at := range rings[0] {
					assert.InDelta(t, squares[n][i][0], at[0], 1e-9, name+ending)
					assert.InDelta(t, squares[n][i][1], at[1], 1e-9, name+ending)
				}
				n++
			}
			assert.Equal(t, 20, n)
			assert.NoError(t, source.Close())
		}
	}
}
