package contract_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/gen"
)

const generated = "../../gen"

// What is in gen/ is what the command in gen/generate.go makes of the document, byte for byte, and it says nothing. What the go command
// says of modules that it fetches for that is not its word.
func TestGeneratedCodeIsCurrent(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile(filepath.Join(generated, "generate.go"))
	require.NoError(t, err)
	commands := regexp.MustCompile(`(?m)^//go:generate (.+ -o )\.( .+)$`).FindAllStringSubmatch(string(script), -1)
	require.Len(t, commands, 1)
	output := t.TempDir()
	words := strings.Fields(commands[0][1] + output + strings.Replace(commands[0][2], " ../cas ", " "+output+" ", 1))
	run := exec.CommandContext(t.Context(), words[0], words[1:]...)
	run.Dir = generated
	said, err := run.CombinedOutput()
	require.NoError(t, err, string(said))
	fetching := regexp.MustCompile(`(?m)^go: (downloading|extracting|finding) .*\n`)
	assert.Empty(t, fetching.ReplaceAllString(string(said), ""), "the generator has something to say")

	files, err := filepath.Glob(filepath.Join(generated, "*.gen.go"))
	require.NoError(t, err)
	require.Len(t, files, 3)
	files = append(files, "../../cas/models.gen.go")
	for _, file := range files {
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		want, err := os.ReadFile(filepath.Join(output, filepath.Base(file)))
		require.NoError(t, err)
		assert.Truef(t, bytes.Equal(want, got), "%s is not what api/openapi.yaml gives: run `make generate`", file)
	}
}

// A float32 would lose digits, the parsing client accepts what is no answer, and an embedded document would weigh on every user.
func TestGeneratedCodeIsPlain(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(generated, "*.go"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, unwanted := range []string{"float32", "ClientWithResponses", "swaggerSpec", "interface{}", "time.Time"} {
			assert.NotContainsf(t, string(text), unwanted, "%s", file)
		}
	}
}

// Every operation of the document is a method of the generated client, and there is no other.
func TestOperationsHaveMethods(t *testing.T) {
	t.Parallel()
	methods := map[string]bool{}
	for m := range reflect.TypeFor[gen.ClientInterface]().Methods() {
		methods[strings.TrimSuffix(m.Name, "WithBody")] = true
	}
	operations := map[string]bool{}
	for _, id := range regexp.MustCompile(`(?m)^ +operationId: (\w)(\w+)$`).FindAllSubmatch(api.Document, -1) {
		operations[strings.ToUpper(string(id[1]))+string(id[2])] = true
	}
	assert.Len(t, operations, 7)
	assert.Equal(t, operations, methods)
}

// notForGo are the members of a request that api/overlay.yaml leaves out: the service ignores or refuses them.
var notForGo = map[string]bool{"output": true, "bbox": true, "target_resolution": true, "resampling": true}

// The fields of the models are the members of the schemas, in the order of the document.
func TestFieldsFollowTheDocument(t *testing.T) {
	t.Parallel()
	var document struct {
		Components struct {
			Schemas map[string]struct{ Properties yaml.Node }
		}
	}
	require.NoError(t, yaml.Unmarshal(api.Document, &document))
	for name, model := range map[string]any{
		"AttributeRequest": gen.AttributeRequest{}, "BatchAttributeRequest": gen.BatchAttributeRequest{}, "Geometry": gen.Geometry{},
		"TimeRange": gen.TimeRange{}, "AttributeResponse": gen.AttributeResponse{}, "AttributeResult": gen.AttributeResult{},
		"BatchAttributeResponse": gen.BatchAttributeResponse{}, "ProviderListResponse": gen.ProviderListResponse{},
		"ProviderSummary": gen.ProviderSummary{}, "ProviderDetail": gen.ProviderDetail{}, "DatasetListResponse": gen.DatasetListResponse{},
		"Dataset": gen.Dataset{}, "Variable": gen.Variable{}, "BoundingBox": gen.BoundingBox{}, "TemporalExtent": gen.TemporalExtent{},
		"Health": gen.Health{}, "CacheStats": gen.CacheStats{},
	} {
		var members, fields []string
		properties := document.Components.Schemas[name].Properties.Content
		for i := 0; i < len(properties); i += 2 {
			if member := properties[i].Value; name != "AttributeRequest" || !notForGo[member] {
				members = append(members, member)
			}
		}
		for field := range reflect.TypeOf(model).Fields() {
			fields = append(fields, strings.TrimSuffix(field.Tag.Get("json"), ",omitempty"))
		}
		assert.Equal(t, members, fields, name)
	}
}
