//go:build engines

// Package deploy proves the recipes for workflow engines: each engine makes the table that a single run makes, and goes on after it was
// killed in the middle. `make engines` installs the engines and runs these tests.
package deploy

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/table/shard"
)

const (
	shards   = 4
	features = 53
)

// datasets are those that the proofs ask for; the last one fails for some features, so that shards end with code 3.
var datasets = []string{"local_dem:elevation", "local_dem:slope_class", "test:some"}

func some(_ context.Context, q castest.Query) (cas.AttributeResult, error) {
	if len(q.Geometry.Coordinates)%3 == 0 {
		return cas.AttributeResult{}, castest.ProviderError("upstream returned HTTP 503")
	}
	return cas.AttributeResult{Value: cas.NumberValue(float64(len(q.Geometry.Coordinates)))}, nil
}

// small makes many requests of few features, so that there is a middle of a shard.
var small = []string{"--batch-size", "1", "--concurrency", "1"}

// A proof is a folder to run an engine in, and the service that it asks.
type proof struct {
	*testing.T
	folder string // has basins.geojson
	cas    string
	single string // folder of the table that a single run made
	server *castest.Server
}

func newProof(t *testing.T) *proof {
	t.Helper()
	p := &proof{T: t, folder: t.TempDir(), single: t.TempDir(), server: castest.NewServer(
		castest.WithLatency(200*time.Millisecond), castest.WithDatasets(castest.Dataset{Dataset: cas.Dataset{ID: "test:some"}, Answer: some}))}
	t.Cleanup(p.server.Close)
	p.cas = filepath.Join(t.TempDir(), "cas")
	build := exec.Command("go", "build", "-o", p.cas, "../cmd/cas")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	for _, folder := range []string{p.folder, p.single} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "basins.geojson"), basins.GeoJSON(), 0o600))
	}
	run := exec.Command(p.cas, append([]string{"extract", "basins.geojson", "-o", "attributes.csv"}, p.arguments()...)...)
	run.Dir, run.Env = p.single, p.environment()
	out, err = run.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, string(out))
	require.Equal(t, 3, exit.ExitCode(), string(out))
	return p
}

// arguments are those of cas extract besides the files.
func (p *proof) arguments() []string {
	all := append([]string{"--id-field", "HYBAS_ID", "--keep", "ORDER"}, small...)
	for _, d := range datasets {
		all = append(all, "-d", d)
	}
	return all
}

func (p *proof) environment(more ...string) []string {
	return slices.Concat(os.Environ(), []string{"CAS_URL=" + p.server.URL(), "PATH=" + filepath.Dir(p.cas) + ":" + os.Getenv("PATH")}, more)
}

// start runs an engine in a process group of its own. Its output is logged if the test fails.
func (p *proof) start(env []string, name string, args ...string) *exec.Cmd {
	p.Helper()
	log, err := os.CreateTemp(p.TempDir(), "log")
	require.NoError(p, err)
	c := exec.Command(name, args...)
	c.Dir, c.Env, c.Stdout, c.Stderr = p.folder, env, log, log
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(p, c.Start())
	p.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // gone, if all is well
		log.Close()
		if text, err := os.ReadFile(log.Name()); err == nil && p.Failed() {
			p.Logf("%s %s\n%s", name, strings.Join(args, " "), text)
		}
	})
	return c
}

// killMidway kills the engine and all that it started, once a shard is done and another one is under way. It gives the number of features
// that may be asked for again: those that no journal has whole.
func (p *proof) killMidway(c *exec.Cmd, shardsIn string) (open int) {
	p.Helper()
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	require.Eventually(p, func() bool {
		open, done, kept := p.progress(shardsIn)
		return done > 0 && kept > 0 && open > 0
	}, 2*time.Minute, 5*time.Millisecond, "no moment in the middle")
	require.NoError(p, syscall.Kill(-c.Process.Pid, syscall.SIGKILL))
	assert.Error(p, <-ended)
	time.Sleep(500 * time.Millisecond) // requests that were under way have arrived
	open, done, kept := p.progress(shardsIn)
	p.Logf("killed after %d of %d shards, with %d features in the journals of the others; %d of all are not answered", done, shards, kept, open)
	return open
}

// progress counts the features that no journal has whole, the shards that are done, and the features that journals of the others have whole.
func (p *proof) progress(folder string) (open, done, kept int) {
	open = features
	journals, err := filepath.Glob(filepath.Join(p.folder, folder, "attributes.*-of-*.journal"))
	require.NoError(p, err)
	for _, name := range journals {
		state, err := journal.Inspect(name)
		require.NoError(p, err)
		open -= state.Done
		table := strings.TrimSuffix(name, ".journal") + ".csv"
		if _, err := os.Stat(shard.ManifestPath(table)); err == nil {
			done++
		} else {
			kept += state.Done
		}
	}
	return open, done, kept
}

// asked counts the features that the engine's runs have asked for.
func (p *proof) asked() int {
	n := -features // of the single run
	for _, r := range p.server.Requests() {
		var body struct{ Geometries []json.RawMessage }
		if json.Unmarshal(r.Body, &body) == nil {
			n += len(body.Geometries)
		}
	}
	return n
}

// equal holds what the engine made against what the single run made.
func (p *proof) equal(folder string) {
	p.Helper()
	for _, name := range []string{"attributes.csv", "attributes.errors.csv", "attributes.meta.json"} {
		want, err := os.ReadFile(filepath.Join(p.single, name))
		require.NoError(p, err)
		got, err := os.ReadFile(filepath.Join(p.folder, folder, name))
		require.NoError(p, err)
		if strings.HasSuffix(name, ".meta.json") {
			want, got = withoutSessions(p, want), withoutSessions(p, got)
		}
		if strings.HasSuffix(name, ".errors.csv") {
			want, got = withoutTimes(p, want), withoutTimes(p, got)
		}
		assert.Equal(p, string(want), string(got), name)
	}
}

// withoutTimes is a list of failures without its columns service and time.
func withoutTimes(p *proof, failures []byte) []byte {
	p.Helper()
	rows, err := csv.NewReader(bytes.NewReader(failures)).ReadAll()
	require.NoError(p, err)
	for i, row := range rows {
		rows[i] = row[:3]
	}
	return fmt.Appendf(nil, "%q", rows)
}

// withoutSessions is a description without what tells when and how often it was asked.
func withoutSessions(t testing.TB, text []byte) []byte {
	t.Helper()
	var meta map[string]any
	require.NoError(t, json.Unmarshal(text, &meta))
	require.Contains(t, meta, "sessions")
	delete(meta, "sessions")
	text, err := json.MarshalIndent(meta, "", " ")
	require.NoError(t, err)
	return text
}

func TestSnakemake(t *testing.T) {
	p := newProof(t)
	file, err := filepath.Abs("snakemake/Snakefile")
	require.NoError(t, err)
	list, err := json.Marshal(datasets)
	require.NoError(t, err)
	env := p.environment("HOME="+t.TempDir(), "XDG_CACHE_HOME="+t.TempDir())
	run := func(more ...string) *exec.Cmd {
		return p.start(env, service.Snakemake(t), append([]string{
			"--snakefile", file, "--cores", "2", "--config", "input=basins.geojson", "shards=4", "id_field=HYBAS_ID", `keep=["ORDER"]`, "datasets=" + string(list),
		}, more...)...)
	}
	require.Zero(t, p.asked())
	open := p.killMidway(run(`options=["--batch-size", "1", "--concurrency", "1"]`), "results")
	before := p.asked()
	require.NoError(t, run("--unlock").Wait())
	require.NoError(t, run("--rerun-incomplete").Wait())
	p.equal("results")
	assert.LessOrEqual(t, p.asked()-before, open, "what was answered is not asked again")

	before = p.asked()
	require.NoError(t, run().Wait())
	assert.Equal(t, before, p.asked(), "all is done: nothing is asked")
}

// opens are what Nextflow's own launcher gives Java: without them its cache reads nothing, and -resume finds nothing.
var opens = []string{
	"--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/java.io=ALL-UNNAMED", "--add-opens=java.base/java.nio=ALL-UNNAMED",
	"--add-opens=java.base/java.net=ALL-UNNAMED", "--add-opens=java.base/java.util=ALL-UNNAMED",
	"--add-opens=java.base/java.util.concurrent.locks=ALL-UNNAMED", "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
	"--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "--add-opens=java.base/sun.nio.fs=ALL-UNNAMED",
}

func TestNextflow(t *testing.T) {
	p := newProof(t)
	here, err := filepath.Abs("nextflow")
	require.NoError(t, err)
	jars := filepath.Join(service.Root(t), ".venv", "nextflow")
	require.FileExists(t, filepath.Join(jars, "nextflow-23.10.1.jar"), "Nextflow is missing: `make nextflow-engine`")
	env := p.environment("NXF_HOME="+t.TempDir(), "NXF_OFFLINE=true", "NXF_PLUGINS_DEFAULT=false", "NXF_ANSI_LOG=false", "NXF_DISABLE_CHECK_LATEST=true")
	run := func(more ...string) *exec.Cmd {
		return p.start(env, "java", slices.Concat(opens, []string{
			"-cp", filepath.Join(jars, "*"), "nextflow.cli.Launcher", "run", here, "-resume",
			"--input", "basins.geojson", "--shards", "4", "--id_field", "HYBAS_ID", "--keep", "ORDER", "--datasets", strings.Join(datasets, ","),
		}, more)...)
	}
	open := p.killMidway(run("--options", strings.Join(small, " ")), "journals")
	before := p.asked()
	require.NoError(t, run().Wait())
	p.equal("results")
	assert.LessOrEqual(t, p.asked()-before, open, "what was answered is not asked again")
	before = p.asked()
	require.NoError(t, run().Wait())
	assert.Equal(t, before, p.asked(), "all is done: nothing is asked")
}

// TestPBS runs the scripts by a stand-in for qsub, which gives a job no more than PBS does, and kills the second shard in the middle.
func TestPBS(t *testing.T) {
	p := newProof(t)
	require.NoError(t, os.WriteFile(filepath.Join(p.folder, "key"), []byte("a key\n"), 0o600))
	here, err := filepath.Abs("pbs")
	require.NoError(t, err)
	submit := func(more ...string) {
		env := p.environment(append(more, "PATH="+filepath.Join(here, "testdata")+":"+filepath.Dir(p.cas)+":"+os.Getenv("PATH"), "CAS_KEY_FILE="+filepath.Join(p.folder, "key"))...)
		arguments := append([]string{filepath.Join(here, "submit.sh"), "4", "attributes.csv", filepath.Join(p.folder, "basins.geojson")}, p.arguments()...)
		require.NoError(t, p.start(env, "bash", arguments...).Wait())
	}
	submit("QSUB_KILL=2")
	p.equal(".")
	code, err := os.ReadFile(filepath.Join(p.folder, "logs", "merge.code"))
	require.NoError(t, err)
	assert.Equal(t, "3\n", string(code), "some features failed")
	log, err := os.ReadFile(filepath.Join(p.folder, "logs", "2.log"))
	require.NoError(t, err)
	assert.Contains(t, string(log), "done (3)")
	assert.Less(t, p.asked(), features+features/shards, "the shard that was killed went on")
	assert.True(t, p.server.Requests()[len(p.server.Requests())-1].SentKey("a key"))

	_, before, _ := p.progress(".")
	require.Equal(t, shards, before)
	require.NoError(t, os.Remove(filepath.Join(p.folder, "attributes.csv")))
	submit()
	p.equal(".")
}
