package docs_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

var update = flag.Bool("update", false, "write what commands print into the documents")

// consoleDocuments have blocks of commands with what they print.
var consoleDocuments = []string{"README.md", "docs/guide-command.md", "docs/periods.md"}

// writeBasins makes the shapefile that the documents begin with.
const writeBasins = `import geopandas, pyogrio
basins = geopandas.read_file("basins.geojson")[["HYBAS_ID", "SUB_AREA", "ORDER", "geometry"]]
pyogrio.write_dataframe(basins.to_crs(5070), "basins.shp")`

// Every console block prints what it says, and every Python block of these documents runs: those of one document one after the other
// in one folder, as a reader would. `go test ./docs -run Console -update` renews the outputs.
func TestConsoleBlocks(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "cas"), "../cmd/cas")
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))
	for _, name := range consoleDocuments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runConsole(t, bin, filepath.Join(root, filepath.FromSlash(name)))
		})
	}
}

func runConsole(t *testing.T, bin, path string) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "basins.geojson"), basins.GeoJSON(), 0o666))
	server := castest.NewServer()
	defer server.Close()
	python := service.Judges(t)
	run := func(name string, args ...string) string {
		c := exec.CommandContext(t.Context(), name, args...)
		c.Dir = folder
		c.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "CAS_URL="+server.URL(),
			"XDG_CACHE_HOME="+filepath.Join(folder, "cache"))
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%s %v: %s", name, args, out)
		return string(out)
	}
	run(python, "-c", writeBasins)

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```(console|python)\n(.*?)```")
	count := 0
	now := blocks.ReplaceAllStringFunc(string(text), func(block string) string {
		count++
		m := blocks.FindStringSubmatch(block)
		if m[1] == "python" {
			run(python, "-c", m[2])
			return block
		}
		var out strings.Builder
		for line := range strings.Lines(m[2]) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				out.WriteString(line + run("sh", "-c", command))
			}
		}
		return "```console\n" + out.String() + "```"
	})
	require.NotZero(t, count)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(now), 0o644))
		return
	}
	assert.Equal(t, string(text), now, "go test ./docs -run Console -update renews it")
}
