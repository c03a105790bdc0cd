package local_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/local"
)

var allChanges = []string{"tls_context", "connections", "proxies", "clients", "async_library", "discovery", "catalogs", "cog_reads", "log_level"}

// Every change is made in every published version, and none as shipped.
func TestTuned(t *testing.T) {
	for _, version := range append([]string{service.Latest}, service.Earlier...) {
		t.Run(version, func(t *testing.T) {
			tuning := service.Start(t, version, service.Plain).Tuned()
			assert.Empty(t, tuning.LeftOut)
			assert.Equal(t, allChanges, tuning.Applied)
		})
	}
	running, err := local.Start(t.Context(), local.Config{Python: service.Python(t, service.Latest), AsShipped: true})
	require.NoError(t, err)
	assert.Empty(t, running.Tuned().Applied)
	assert.Empty(t, running.Tuned().LeftOut)
	require.NoError(t, running.Close())
}

// What differs from the versions that were tried is as shipped, and named; the rest is tuned, and the service answers.
func TestTunedLeavesOutWhatIsUnknown(t *testing.T) {
	type edit struct{ file, old, new string }
	discover := edit{"cas/core/registry.py", "    import pkgutil\n", "    import pkgutil  # as before\n"}
	for name, test := range map[string]struct {
		edits   []edit
		leftOut map[string]string
	}{
		"one function": {[]edit{discover}, map[string]string{
			"discovery": "cas.core.registry.discover differs from the versions that were tried",
		}},
		"several": {
			[]edit{
				discover,
				{"cas/connectors/base.py", "connect=15.0", "connect=10.0"},
				{"cas/extract/engine.py", "result = await conn.extract(", "result = await  conn.extract("},
				{"cas/connectors/protocols/stac.py", "with rasterio.open(cog_url) as src:", "with rasterio.open(str(cog_url)) as src:"},
				{"httpx/_config.py", "if trust_env and os.environ.get(\"SSL_CERT_FILE\")", "if os.environ.get(\"SSL_CERT_FILE\")"},
				{"httpx/_utils.py", "def get_environment_proxies() ->", "def get_environment_proxies( ) ->"},
			},
			map[string]string{
				"discovery":   "cas.core.registry.discover differs from the versions that were tried",
				"clients":     "cas.connectors.base.BaseConnector.__aenter__ differs from the versions that were tried",
				"catalogs":    "cas.extract.engine._extract_single differs from the versions that were tried",
				"cog_reads":   "cas.connectors.protocols.stac.STACMixin._read_cog_window differs from the versions that were tried",
				"tls_context": "httpx._config.create_ssl_context differs from the versions that were tried",
				"connections": "httpx._utils.get_environment_proxies differs from the versions that were tried",
				"proxies":     "httpx._utils.get_environment_proxies differs from the versions that were tried",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			packages, err := exec.Command(service.Python(t, service.Latest), "-c", "import cas, os; print(os.path.dirname(os.path.dirname(cas.__file__)), end='')").Output()
			require.NoError(t, err)
			edited := t.TempDir()
			for _, name := range []string{"cas", "httpx"} {
				require.NoError(t, os.CopyFS(filepath.Join(edited, name), os.DirFS(filepath.Join(string(packages), name))))
			}
			for _, edit := range test.edits {
				file := filepath.Join(edited, edit.file)
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				require.Contains(t, string(text), edit.old)
				require.NoError(t, os.WriteFile(file, bytes.ReplaceAll(text, []byte(edit.old), []byte(edit.new)), 0o600))
			}
			running := service.Start(t, service.Latest, service.App(t), "PYTHONPATH="+edited)
			assert.Equal(t, test.leftOut, running.Tuned().LeftOut)
			assert.NotEmpty(t, running.Tuned().Applied)
			assert.Len(t, running.Tuned().Applied, len(allChanges)-len(test.leftOut))

			client, err := running.Client()
			require.NoError(t, err)
			defer client.Close()
			answer, err := client.Extract(t.Context(), cas.ExtractRequest{Geometry: cas.Point(-84.2308, 36.1983), DatasetIDs: []string{"local_dem:elevation"}})
			require.NoError(t, err)
			assert.Len(t, answer.Results, 1)
		})
	}
}

// The module's own tests, testdata/test_tuned.py, as shipped and tuned.
func TestModule(t *testing.T) {
	here, err := os.Getwd()
	require.NoError(t, err)
	authority, certificate := certify(t)
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	require.NoError(t, err)
	both := filepath.Join(t.TempDir(), "certificate.pem")
	require.NoError(t, os.WriteFile(both, append(
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...), 0o600))

	for _, version := range append([]string{service.Latest}, service.Earlier...) {
		for name, tuned := range map[string]string{"as shipped": "0", "tuned": "1"} {
			t.Run(version+" "+name, func(t *testing.T) {
				tests := exec.Command(service.Python(t, version), "-W", "ignore::ResourceWarning", "-m", "unittest", "test_tuned")
				tests.Dir = filepath.Join(here, "testdata")
				tests.Env = append(os.Environ(), "TUNED="+tuned, "PYTHONPATH="+here, "PYTHONDONTWRITEBYTECODE=1",
					"AUTHORITY="+authority, "CERTIFICATE="+both, "SCRATCH="+t.TempDir())
				output, err := tests.CombinedOutput()
				require.NoError(t, err, string(output))
				require.Regexp(t, `(?m)^Ran 2\d tests`, string(output))
			})
		}
	}
}

// An operator's uvicorn makes the application by the factory of the module: every worker is tuned, and says so.
func TestFactoryForOperators(t *testing.T) {
	here, err := os.Getwd()
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	require.NoError(t, listener.Close())
	var log lockedBuffer
	server := exec.Command(service.Python(t, service.Latest), "-m", "uvicorn", "cas_go_tuned:create_app", "--factory", "--workers", "2", "--port", port)
	server.Env = append(os.Environ(), "PYTHONPATH="+here, "PYTHONDONTWRITEBYTECODE=1", "CAS_GO_LEAVE_OUT=log_level,discovery")
	server.Stdout, server.Stderr = &log, &log
	require.NoError(t, server.Start())
	defer func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait()
	}()
	tuned := "cas_go_tuned: tuned: tls_context, connections, proxies, clients, async_library, catalogs, cog_reads\n"
	assert.Eventually(t, func() bool {
		text := log.String()
		return strings.Count(text, tuned) == 2 && strings.Count(text, "cas_go_tuned: discovery is as shipped: not wanted") == 2 &&
			strings.Count(text, "Application startup complete.") == 2
	}, 4*ample, 100*time.Millisecond)
	status, _ := get(t, "http://127.0.0.1:"+port+"/health")
	assert.Equal(t, 200, status)
}

// lockedBuffer is what a program has printed so far.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
