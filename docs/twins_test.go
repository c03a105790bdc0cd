package docs_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

const migrating = "docs/migrating-from-python.md"

// guideService answers for all that the Python guide asks about.
func guideService(t *testing.T) *castest.Server {
	server := castest.NewServer(castest.WithDatasets(
		castest.Constant("isric_soilgrids:clay_0-5cm", cas.NumberValue(210)),
		castest.Constant("modis_lc:land_cover", cas.DistributionValue(map[string]float64{"4": 0.9, "5": 0.1})),
	))
	t.Cleanup(server.Close)
	return server
}

// at puts the service where a snippet names one, and a place with data where it names one without.
func at(server *castest.Server, text string) string {
	return strings.NewReplacer("https://cas.example.com", server.URL(), "http://localhost:8000", server.URL(),
		"-96.5, 39.0", "-84.2308, 36.1983", `"…"`, `"a key"`).Replace(text)
}

// Each Python snippet has a Go snippet below it.
func TestSnippetsComeInPairs(t *testing.T) {
	t.Parallel()
	blocks := documents(t)[migrating].blocks
	require.NotEmpty(t, blocks)
	require.Zero(t, len(blocks)%2)
	for i := 0; i < len(blocks); i += 2 {
		assert.Equal(t, "python", blocks[i].info, "line %d", blocks[i].line)
		assert.Equal(t, "go", blocks[i+1].info, "line %d", blocks[i+1].line)
	}
}

// pythonPrelude runs the snippets of its standard input, one after the other, each with a client of its own.
const pythonPrelude = `
import sys
from cas.client import CASClient
url, *snippets = sys.stdin.read().split("\0")
pt = geom_a = {"type": "Point", "coordinates": [-84.2308, 36.1983]}
geom_b = {"type": "Point", "coordinates": [-84.3, 36.2]}
poly = geom_c = {"type": "Polygon", "coordinates": [[[-84.3, 36.2], [-84.2, 36.2], [-84.2, 36.3], [-84.3, 36.2]]]}
for snippet in snippets:
    with CASClient(url) as cas:
        try:
            exec(snippet, {**globals()})
        except Exception as e:
            print("!", type(e).__name__)
    print("--")
`

func TestPythonSnippetsRun(t *testing.T) {
	t.Parallel()
	server := guideService(t)
	input := []string{server.URL()}
	for _, b := range documents(t)[migrating].blocks {
		if b.info == "python" {
			input = append(input, at(server, b.text))
		}
	}
	command := exec.CommandContext(t.Context(), service.Python(t, service.Latest), "-c", pythonPrelude)
	command.Stdin = strings.NewReader(strings.Join(input, "\x00"))
	var complaints bytes.Buffer
	command.Stderr = &complaints
	out, err := command.Output()
	require.NoError(t, err, complaints.String())
	printed := strings.Split(string(out), "--\n")
	require.Len(t, printed, len(input)) // and the end
	for i, snippet := range input[1:] {
		if strings.Contains(snippet, "dataset_ids=[]") {
			assert.Equal(t, "! ValidationError\n", printed[i], "the page says so")
		} else {
			assert.NotContains(t, printed[i], "!")
		}
	}
	assert.Contains(t, printed[2], "copernicus_dem:elevation 1076.0 m good\nisric_soilgrids:clay_0-5cm 210.0 g/kg good\n")
}

func TestGoTwinsRun(t *testing.T) {
	t.Parallel()
	server := guideService(t)
	files := newWorkshop(t)
	files.add("twins/prelude.go", "package main\n"+strings.TrimPrefix(prelude, "package snippets\n"))
	var calls strings.Builder
	for i, b := range documents(t)[migrating].blocks {
		if b.info != "go" {
			continue
		}
		b.text = at(server, b.text)
		files.add(fmt.Sprintf("twins/s%d.go", i), b.program(t, "main"))
		fmt.Fprintf(&calls, "\tif err := %s(); err != nil {\n\t\tpanic(err)\n\t}\n\tprintln(\"--\")\n", b.function())
	}
	files.add("twins/main.go", fmt.Sprintf(`package main

import "github.com/community-attribute-service/cas-go/cas"

func main() {
	client, _ = cas.NewClient(%q)
	defer client.Close()
	pt, geomA = cas.Point(-84.2308, 36.1983), cas.Point(-84.2308, 36.1983)
	geomB = cas.Point(-84.3, 36.2)
	poly = cas.Polygon([][2]float64{{-84.3, 36.2}, {-84.2, 36.2}, {-84.2, 36.3}, {-84.3, 36.2}})
	geomC = poly
%s}
`, server.URL(), calls.String()))
	out, err := files.run("run", "twins")
	require.NoError(t, err, out)
	printed := strings.Split(out, "--\n")
	require.GreaterOrEqual(t, len(printed), 8)
	assert.Equal(t, "copernicus_dem:elevation 1076 m good\nisric_soilgrids:clay_0-5cm 210 g/kg good\n", printed[2])
	assert.Equal(t, "3\n", printed[4])
	assert.Contains(t, printed[5], "esa_worldcover stac_cog https://")
	assert.Contains(t, printed[5], "copernicus_dem:elevation 30 {-180 -90 180 90} Open\n")
	assert.Contains(t, printed[6], "422 validation_error Request validation failed ")
	assert.Equal(t, "1076\n", printed[7])
}
