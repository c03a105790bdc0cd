package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/local"
)

// The table of 2000 features that the real service answers is, cell by cell, what its Python SDK gives for the same features.
func TestTableSameAsPythonSDK(t *testing.T) {
	const features = 2000
	running, err := local.Start(t.Context(), local.Config{Python: service.Python(t, service.Latest), App: service.App(t), Workers: 2})
	require.NoError(t, err)
	defer running.Close()
	random := rand.New(rand.NewPCG(2026, 11))
	input := writeFeatures(t, features, func(int) string { return randomPolygon(random) })
	table := filepath.Join(t.TempDir(), "attributes.csv")
	datasets := []string{"local_dem:elevation", "local_dem:slope_class"}
	code, _, errs := runHere(t, "extract", "-g", "@"+input, "-d", datasets[0], "-d", datasets[1], "-o", table, "--id-field", "GAUGE",
		"--url", running.URL(), "--quiet")
	require.Equal(t, exitOK, code, errs)

	said, err := exec.Command(service.Python(t, service.Latest), append([]string{
		filepath.Join("testdata", "python_table.py"),
		running.URL(), input, table,
	}, datasets...)...).CombinedOutput()
	require.NoError(t, err, "%s", said)
	columns := len(readCSV(t, table)[0])
	assert.Equal(t, fmt.Sprintf("%d cells are equal\n", features*columns), string(said))
}

// randomPolygon is a ring around a random place on the elevation model, or across its edge, where some or all pixels are missing.
func randomPolygon(random *rand.Rand) string {
	x, y := -84.42+0.36*random.Float64(), 36.15+0.32*random.Float64()
	text := `{"type":"Polygon","coordinates":[[`
	const corners = 8
	var first string
	for i := range corners {
		radius := 0.002 + 0.02*random.Float64()
		angle := 2 * math.Pi * float64(i) / corners
		position := fmt.Sprintf("[%v,%v]", x+radius*math.Cos(angle), y+radius*math.Sin(angle))
		if i == 0 {
			first = position
		}
		text += position + ","
	}
	return text + first + "]]}"
}
