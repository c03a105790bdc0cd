package house

import (
	"bytes"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mostPackageLines is what can be read in one sitting.
const mostPackageLines = 2500

// largePackages may have more, for a reason.
var largePackages = map[string]int{
	"table":   3100, // one pass over outcomes: columns, periods, sums, rows, the formats of text, and the joining of parts
	"cas":     3900, // the public surface of one client: calls, options, errors, retries
	"castest": 3400, // a whole service
	"cmd/cas": 4580, // one flat main package: a file a command
}

func TestPackagesAreReadInOneSitting(t *testing.T) {
	root, files := tracked(t, ".go")
	lines := map[string]int{}
	for _, name := range files {
		if !strings.HasSuffix(name, "_test.go") {
			lines[path.Dir(name)] += bytes.Count(read(t, root, name), []byte("\n"))
		}
	}
	for room, n := range lines {
		most := mostPackageLines
		if allowed, listed := largePackages[room]; listed {
			most = allowed
			assert.Greater(t, n, mostPackageLines, "%s is small again: take it off the list", room)
		}
		assert.LessOrEqual(t, n, most, "%s: is there more than one subject inside?", room)
	}
}

// TestArchitectureListsTheRooms holds the table of rooms to the folders of the repository.
func TestArchitectureListsTheRooms(t *testing.T) {
	root, files := tracked(t, "")
	folders := map[string]bool{}
	for _, name := range files {
		if top, _, below := strings.Cut(name, "/"); below && !strings.HasPrefix(top, ".") {
			folders[top] = true
		}
	}
	rooms := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)/` \\|").FindAllStringSubmatch(string(read(t, root, "docs/architecture.md")), -1) {
		rooms[m[1]] = true
	}
	assert.Equal(t, folders, rooms)
}

// TestImportersStayLight lists what programs compile that import a package.
func TestImportersStayLight(t *testing.T) {
	heavy := []string{"sqlite", "parquet", "simplefeatures", "cobra", "mcp", "kin-openapi", "testify"}
	for _, room := range []string{"cas", "features", "bulk", "table", "local", "catalog"} {
		out, err := exec.Command("go", "list", "-deps", module+"/"+room).Output()
		require.NoError(t, err)
		for _, dependency := range strings.Fields(string(out)) {
			for _, name := range heavy {
				assert.NotContains(t, strings.TrimPrefix(dependency, module), name, "%s compiles %s", room, dependency)
			}
		}
	}
}

// TestTheToolchainIsTheOldestThatWorks keeps importers from being moved to a patch release.
func TestTheToolchainIsTheOldestThatWorks(t *testing.T) {
	root, _ := tracked(t, "go.mod")
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	assert.Regexp(t, `(?m)^go 1\.26\.0$`, string(text))
	assert.NotContains(t, string(text), "\ntoolchain ")
}
