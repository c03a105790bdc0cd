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
	if err := run(in, out, roots); err != nil {
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
}
type Other struct { X chan int `+"`json:\"x\"`"+` }`, "Whole")
	require.NoError(t, err)
	for _, want := range []string{
		"package models", "type Model interface {\n\tWhole\n}",
		`jsonread.NewNames("size", "span", "parts", "main")`,
		"v.Size = int(r.Int(strconv.IntSize))", "v.Span = r.Range()", "v.Parts = jsonread.List(r, 0, readPart)", "readPart(r, &v.Main)",
		"v.Kind = Kind(r.Text())",
	} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "Other")
}

func TestGenerateRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ source, want string }{
		{`type A struct { X chan int ` + "`json:\"x\"`" + ` }`, "A.X: there is no rule for the type chan int"},
		{`type A struct { X string }`, "A has a field without one name and a tag"},
		{`type A struct { X string ` + "`json:\"-\"`" + ` }`, "names no member"},
		{`type A struct { X *B ` + "`json:\"x\"`" + ` }; type B struct {}`, "A.X: there is no rule for the type *B"},
		{`type A = struct {}`, "A is not a struct"},
		{`type B struct {}`, "there is no type A"},
		{`type A struct {`, "expected"},
	} {
		_, err := generate(t, "package p\n"+c.source, "A")
		assert.ErrorContains(t, err, c.want, c.source)
	}
}
