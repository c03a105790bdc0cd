package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// prelude declares what the snippets of the documents take for granted.
const prelude = `package snippets

import (
	"context"
	"net/url"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/local"
)

var (
	ctx    = context.Background()
	client *cas.Client
	answer *cas.AttributeResponse
	asked  []string
	key    string

	poly, pt, geomA, geomB, geomC cas.Geometry

	proxyURL *url.URL
	service  *local.Service
)
`

// imports are the packages that snippets may name without importing them.
var imports = func() map[string]string {
	byName := map[string]string{"slog": "log/slog", "http": "net/http", "signal": "os/signal", "geojson": "github.com/paulmach/orb/geojson", "orb": "github.com/paulmach/orb"}
	for _, name := range []string{"context", "errors", "fmt", "log", "math", "os", "time", "strings", "iter", "testing"} {
		byName[name] = name
	}
	for _, name := range []string{"cas", "features", "features/crs", "features/geojson", "features/preflight", "bulk", "bulk/journal", "table", "table/parquet", "table/shard", "tabulate", "local", "castest", "castest/basins", "catalog", "wire"} {
		if base := filepath.Base(name); byName[base] == "" { // geojson is orb's
			byName[base] = module + "/" + name
		}
	}
	return byName
}()

const module = "github.com/community-attribute-service/cas-go"

// Every block marked go compiles and passes go vet: a block that begins with a package clause as a file of a package of its own, any
// other as the body of a function that returns an error. Tests among them pass. A block marked "go signature" is a declaration without its body.
func TestGoBlocksCompile(t *testing.T) {
	t.Parallel()
	files := newWorkshop(t)
	files.add("snippets/prelude.go", prelude)
	folders := map[string]bool{"snippets": true}
	var tests []string
	count := 0
	for _, d := range documents(t) {
		for _, b := range d.blocks {
			switch b.info {
			case "go":
				count++
				folder, file := b.place(count)
				folders[folder] = true
				if strings.HasSuffix(file, "_test.go") {
					tests = append(tests, folder)
				}
				files.add(folder+"/"+file, b.program(t, "snippets"))
			case "go signature":
				_, err := parser.ParseFile(token.NewFileSet(), b.path, "package p\n"+b.text, 0)
				assert.NoError(t, err, "%s:%d", b.path, b.line)
			}
		}
	}
	require.NotZero(t, count)
	out, err := files.run("vet", slices.Sorted(maps.Keys(folders))...)
	require.NoError(t, err, out)
	if len(tests) > 0 {
		out, err = files.run("test", tests...)
		require.NoError(t, err, out)
	}
}

// A program prints what the block of text below it says.
func TestProgramsPrintWhatTheyShould(t *testing.T) {
	t.Parallel()
	files := newWorkshop(t)
	count := 0
	for _, d := range documents(t) {
		for i, b := range d.blocks {
			if b.info == "text" && i > 0 && strings.HasPrefix(d.blocks[i-1].text, "package main\n") {
				count++
				folder := "main" + strconv.Itoa(count)
				files.add(folder+"/main.go", d.blocks[i-1].program(t, "main"))
				out, err := files.run("run", folder)
				require.NoError(t, err, out)
				assert.Equal(t, b.text, out, "%s:%d", b.path, b.line)
			}
		}
	}
	require.NotZero(t, count)
}

// place is the folder and file that a block is compiled as.
func (b block) place(number int) (folder, file string) {
	switch {
	case !b.isFile():
		return "snippets", fmt.Sprintf("s%d.go", number)
	case strings.Contains(b.text, "\nfunc Test"):
		return fmt.Sprintf("p%d", number), "a_test.go"
	default:
		return fmt.Sprintf("p%d", number), "a.go"
	}
}

func (b block) isFile() bool { return strings.HasPrefix(b.text, "package ") }

// program is a block as a file of Go.
func (b block) program(t *testing.T, pkg string) string {
	position := fmt.Sprintf("//line %s:%d\n", b.absolute(t), b.line)
	if b.isFile() {
		return position + b.text
	}
	body := "() error {\n" + position + b.text + "\n"
	tree, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc _"+body+"}\n", 0)
	require.NoError(t, err, "%s:%d: a block is a whole file or the body of a function", b.path, b.line)
	function := tree.Decls[0].(*ast.FuncDecl)

	defined := definedIn(function.Body)
	var out strings.Builder
	fmt.Fprintf(&out, "package %s\n\nimport (\n", pkg)
	for _, path := range importsOf(function.Body, defined) {
		fmt.Fprintf(&out, "\t%q\n", path)
	}
	fmt.Fprintf(&out, ")\n\nfunc %s%s", b.function(), body)
	for _, name := range defined {
		fmt.Fprintf(&out, "\t_ = %s\n", name)
	}
	if list := function.Body.List; len(list) == 0 || !isReturn(list[len(list)-1]) {
		out.WriteString("\treturn nil\n")
	}
	out.WriteString("}\n")
	return out.String()
}

// function names a block by its place.
func (b block) function() string {
	name := strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(b.path)
	return name + "_" + strconv.Itoa(b.line)
}

func (b block) absolute(t *testing.T) string {
	path, err := filepath.Abs(filepath.Join(root, filepath.FromSlash(b.path)))
	require.NoError(t, err)
	return path
}

func isReturn(s ast.Stmt) bool {
	_, ok := s.(*ast.ReturnStmt)
	return ok
}

// definedIn are the variables that the outermost statements declare; a snippet need not use them.
func definedIn(body *ast.BlockStmt) []string {
	var names []string
	add := func(e ast.Expr) {
		if id, ok := e.(*ast.Ident); ok && id.Name != "_" && !slices.Contains(names, id.Name) {
			names = append(names, id.Name)
		}
	}
	for _, s := range body.List {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				for _, e := range s.Lhs {
					add(e)
				}
			}
		case *ast.DeclStmt:
			if decl := s.Decl.(*ast.GenDecl); decl.Tok == token.VAR {
				for _, spec := range decl.Specs {
					for _, name := range spec.(*ast.ValueSpec).Names {
						add(name)
					}
				}
			}
		}
	}
	return names
}

// importsOf are the import paths of the packages that a snippet names.
func importsOf(body *ast.BlockStmt, defined []string) []string {
	paths := map[string]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := selector.X.(*ast.Ident); ok && !slices.Contains(defined, id.Name) && imports[id.Name] != "" {
				paths[imports[id.Name]] = true
			}
		}
		return true
	})
	return slices.Sorted(maps.Keys(paths))
}

// workshop is a folder of the module, which no pattern of the go command matches, for as long as a test runs.
type workshop struct {
	t    *testing.T
	path string
}

func newWorkshop(t *testing.T) workshop {
	path, err := os.MkdirTemp(".", "_code")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(path)) })
	return workshop{t, path}
}

func (w workshop) add(file, text string) {
	path := filepath.Join(w.path, filepath.FromSlash(file))
	require.NoError(w.t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(w.t, os.WriteFile(path, []byte(text), 0o600))
}

// run runs the go command over some folders of the workshop.
func (w workshop) run(command string, folders ...string) (string, error) {
	args := []string{command}
	for _, folder := range folders {
		args = append(args, "./"+w.path+"/"+folder)
	}
	out, err := exec.CommandContext(w.t.Context(), "go", args...).CombinedOutput()
	return string(out), err
}
