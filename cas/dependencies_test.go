package cas_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever imports cas compiles the standard library, this module, the generator's runtime with what that needs, and the JSON library.
func TestImportersOfCasCompileLittleElse(t *testing.T) {
	t.Parallel()
	const module = "github.com/community-attribute-service/cas-go"
	deps := func(of string) []string {
		out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", of).Output()
		require.NoError(t, err)
		return strings.Fields(string(out))
	}
	allowed := map[string]bool{}
	for _, path := range deps("github.com/oapi-codegen/runtime") {
		allowed[path] = true
	}
	assert.LessOrEqual(t, len(allowed), 6, "the runtime itself has grown: %v", allowed)
	for _, path := range deps(module + "/cas") {
		own := path == module+"/cas" || path == module+"/gen" || path == module+"/wire" || strings.HasPrefix(path, module+"/internal/")
		jsonLibrary := strings.HasPrefix(path, "github.com/go-json-experiment/json")
		assert.True(t, own || jsonLibrary || allowed[path], path)
	}
}
