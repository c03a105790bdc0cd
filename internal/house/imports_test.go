package house

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/community-attribute-service/cas-go"

// mayImport says, for every room, which other packages of this module its code may import, tests aside. Data flows one way: input,
// bulk and cas, gen, HTTP, wire, typed result, writer; no package reaches back up. docs/architecture.md says why.
var mayImport = map[string][]string{
	"api":                        {},
	"wire":                       {},
	"internal/words":             {},
	"internal/jsonread":          {"wire", "internal/words"},
	"gen":                        {"wire", "internal/jsonread"},
	"internal/reuse":             {},
	"cas":                        {"gen", "wire", "internal/geotext", "internal/jsonread", "internal/reuse", "internal/words"},
	"internal/geotext":           {"internal/words"},
	"features":                   {"features/..."},
	"features/format":            {},
	"features/crs":               {},
	"features/preflight":         {"features", "internal/geotext"},
	"features/...":               {"features", "features/crs", "features/internal/...", "internal/geotext", "internal/words"},
	"features/geopackage":        {"features/internal/format", "internal/sqlitefile"},
	"bulk":                       {"cas", "features", "features/preflight", "bulk/journal", "bulk/internal/pace", "internal/reuse"},
	"bulk/journal":               {"cas", "wire", "features", "features/preflight"},
	"bulk/internal/pace":         {},
	"table":                      {"table/internal/...", "bulk", "bulk/journal", "cas", "wire", "features", "features/preflight"},
	"table/shard":                {"table", "bulk", "bulk/journal", "cas", "features"},
	"table/...":                  {"table", "table/internal/...", "cas", "features", "features/preflight", "wire"},
	"table/geopackage":           {"table", "table/internal/...", "internal/sqlitefile"},
	"table/internal/...":         {},
	"table/internal/wkb":         {"features", "features/preflight"},
	"tabulate":                   {"api", "wire", "cas", "features", "features/...", "bulk", "bulk/journal", "table", "table/..."},
	"local":                      {"cas"},
	"castest":                    {"cas", "gen", "wire", "castest/internal/..."},
	"castest/basins":             {},
	"castest/internal/...":       {},
	"catalog":                    {"cas", "catalog/internal/..."},
	"catalog/internal/...":       {"cas", "local", "catalog/internal/..."},
	"bench":                      {"cas", "features", "features/...", "bulk", "bulk/journal", "table", "tabulate", "bench/..."},
	"bench/...":                  {},
	"docs":                       {},
	"docs/schema":                {},
	"examples":                   {},
	"examples/...":               {"cas", "features", "features/...", "bulk", "bulk/journal", "table", "table/...", "tabulate", "local", "castest", "castest/basins", "catalog", "wire"},
	"cmd/...":                    {"..."},
	"internal/atlas":             {"catalog", "features", "features/preflight", "internal/choropleth", "table"},
	"internal/chaos":             {"local"},
	"internal/choropleth":        {},
	"internal/contract":          {"api", "internal/contract/facts"},
	"internal/contract/facts":    {},
	"internal/contract/exchange": {"wire"},
	"internal/contract/service":  {"local"},
	"internal/docgen":            {},
	"internal/doctor":            {"api", "cas", "catalog", "internal/contract", "internal/contract/facts"},
	"internal/gendecode":         {},
	"internal/house":             {},
	"internal/manual":            {},
	"internal/sqlitefile":        {},
	"internal/mcpserver":         {"cas", "catalog", "docs", "features", "features/...", "bulk", "bulk/journal", "table", "table/...", "tabulate"},
	"internal/record":            {"castest"},
	"internal/scale":             {"cas", "features", "bulk", "bulk/...", "table/shard", "castest", "castest/...", "local"},
	"internal/sweep":             {"cas", "features", "bulk", "bulk/...", "castest", "castest/...", "local"},
	"internal/soak":              {"cas", "castest"},
	"internal/contract/...":      {"api", "cas", "internal/contract/..."},
	"deploy/...":                 {"cas", "bulk", "bulk/journal", "local", "castest", "castest/basins"},
}

// TestSQLiteHasOneImporter: what else needs it goes through internal/sqlitefile.
func TestSQLiteHasOneImporter(t *testing.T) {
	var importers []string
	for _, p := range packages(t) {
		if slices.ContainsFunc(p.Imports, func(i string) bool { return strings.HasPrefix(i, "modernc.org/") }) {
			importers = append(importers, strings.TrimPrefix(p.ImportPath, module+"/"))
		}
	}
	assert.Equal(t, []string{"internal/sqlitefile"}, importers)
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...").Output()
	require.NoError(t, err)
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

func TestImportsFollowTheDesign(t *testing.T) {
	for _, p := range packages(t) {
		room := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		allowed, known := rulesOf(room)
		if !assert.True(t, known, "package %s is in no room: give it one here and in docs/architecture.md", room) {
			continue
		}
		for _, imported := range p.Imports {
			inside, ok := strings.CutPrefix(imported, module+"/")
			if ok && !slices.ContainsFunc(allowed, func(rule string) bool { return matches(rule, inside) }) {
				t.Errorf("%s imports %s; it may import %v", room, inside, allowed)
			}
		}
	}
}

// rulesOf finds the rules of the longest name that fits.
func rulesOf(room string) (allowed []string, known bool) {
	best := -1
	for name, rules := range mayImport {
		if length := len(strings.TrimSuffix(name, "...")); matches(name, room) && length > best {
			best, allowed, known = length, rules, true
		}
	}
	return allowed, known
}

// matches tells whether a package is the one that a rule names, or below it where the rule ends in "...".
func matches(rule, pkg string) bool {
	prefix, open := strings.CutSuffix(rule, "...")
	if !open {
		return rule == pkg
	}
	return strings.HasPrefix(pkg, prefix)
}
