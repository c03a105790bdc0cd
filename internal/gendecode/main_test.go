package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// generate runs the generator over Go source and gives what it writes.
func generate(t *testing.T, source string, roots ...string) (string, error) {
	t.Helper()
	in, out := filepath.Join(t.TempDir(), "types.gen.go"), filepath.Join(t.TempDir(), "decode.gen.go")
	require.NoError(t, os.WriteFile(in, []byte(source), 0o600))
	if err := decoders(in, out, "", roots); err != nil {
		return "", err
	}
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	return string(text), nil
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	text, err := generate(t, `package models
type Kind string
type Span = wire.Range
type Part struct {
	Kind Kind `+"`json:\"kind\"`"+`
}
type Whole struct {
	Size  int     `+"`json:\"size\"`"+`
	Span  *Span   `+"`json:\"span,omitempty\"`"+`
	Parts []Part  `+"`json:\"parts\"`"+`
	Main  Part    `+"`json:\"main\"`"+`
	Other *Part   `+"`json:\"other\"`"+`
	Kinds []Kind  `+"`json:\"kinds\"`"+`
	Free  map[string]any `+"`json:\"free\"`"+`
}
type Other struct { X chan int `+"`json:\"x\"`"+` }`, "Whole")
	require.NoError(t, err)
	for _, want := range []string{
		"package models", "type Model interface {\n\tWhole\n}",
		`jsonread.NewNames("size", "span", "parts", "main", "other", "kinds", "free")`,
		"v.Size = int(r.Int(strconv.IntSize))", "v.Span = r.Range()", "v.Parts = jsonread.List(r, 0, old.Parts, readPart)", "readPart(r, &v.Main)",
		"v.Kind = Kind(r.Text())", "v.Other = jsonread.Held(r, readPart)",
		"v.Kinds = jsonread.Items(r, func(r *jsonread.Reader) Kind { return Kind(r.Text()) })",
		"r.Library(func(text []byte) error { return json.Unmarshal(text, &v.Free) })",
	} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "Other {")
}

// A model that cannot be read member by member is left to the JSON library whole.
func TestGenerateLeavesToTheLibrary(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`type A struct { X string }`,
		`type A struct { X string ` + "`json:\"-\"`" + ` }`,
		`type A struct { B }; type B struct { X string ` + "`json:\"x\"`" + ` }`,
		`type A struct { X, Y string ` + "`json:\"x\"`" + ` }`,
		`type A struct { X string ` + "`json:\"x,string\"`" + ` }`,
		`type A struct { union json.RawMessage }; func (a *A) UnmarshalJSON(b []byte) error { return nil }`,
		`type A struct { X string ` + "`json:\"x\"`" + ` }; func (a *A) UnmarshalJSON(b []byte) error { return nil }`,
		`type A []string`,
		`type A = map[string]int`,
	} {
		text, err := generate(t, "package p\n"+source, "A")
		require.NoError(t, err, source)
		assert.Contains(t, text, "r.Library(func(text []byte) error { return json.Unmarshal(text, v) })", source)
	}
}

func TestGenerateRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ source, want string }{
		{`type A struct { X chan int ` + "`json:\"x\"`" + ` }`, "A.X: no JSON holds a chan int"},
		{`type A struct { X func() ` + "`json:\"x\"`" + ` }`, "A.X: no JSON holds a func()"},
		{`type B struct {}`, "there is no type A"},
		{`type A struct {`, "expected"},
	} {
		_, err := generate(t, "package p\n"+c.source, "A")
		assert.ErrorContains(t, err, c.want, c.source)
	}
}

// What fails leaves the files as they were: all are written, or none.
func TestNothingIsHalfWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	document := filepath.Join(dir, "document.json")
	require.NoError(t, os.WriteFile(document, []byte(`{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{},
		"components":{"schemas":{"A":{"type":"object","properties":{"x":{"type":"string"}}}}}}`), 0o600))
	out := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(out, "types.gen.go"), []byte("before"), 0o600))
	j := job{document: document, types: "testdata/types.codegen.yaml", tools: "../../tools/go.mod", out: out, roots: []string{"B"}}
	require.ErrorContains(t, j.run(), "there is no type B")
	files, err := os.ReadDir(out)
	require.NoError(t, err)
	require.Len(t, files, 1)
	text, err := os.ReadFile(filepath.Join(out, "types.gen.go"))
	require.NoError(t, err)
	assert.Equal(t, "before", string(text))
	j.roots = []string{"A"}
	require.NoError(t, j.run())
	files, err = os.ReadDir(out)
	require.NoError(t, err)
	assert.Len(t, files, 2)
}
