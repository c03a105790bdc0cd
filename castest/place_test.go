package castest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/castest/internal/dem"
	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// The short way to read coordinates gives what the long one does.
func TestShape(t *testing.T) {
	t.Parallel()
	geometries := []string{
		`{"type":"Point","coordinates":[-84.2,36.3]}`, `{"type":"Point","coordinates":[-84,36,1e3]}`,
		`{"type":"Polygon","coordinates":[[[0,0,1],[1,0,1],[1,1,1],[0,0,1]],[[0.1,0.1],[0.2,0.1],[0.2,0.2],[0.1,0.1]]]}`,
		`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,1]]],[[[5,5],[6,5],[6,6],[5,5]]]]}`,
	}
	var collection struct {
		Features []struct{ Geometry json.RawMessage }
	}
	require.NoError(t, json.Unmarshal(basins.GeoJSON(), &collection))
	for _, f := range collection.Features {
		geometries = append(geometries, string(f.Geometry))
	}
	for _, text := range geometries {
		v, err := new(pyjson.Doc).Parse([]byte(text))
		require.NoError(t, err)
		p, _ := locate(v, nil)
		short, err := shape(p.kind, p.coordinates)
		require.NoError(t, err)
		long, err := dem.NewGeometry(p.kind, decoded(p.coordinates))
		require.NoError(t, err)
		assert.Equal(t, long, short, text)
	}
}

// A geometry's hash is the service's: these two were recorded from it.
func TestGeometryHash(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]geometryHash{
		`{"type":"Point","coordinates":[-84.299,36.6]}`:        {0xc5, 0x00, 0x83, 0x7b, 0x24, 0x02, 0x23, 0xf0},
		`{"coordinates":[ -84.2, 36.60 ],"type":"\u0050oint"}`: {0xa2, 0xc2, 0x07, 0x94, 0xd2, 0xcc, 0x6c, 0x17},
	} {
		v, err := new(pyjson.Doc).Parse([]byte(text))
		require.NoError(t, err)
		p, _ := locate(v, nil)
		assert.Equal(t, want, p.hash, text)
	}
}
