package mcpserver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/docs"
	"github.com/community-attribute-service/cas-go/internal/mcpserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const summit = `{"lon":-84.2308,"lat":36.1983,"datasets":["local_dem:elevation"]}`

// folderOfBasins is a root folder with the 53 sub-basins in basins.geojson.
func folderOfBasins(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "basins.geojson"), basins.GeoJSON(), 0o600))
	return root
}

// connect gives the SDK's own client of a server, in memory.
func connect(t testing.TB, c mcpserver.Config) *mcp.ClientSession {
	t.Helper()
	if c.Client == nil {
		server := castest.NewServer()
		t.Cleanup(server.Close)
		c.Client = server.Client()
		c.ServiceURL = server.URL()
		t.Cleanup(func() { c.Client.Close() })
	}
	server, err := mcpserver.New(c)
	require.NoError(t, err)
	here, there := mcp.NewInMemoryTransports()
	ended := make(chan error, 1)
	go func() { ended <- server.Run(context.WithoutCancel(t.Context()), there) }()
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), here, nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		session.Close()
		<-ended
	})
	return session
}

// ask calls a tool with arguments in JSON. The answer has to fit the tool's schema, which the client checks too.
func ask(t testing.TB, session *mcp.ClientSession, tool, arguments string) *mcp.CallToolResult {
	t.Helper()
	answer, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)})
	require.NoError(t, err)
	return answer
}

// answer is the structured output of a tool.
func answer(t testing.TB, session *mcp.ClientSession, tool, arguments string) map[string]any {
	t.Helper()
	result := ask(t, session, tool, arguments)
	require.False(t, result.IsError, "%s", text(result))
	object, ok := result.StructuredContent.(map[string]any)
	require.True(t, ok)
	return object
}

// refusal is the error of a tool.
func refusal(t testing.TB, session *mcp.ClientSession, tool, arguments string) string {
	t.Helper()
	result := ask(t, session, tool, arguments)
	require.True(t, result.IsError, "%s", text(result))
	return text(result)
}

func text(result *mcp.CallToolResult) string {
	var all strings.Builder
	for _, c := range result.Content {
		if t, ok := c.(*mcp.TextContent); ok {
			all.WriteString(t.Text)
		}
	}
	return all.String()
}

// at follows keys and positions into JSON.
func at(t testing.TB, value any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, ok := value.(map[string]any)
			require.True(t, ok, "%v of %v", step, value)
			require.Contains(t, object, step)
			value = object[step]
		case int:
			list, ok := value.([]any)
			require.True(t, ok, "%v of %v", step, value)
			require.Greater(t, len(list), step)
			value = list[step]
		}
	}
	return value
}

func TestToolsHaveSchemas(t *testing.T) {
	session := connect(t, mcpserver.Config{Root: folderOfBasins(t)})
	names := map[string]bool{}
	for tool, err := range session.Tools(t.Context(), nil) {
		require.NoError(t, err)
		names[tool.Name] = tool.Annotations.ReadOnlyHint
		assert.NotEmpty(t, tool.Description, tool.Name)
		assert.Equal(t, tool.Title, tool.Annotations.Title)
		for _, schema := range []any{tool.InputSchema, tool.OutputSchema} {
			text, err := json.Marshal(schema)
			require.NoError(t, err)
			var s jsonschema.Schema
			require.NoError(t, json.Unmarshal(text, &s))
			_, err = s.Resolve(nil)
			require.NoError(t, err)
			assert.Equal(t, "object", s.Type, tool.Name)
		}
	}
	assert.Equal(t, map[string]bool{
		"search_datasets": true, "describe_dataset": true, "cite": true, "extract": true, "describe_file": true, "run_status": true, "extract_file": false,
	}, names)
	assert.Contains(t, session.InitializeResult().Instructions, "not zero")
}

func TestWithoutARootThereAreNoToolsForFiles(t *testing.T) {
	session := connect(t, mcpserver.Config{})
	tools, err := session.ListTools(t.Context(), nil)
	require.NoError(t, err)
	for _, tool := range tools.Tools {
		assert.NotContains(t, []string{"describe_file", "extract_file", "run_status"}, tool.Name)
	}
}

func TestNewRefusesARootThatIsNoFolder(t *testing.T) {
	file := filepath.Join(folderOfBasins(t), "basins.geojson")
	for _, root := range []string{file, file + "-not"} {
		_, err := mcpserver.New(mcpserver.Config{Root: root})
		assert.Error(t, err)
	}
}

func TestSearchDatasets(t *testing.T) {
	session := connect(t, mcpserver.Config{})
	out := answer(t, session, "search_datasets", `{"words":"soil clay","max_resolution_m":250,"limit":3}`)
	assert.Len(t, out["datasets"], 3)
	assert.Greater(t, out["found"], 3.0)
	assert.Contains(t, at(t, out, "datasets", 0, "id"), "clay")
	assert.Contains(t, out["catalog"], "0.4.0")

	out = answer(t, session, "search_datasets", `{"words":"copernicus_dem:elevaton"}`)
	assert.Equal(t, 0.0, out["found"])
	assert.Contains(t, out["did_you_mean"], "copernicus_dem:elevation")
	out = answer(t, session, "search_datasets", `{"provider":"copernicus-dem"}`)
	assert.Contains(t, out["did_you_mean"], "copernicus_dem")
	everywhere := answer(t, session, "search_datasets", `{}`)
	assert.Len(t, everywhere["datasets"], 10)
	tennessee := answer(t, session, "search_datasets", `{"bbox":[-84.4,36.1,-84,36.5]}`)
	assert.Less(t, tennessee["found"], everywhere["found"])

	assert.Contains(t, refusal(t, session, "search_datasets", `{"bbox":[1,2,3]}`), "give west, south, east, north")
	assert.Contains(t, refusal(t, session, "search_datasets", `{"limit":51}`), "give 1 to 50")
}

func TestDescribeDatasetAndCite(t *testing.T) {
	session := connect(t, mcpserver.Config{})
	out := answer(t, session, "describe_dataset", `{"dataset":"copernicus_dem:elevation"}`)
	assert.Equal(t, "m", at(t, out, "variables", 0, "units"))
	assert.Equal(t, 30.0, out["resolution_m"])
	assert.NotEmpty(t, out["licence"])
	assert.NotEmpty(t, out["citation"])
	assert.Contains(t, out["source"], "catalog of service 0.4.0")
	out = answer(t, session, "describe_dataset", `{"dataset":"local_dem:elevation"}`)
	assert.Equal(t, "the service's own catalog", out["source"], "the program's does not have it")

	assert.Contains(t, refusal(t, session, "describe_dataset", `{"dataset":"copernicus_dem:elevaton"}`), "did you mean copernicus_dem:elevation")
	assert.Contains(t, refusal(t, session, "describe_dataset", `{"dataset":"elevation"}`), "no id of the form provider:dataset")

	out = answer(t, session, "cite", `{"datasets":["copernicus_dem:elevation","modis_lc:landcover"]}`)
	assert.Equal(t, "copernicus_dem:elevation", at(t, out, "citations", 0, "id"))
	assert.Equal(t, "modis_lc:landcover", at(t, out, "missing", 0, "dataset"))
	assert.Contains(t, at(t, out, "missing", 0, "did_you_mean"), "modis_lc:land_cover")
}

func TestExtract(t *testing.T) {
	session := connect(t, mcpserver.Config{})
	out := answer(t, session, "extract", `{"lon":-84.2308,"lat":36.1983,"datasets":["local_dem:elevation","modis_lc:land_cover","local_dem:slope_clas"]}`)
	assert.Equal(t, 1076.0, at(t, out, "results", 0, "value"))
	assert.Equal(t, "m", at(t, out, "results", 0, "units"))
	assert.Equal(t, "good", at(t, out, "results", 0, "quality"))
	assert.Equal(t, 1.0, at(t, out, "results", 0, "coverage"))
	assert.NotEmpty(t, at(t, out, "results", 0, "provenance"))
	assert.Equal(t, "modis_lc:land_cover", at(t, out, "missing", 0, "dataset"))
	assert.NotEmpty(t, at(t, out, "missing", 0, "reason"))
	assert.NotContains(t, at(t, out, "missing", 0), "did_you_mean", "it is spelt well")
	assert.Equal(t, "local_dem:slope_clas", at(t, out, "missing", 1, "dataset"))

	var collection struct{ Features []json.RawMessage }
	require.NoError(t, json.Unmarshal(basins.GeoJSON(), &collection))
	out = answer(t, session, "extract", fmt.Sprintf(`{"geometry":%s,"datasets":["local_dem:elevation","local_dem:slope_class"]}`, collection.Features[0]))
	assert.InDelta(t, basins.Truths()[0].Mean, at(t, out, "results", 0, "value"), 1e-6)
	shares, ok := at(t, out, "results", 1, "value").(map[string]any)
	require.True(t, ok)
	assert.NotEmpty(t, shares)

	out = answer(t, session, "extract", `{"lon":0,"lat":0,"datasets":["local_dem:elevation"]}`)
	assert.Nil(t, at(t, out, "results", 0, "value"), "no data there")
	assert.Equal(t, "missing", at(t, out, "results", 0, "quality"))
	assert.NotEmpty(t, out["warnings"])
}

func TestExtractRefuses(t *testing.T) {
	session := connect(t, mcpserver.Config{})
	eleven := `["` + strings.Repeat(`a:b","`, 10) + `a:b"]`
	large := `{"type":"Polygon","coordinates":[[` + strings.Repeat("[1.00000001,2.00000001],", 12_000) + `[1,2]]]}`
	for _, test := range []struct{ arguments, want string }{
		{`{"lon":1,"lat":1,"datasets":[]}`, "give 1 to 10"},
		{`{"lon":1,"lat":1,"datasets":` + eleven + `}`, "give 1 to 10"},
		{`{"datasets":["a:b"]}`, "give a geometry, or lon and lat"},
		{`{"lon":1,"datasets":["a:b"]}`, "give a geometry, or lon and lat"},
		{`{"lon":1,"lat":1,"geometry":{"type":"Point","coordinates":[1,1]},"datasets":["a:b"]}`, "give a geometry, or lon and lat"},
		{`{"geometry":{"type":"LineString","coordinates":[[1,1],[2,2]]},"datasets":["a:b"]}`, "LineString"},
		{`{"geometry":{"type":"Point","coordinates":[400,1]},"datasets":["a:b"]}`, "400"},
		{`{"geometry":{"type":"FeatureCollection","features":[]},"datasets":["a:b"]}`, "no feature"},
		{`{"geometry":` + string(basins.GeoJSON()) + `,"datasets":["a:b"]}`, "several features"},
		{`{"geometry":` + large + `,"datasets":["a:b"]}`, "extract_file"},
		{`{"geometry":"{}","datasets":["a:b"]}`, "type"},
		{`{"lon":1,"lat":1,"datasets":["a:b"],"start":"2020-01-01"}`, "belong together"},
		{`{"lon":1,"lat":1,"datasets":["a:b"],"start":"2021-01-01","end":"2020-01-01"}`, "start"},
		{`{"lon":1,"lat":1,"datasets":["copernicus_dem_elevation"]}`, "did you mean copernicus_dem:elevation"},
		{`{"lon":1,"lat":1,"datasets":["a:b"],"key":"x"}`, "key"},
	} {
		assert.Contains(t, refusal(t, session, "extract", test.arguments), test.want, "%.200s", test.arguments)
	}
}

// TestTheKeyIsInNoAnswer has a service that repeats the key it was sent, wherever it can.
func TestTheKeyIsInNoAnswer(t *testing.T) {
	const secret = `s3cret "key"\with`
	server := castest.NewServer(castest.WithAPIKeys(secret), castest.WithDatasets(castest.Dataset{
		Dataset: cas.Dataset{ID: "echo:key", Provider: "echo", Name: secret},
		Answer: func(context.Context, castest.Query) (cas.AttributeResult, error) {
			return cas.AttributeResult{Value: cas.NumberValue(1), Provenance: "asked with " + secret}, nil
		},
	}))
	t.Cleanup(server.Close)
	client := server.Client(cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1}))
	t.Cleanup(func() { client.Close() })
	session := connect(t, mcpserver.Config{Client: client, Key: secret, ServiceURL: server.URL(), Root: folderOfBasins(t)})
	for tool, arguments := range map[string]string{
		"extract": `{"lon":1,"lat":1,"datasets":["echo:key"]}`, "describe_dataset": `{"dataset":"echo:key"}`, "cite": `{"datasets":["echo:key"]}`,
	} {
		result := ask(t, session, tool, arguments)
		whole, err := json.Marshal(result)
		require.NoError(t, err)
		assert.NotContains(t, string(whole), "s3cret", tool)
		assert.Contains(t, string(whole), "[redacted]", tool)
	}
	server.FailNext(castest.Fault{Status: http.StatusBadRequest, Body: `{"detail":"the key ` + strings.ReplaceAll(strings.ReplaceAll(secret, `\`, `\\`), `"`, `\"`) + ` is wrong"}`})
	said := refusal(t, session, "extract", summit)
	assert.NotContains(t, said, "s3cret")
	assert.Contains(t, said, "[redacted]")
}

func TestAServiceThatIsNotThere(t *testing.T) {
	client, err := cas.NewClient("http://127.0.0.1:1", cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	session := connect(t, mcpserver.Config{Client: client})
	assert.Contains(t, refusal(t, session, "extract", summit), "127.0.0.1:1")
	assert.NotEmpty(t, answer(t, session, "describe_dataset", `{"dataset":"copernicus_dem:elevation"}`)["licence"], "the catalog asks nobody")
}

func TestResources(t *testing.T) {
	session := connect(t, mcpserver.Config{})
	read := func(uri string) string {
		got, err := session.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri})
		require.NoError(t, err)
		require.Len(t, got.Contents, 1)
		return got.Contents[0].Text
	}
	assert.Equal(t, docs.GuideCommand, read("cas://guide"))
	assert.Equal(t, docs.GuideGo, read("cas://guide/go"))
	assert.Contains(t, read("cas://catalog"), "copernicus_dem:elevation,")
	var all []cas.Dataset
	require.NoError(t, json.Unmarshal([]byte(read("cas://catalog/copernicus_dem")), &all))
	assert.Equal(t, "copernicus_dem", all[0].Provider)
	for _, uri := range []string{"cas://catalog/none", "cas://nothing", "file:///etc/passwd"} {
		_, err := session.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri})
		assert.Error(t, err, uri)
	}
	listed, err := session.ListResources(t.Context(), nil)
	require.NoError(t, err)
	assert.Len(t, listed.Resources, 3)
}

// fuzzed are the tools that FuzzArguments calls.
var fuzzed = map[string]string{
	"search_datasets": `{"words":"soil","bbox":[1,2,3,4],"limit":5}`, "describe_dataset": `{"dataset":"copernicus_dem:elevation"}`,
	"cite": `{"datasets":["a:b"]}`, "extract": summit, "describe_file": `{"path":"basins.geojson","layer":"x"}`,
	"extract_file": `{"path":"basins.geojson","output":"a.csv","datasets":["local_dem:elevation"],"wait_seconds":0}`, "run_status": `{"output":"a.csv"}`,
}

// FuzzArguments calls every tool with arguments of any kind: there is an answer to each, and nothing is written outside of the root.
func FuzzArguments(f *testing.F) {
	tools := slices.Sorted(maps.Keys(fuzzed))
	for i, tool := range tools {
		f.Add(byte(i), fuzzed[tool])
		f.Add(byte(i), `{"path":"../outside.geojson","output":"../a.csv","datasets":[":",":"],"geometry":{}}`)
	}
	f.Add(byte(0), `[]`)
	f.Add(byte(3), `{"lon":1e999,"lat":1,"datasets":["a:b"]}`)
	f.Add(byte(3), `{"geometry":{"type":"Feature","geometry":null},"datasets":["a:b"]}`)
	outside := f.TempDir()
	root := filepath.Join(outside, "root")
	require.NoError(f, os.Mkdir(root, 0o700))
	require.NoError(f, os.WriteFile(filepath.Join(root, "basins.geojson"), basins.GeoJSON(), 0o600))
	session := connect(f, mcpserver.Config{Root: root})
	f.Fuzz(func(t *testing.T, tool byte, arguments string) {
		if !json.Valid([]byte(arguments)) {
			return // the client would not send it
		}
		result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: tools[int(tool)%len(tools)], Arguments: json.RawMessage(arguments)})
		if err == nil {
			assert.NotEmpty(t, text(result))
			assert.Less(t, len(text(result)), 100_000)
		}
		around, err := os.ReadDir(outside)
		require.NoError(t, err)
		assert.Len(t, around, 1)
	})
}
