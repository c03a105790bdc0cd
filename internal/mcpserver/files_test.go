package mcpserver_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/internal/mcpserver"
)

const wholeFile = `{"path":"basins.geojson","output":"attributes.csv","id_field":"HYBAS_ID",
	"datasets":["local_dem:elevation","local_dem:slope_class","isric_soilgrids:clay_0-5cm"],"wait_seconds":60}`

func TestDescribeFile(t *testing.T) {
	session := connect(t, mcpserver.Config{Root: folderOfBasins(t)})
	out := answer(t, session, "describe_file", `{"path":"basins.geojson"}`)
	assert.Equal(t, "GeoJSON", out["format"])
	assert.Equal(t, 53.0, out["features"])
	assert.Equal(t, 0.0, out["refused"])
	assert.Len(t, out["extent"], 4)
	fields := map[string]any{}
	list, ok := out["fields"].([]any)
	require.True(t, ok)
	for i := range list {
		name, ok := at(t, out, "fields", i, "name").(string)
		require.True(t, ok)
		fields[name] = at(t, out, "fields", i, "can_be_id")
	}
	assert.Equal(t, true, fields["HYBAS_ID"])
	assert.Equal(t, false, fields["ORDER"])
}

func TestExtractFile(t *testing.T) {
	root := folderOfBasins(t)
	session := connect(t, mcpserver.Config{Root: root})
	out := answer(t, session, "extract_file", wholeFile)
	assert.Equal(t, "done", out["state"], "%v", out)
	assert.Equal(t, []any{53.0, 0.0, 53.0}, []any{out["features"], out["complete"], out["failed"]}, "one dataset fails")
	assert.Len(t, out["missing"], 1)
	assert.Equal(t, "isric_soilgrids:clay_0-5cm", at(t, out, "missing", 0, "dataset"))
	assert.Equal(t, 53.0, at(t, out, "missing", 0, "features"))
	assert.Len(t, at(t, out, "missing", 0, "ids"), 3)
	assert.Contains(t, refusal(t, session, "extract_file", strings.NewReplacer("isric_soilgrids:clay_0-5cm", "modis_lc:landcover", "attributes.csv", "misspelt.csv").Replace(wholeFile)),
		"modis_lc:land_cover")
	assert.Equal(t, "m", at(t, out, "columns", 1, "units"))
	files, ok := out["files"].(map[string]any)
	require.True(t, ok)
	assert.Equal(t, map[string]any{
		"table": "attributes.csv", "errors": "attributes.errors.csv", "meta": "attributes.meta.json", "journal": "attributes.journal",
	}, files)
	table, err := os.ReadFile(filepath.Join(root, "attributes.csv"))
	require.NoError(t, err)
	assert.Equal(t, 54, strings.Count(string(table), "\n"))

	again := answer(t, session, "run_status", `{"output":"attributes.csv"}`)
	assert.Equal(t, out, again)
	assert.Contains(t, refusal(t, session, "run_status", `{"output":"other.csv"}`), "no run of other.csv")
	assert.Contains(t, refusal(t, session, "extract_file", strings.Replace(wholeFile, `"local_dem:slope_class",`, "", 1)), "dataset",
		"the journal is of other datasets")

	later := connect(t, mcpserver.Config{Root: root}) // another server knows the run by its journal
	state := answer(t, later, "run_status", `{"output":"attributes.csv"}`)
	assert.Equal(t, []any{"done", 53.0, out["missing"], out["files"]}, []any{state["state"], state["features"], state["missing"], state["files"]})
}

func TestARunGoesOnInTheBackground(t *testing.T) {
	root := folderOfBasins(t)
	slow := castest.NewServer(castest.WithLatency(200 * time.Millisecond))
	t.Cleanup(slow.Close)
	client := slow.Client()
	t.Cleanup(func() { client.Close() })
	session := connect(t, mcpserver.Config{Client: client, Root: root})
	now := `{"path":"basins.geojson","output":"a.csv","datasets":["local_dem:elevation"],"wait_seconds":0}`
	assert.Equal(t, "running", answer(t, session, "extract_file", now)["state"])
	assert.Contains(t, refusal(t, session, "extract_file", now), "a run is writing this table")
	assert.Contains(t, refusal(t, session, "extract_file", strings.Replace(now, "a.csv", "a.ndjson", 1)), "a run is writing this table",
		"both have a.errors.csv")
	assert.Equal(t, "running", answer(t, session, "extract_file", strings.Replace(now, "a.csv", "b.csv", 1))["state"])
	assert.Contains(t, refusal(t, session, "extract_file", strings.Replace(now, "a.csv", "c.csv", 1)), "2 runs are going on")
	for _, output := range []string{"a.csv", "b.csv"} {
		done := answer(t, session, "run_status", `{"output":"`+output+`","wait_seconds":60}`)
		assert.Equal(t, []any{"done", 53.0, 53.0}, []any{done["state"], done["features"], done["complete"]})
	}
}

// TestARunIsStoppedWithTheServerAndGoesOn closes the client in the middle of a run.
func TestARunIsStoppedWithTheServerAndGoesOn(t *testing.T) {
	root := folderOfBasins(t)
	slow := castest.NewServer(castest.WithLatency(300 * time.Millisecond))
	t.Cleanup(slow.Close)
	client := slow.Client()
	t.Cleanup(func() { client.Close() })
	server, err := mcpserver.New(mcpserver.Config{Client: client, Root: root})
	require.NoError(t, err)
	here, there := mcp.NewInMemoryTransports()
	ended := make(chan error, 1)
	go func() { ended <- server.Run(context.WithoutCancel(t.Context()), there) }()
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), here, nil)
	require.NoError(t, err)
	run := `{"path":"basins.geojson","output":"a.csv","datasets":["local_dem:elevation"],"wait_seconds":0}`
	require.Equal(t, "running", answer(t, session, "extract_file", run)["state"])
	require.Eventually(t, func() bool {
		out := answer(t, session, "run_status", `{"output":"a.csv","wait_seconds":0}`)
		complete, ok := out["complete"].(float64)
		return ok && complete > 0 && complete < 53
	}, 20*time.Second, 10*time.Millisecond)
	session.Close()
	<-ended
	assert.NoFileExists(t, filepath.Join(root, "a.csv"))

	second := connect(t, mcpserver.Config{Client: client, Root: root})
	stopped := answer(t, second, "run_status", `{"output":"a.csv"}`)
	assert.Equal(t, "stopped", stopped["state"])
	assert.Greater(t, stopped["complete"], 0.0)
	asked := len(slow.Requests())
	done := answer(t, second, "extract_file", strings.Replace(run, `"wait_seconds":0`, `"wait_seconds":60`, 1))
	assert.Equal(t, []any{"done", 53.0}, []any{done["state"], done["complete"]})
	sent := 0
	for _, r := range slow.Requests()[asked:] {
		var body struct{ Geometries []json.RawMessage }
		_ = json.Unmarshal(r.Body, &body) // requests of the catalog have none
		sent += len(body.Geometries)
	}
	complete, ok := stopped["complete"].(float64)
	require.True(t, ok)
	assert.Equal(t, 53-int(complete), sent, "what was answered is not asked again")
}

func TestNoNameLeadsOutOfTheRoot(t *testing.T) {
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret.geojson")
	require.NoError(t, os.WriteFile(secret, []byte(`{"type":"Point","coordinates":[1,1]}`), 0o600))
	root := filepath.Join(outside, "root")
	require.NoError(t, os.MkdirAll(filepath.Join(root, "sub"), 0o700))
	good := filepath.Join(root, "good.geojson")
	require.NoError(t, os.WriteFile(good, []byte(`{"type":"Point","coordinates":[1,1]}`), 0o600))
	require.NoError(t, os.Symlink(secret, filepath.Join(root, "link.geojson")))
	require.NoError(t, os.Symlink(outside, filepath.Join(root, "up")))
	require.NoError(t, os.Symlink("../../secret.geojson", filepath.Join(root, "sub", "relative.geojson")))
	require.NoError(t, os.Symlink("good.geojson", filepath.Join(root, "inner.geojson")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(root, "loose.geojson")))
	require.NoError(t, os.WriteFile(filepath.Join(root, "basins.csv"), []byte("x,y\n1,1\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(root, "shape.csv"), []byte("x,y\n1,1\n"), 0o600))
	require.NoError(t, os.Symlink(secret, filepath.Join(root, "shape.prj")))
	require.NoError(t, os.Symlink(secret, filepath.Join(root, "out.errors.csv")))
	require.NoError(t, os.Symlink(filepath.Join(outside, "new"), filepath.Join(root, "fresh.csv.journal")))
	session := connect(t, mcpserver.Config{Root: root})

	for _, path := range []string{
		"../secret.geojson", "sub/../../secret.geojson", secret, good, "link.geojson", "up/secret.geojson", "sub/relative.geojson",
		"loose.geojson", "", ".", "..", "sub", `..\secret.geojson`, "/vsicurl/http://127.0.0.1/x", "PG:dbname=x", "none.geojson", "a\x00b",
		"shape.csv", "//etc/passwd",
	} {
		arguments, err := json.Marshal(map[string]any{"path": path})
		require.NoError(t, err)
		said := refusal(t, session, "describe_file", string(arguments))
		assert.NotContains(t, said, outside+"/secret.geojson: ", path)
		arguments, err = json.Marshal(map[string]any{"path": path, "output": "x.csv", "datasets": []string{"a:b"}})
		require.NoError(t, err)
		assert.Contains(t, refusal(t, session, "extract_file", string(arguments)), "path", path)
	}
	assert.Equal(t, 1.0, answer(t, session, "describe_file", `{"path":"inner.geojson"}`)["features"], "a link inside is none out")
	assert.Equal(t, 1.0, answer(t, session, "describe_file", `{"path":"sub/../good.geojson"}`)["features"])

	for output, want := range map[string]string{
		"../x.csv": "inside", filepath.Join(outside, "x.csv"): "inside", "up/x.csv": "escapes", "x": "ending", "x.txt": "ending", ".hidden/x.csv": "hidden",
		".x.csv": "hidden", "sub/../../x.csv": "inside", "good.geojson": "is there already", "basins.csv": "is there already", "out.csv": "no file of the root",
		"fresh.csv": "no file of the root", "none/x.csv": "no such file", "x.errors.csv": "beside a table", "good.geojson/x.csv": "", `..\x.csv`: "inside",
	} {
		arguments, err := json.Marshal(map[string]any{"path": "good.geojson", "output": output, "datasets": []string{"local_dem:elevation"}})
		require.NoError(t, err)
		said := refusal(t, session, "extract_file", string(arguments))
		assert.Contains(t, said, "output", output)
		assert.Contains(t, said, want, output)
	}
	around, err := os.ReadDir(outside)
	require.NoError(t, err)
	assert.Len(t, around, 2, "nothing was written outside: %v", around)
	kept, err := os.ReadFile(filepath.Join(root, "basins.csv"))
	require.NoError(t, err)
	assert.Equal(t, "x,y\n1,1\n", string(kept))
}

func TestFilesThatNeedGDALAreRefused(t *testing.T) {
	root := t.TempDir()
	session := connect(t, mcpserver.Config{Root: root})
	for name, content := range map[string]string{
		"a.vrt": `<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>`,
		"a.kml": `<kml xmlns="http://www.opengis.net/kml/2.2"/>`, "b.csv": `<OGRVRTDataSource/>`, "c.zip": "PK\x03\x04nonsense", "d.fgb": "fgb\x03", "e.geojson": "hello",
		"f.sqlite": "SQLite format 3\x00" + strings.Repeat("\x00", 200), "g.db": "SQLite format 3\x00" + strings.Repeat("\x00", 52) + "GPXX" + strings.Repeat("\x00", 100),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o600))
		assert.Contains(t, refusal(t, session, "describe_file", `{"path":"`+name+`"}`), "none of the formats", name)
	}
}

// TestTheRealService asks the published service over its elevation model, by every tool that asks one.
func TestTheRealService(t *testing.T) {
	running := service.Start(t, service.Latest, service.App(t), "CAS_AUTH_ENABLED=true", "CAS_API_KEYS=key-of-the-test")
	client, err := running.Client(cas.WithAPIKey("key-of-the-test"))
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	root := folderOfBasins(t)
	session := connect(t, mcpserver.Config{Client: client, Key: "key-of-the-test", ServiceURL: running.URL(), Root: root})
	out := answer(t, session, "extract", `{"lon":-84.2308,"lat":36.1983,"datasets":["local_dem:elevation","local_dem:fail","local_dem:elevaton"]}`)
	assert.Equal(t, 1076.0, at(t, out, "results", 0, "value"))
	assert.Contains(t, at(t, out, "missing", 0, "reason"), "503")
	assert.Equal(t, "local_dem:elevaton", at(t, out, "missing", 1, "dataset"))
	assert.Equal(t, "m", at(t, answer(t, session, "describe_dataset", `{"dataset":"local_dem:elevation"}`), "variables", 0, "units"))
	assert.Len(t, answer(t, session, "cite", `{"datasets":["local_dem:elevation"]}`)["citations"], 1)
	done := answer(t, session, "extract_file", `{"path":"basins.geojson","output":"a.csv","id_field":"HYBAS_ID","datasets":["local_dem:elevation","local_dem:fail"],"wait_seconds":60}`)
	assert.Equal(t, []any{"done", 53.0, 53.0}, []any{done["state"], done["features"], done["failed"]})
	assert.Contains(t, at(t, done, "missing", 0, "reason"), "503")
	assert.Equal(t, done, answer(t, session, "run_status", `{"output":"a.csv"}`))
}

// TestTheCommandOverStdio starts cas mcp as an agent does.
func TestTheCommandOverStdio(t *testing.T) {
	program := filepath.Join(t.TempDir(), "cas")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	built, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../../cmd/cas").CombinedOutput()
	require.NoError(t, err, string(built))
	server := castest.NewServer(castest.WithAPIKeys("key-of-the-test"))
	t.Cleanup(server.Close)
	command := exec.Command(program, "mcp", "--root", folderOfBasins(t))
	command.Env = append(os.Environ(), "CAS_URL="+server.URL(), "CAS_API_KEY=key-of-the-test")
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), &mcp.CommandTransport{Command: command}, nil)
	require.NoError(t, err)
	answers := map[string]map[string]any{}
	for _, tool := range []string{"search_datasets", "describe_dataset", "cite", "extract", "describe_file", "extract_file", "run_status"} {
		arguments := fuzzed[tool]
		switch tool {
		case "extract_file":
			arguments = wholeFile
		case "run_status":
			arguments = `{"output":"attributes.csv"}`
		case "describe_file":
			arguments = `{"path":"basins.geojson"}`
		}
		answers[tool] = answer(t, session, tool, arguments)
	}
	assert.Equal(t, 1076.0, at(t, answers["extract"], "results", 0, "value"))
	assert.Equal(t, "done", answers["run_status"]["state"])
	require.NoError(t, session.Close(), "it ends by itself when its input does")
	assert.True(t, command.ProcessState.Success())
}
