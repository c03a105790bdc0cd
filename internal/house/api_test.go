package house

import (
	"flag"
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	load "golang.org/x/tools/go/packages"
)

var update = flag.Bool("update", false, "write the exported API to testdata/api.txt")

// public are the packages whose exported names are a promise; docs/evolving.md says what may change when.
var public = []string{
	"cas", "gen", "wire", "features", "features/crs", "features/geojson", "features/preflight", "bulk", "bulk/journal", "table", "table/parquet",
	"tabulate", "local", "castest", "castest/basins", "catalog",
}

// TestExportedAPIIsRecorded makes every change of the exported API a line of the diff. `make api` records it.
func TestExportedAPIIsRecorded(t *testing.T) {
	now := exported(t)
	record := filepath.Join("testdata", "api.txt")
	if *update {
		require.NoError(t, os.WriteFile(record, []byte(strings.Join(now, "\n")+"\n"), 0o644))
	}
	text, err := os.ReadFile(record)
	require.NoError(t, err)
	was := strings.Split(strings.TrimSpace(string(text)), "\n")
	const advice = "if this should be, record it by `make api` and say so in CHANGELOG.md"
	assert.Empty(t, without(now, was), "new in the exported API: "+advice)
	assert.Empty(t, without(was, now), "gone from the exported API, which breaks importers: "+advice)
}

// without gives the lines of a that b lacks.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(line string) bool { return slices.Contains(b, line) })
}

// exported lists every exported name with its type, one a line, sorted.
func exported(t *testing.T) []string {
	t.Helper()
	paths := make([]string, len(public))
	for i, p := range public {
		paths[i] = module + "/" + p
	}
	loaded, err := load.Load(&load.Config{Mode: load.NeedName | load.NeedTypes | load.NeedImports | load.NeedDeps | load.NeedExportFile}, paths...)
	require.NoError(t, err)
	require.Zero(t, load.PrintErrors(loaded))
	var lines []string
	for _, p := range loaded {
		scope := p.Types.Scope()
		for _, name := range scope.Names() {
			if object := scope.Lookup(name); object.Exported() {
				lines = append(lines, members(p.Types, object)...)
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// members lists an object and, of a type, its exported fields and methods.
func members(pkg *types.Package, object types.Object) []string {
	short := func(p *types.Package) string { return p.Name() }
	where := strings.TrimPrefix(pkg.Path(), module+"/")
	line := func(format string, args ...any) string { return where + ": " + fmt.Sprintf(format, args...) }
	name, isType := object.(*types.TypeName)
	if !isType {
		text := types.ObjectString(object, short)
		if c, ok := object.(*types.Const); ok {
			text += " = " + c.Val().String()
		}
		return []string{line("%s", text)}
	}
	if name.IsAlias() {
		return []string{line("type %s = %s", name.Name(), types.TypeString(types.Unalias(name.Type()), short))}
	}
	lines := []string{line("type %s %s", name.Name(), kind(name.Type().Underlying(), short))}
	if s, ok := name.Type().Underlying().(*types.Struct); ok {
		for i := range s.NumFields() {
			if f := s.Field(i); f.Exported() {
				lines = append(lines, strings.TrimSpace(line("%s.%s %s %s", name.Name(), f.Name(), types.TypeString(f.Type(), short), s.Tag(i))))
			}
		}
	}
	methods := types.NewMethodSet(types.NewPointer(name.Type()))
	for i := range methods.Len() {
		if m := methods.At(i).Obj(); m.Exported() {
			lines = append(lines, line("method %s", types.ObjectString(m, short)))
		}
	}
	return lines
}

// kind is a type without what is listed apart or is nobody's business.
func kind(t types.Type, short types.Qualifier) string {
	switch t := t.(type) {
	case *types.Struct:
		return "struct"
	default:
		return types.TypeString(t, short)
	}
}
