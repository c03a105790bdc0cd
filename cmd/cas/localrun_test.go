package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/local"
)

const point = `{"type":"Point","coordinates":[-84.2308,36.1983]}`

func TestLocalRunAsksTheRealService(t *testing.T) {
	t.Setenv("CAS_URL", "http://127.0.0.1:1") // where nothing answers
	app := filepath.Join(service.Root(t), "internal", "contract", "service", "app.py") + ":create"
	output := filepath.Join(t.TempDir(), "attributes.csv")
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{
		"extract", "-g", point, "-d", "local_dem:elevation", "-o", output,
		"--local", "--local-workers", "2", "--local-app", app, "--local-python", service.Python(t, service.Latest),
	},
		streams{in: strings.NewReader(""), out: &out, err: &errs})
	require.Equal(t, exitOK, code, errs.String())

	server := castest.NewServer()
	defer server.Close()
	t.Setenv("CAS_URL", server.URL())
	same := filepath.Join(t.TempDir(), "attributes.csv")
	require.Equal(t, exitOK, run(t.Context(), []string{"extract", "-g", point, "-d", "local_dem:elevation", "-o", same},
		streams{in: strings.NewReader(""), out: &out, err: &errs}), errs.String())
	got, err := os.ReadFile(output)
	require.NoError(t, err)
	want, err := os.ReadFile(same)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))

	meta, err := os.ReadFile(filepath.Join(filepath.Dir(output), "attributes.meta.json"))
	require.NoError(t, err)
	assert.Contains(t, string(meta), `"url": "local"`, "the port of a service that is gone says nothing")
	assert.Contains(t, string(meta), `"tuning": "tuned: tls_context, connections,`)
	assert.Contains(t, errs.String(), "starting 2 processes of the service, 100 to 200 MB each")
}

func TestLocalRunAsShipped(t *testing.T) {
	app := filepath.Join(service.Root(t), "internal", "contract", "service", "app.py") + ":create"
	output := filepath.Join(t.TempDir(), "attributes.csv")
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{
		"extract", "-g", point, "-d", "local_dem:elevation", "-o", output, "--local", "--local-as-shipped", "--local-workers", "1",
		"--local-app", app, "--local-python", service.Python(t, service.Latest),
	}, streams{in: strings.NewReader(""), out: &out, err: &errs})
	require.Equal(t, exitOK, code, errs.String())
	meta, err := os.ReadFile(filepath.Join(filepath.Dir(output), "attributes.meta.json"))
	require.NoError(t, err)
	assert.Contains(t, string(meta), `"tuning": "as shipped"`)
	assert.Contains(t, errs.String(), "cas: starting 1 process of the service, 100 to 200 MB\n")
}

// A service of which a function differs is as shipped there: the command says so, and so does the description of the table.
func TestLocalRunOfAnotherVersion(t *testing.T) {
	python := service.Python(t, service.Latest)
	installed, err := exec.Command(python, "-c", "import cas; print(cas.__path__[0], end='')").Output()
	require.NoError(t, err)
	edited := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(edited, "cas"), os.DirFS(string(installed))))
	registry := filepath.Join(edited, "cas", "core", "registry.py")
	text, err := os.ReadFile(registry)
	require.NoError(t, err)
	require.Contains(t, string(text), "    import pkgutil\n")
	require.NoError(t, os.WriteFile(registry, bytes.ReplaceAll(text, []byte("    import pkgutil\n"), []byte("    import pkgutil  # edited\n")), 0o600))
	t.Setenv("PYTHONPATH", edited)

	app := filepath.Join(service.Root(t), "internal", "contract", "service", "app.py") + ":create"
	output := filepath.Join(t.TempDir(), "attributes.csv")
	code, _, errs := runHere(t, "extract", "-g", point, "-d", "local_dem:elevation", "-o", output, "--local", "--local-workers", "2",
		"--local-app", app, "--local-python", python)
	require.Equal(t, exitOK, code, errs)
	assert.Contains(t, errs, "cas: the service runs without discovery: cas.core.registry.discover differs from the versions that were tried\n")
	meta, err := os.ReadFile(filepath.Join(filepath.Dir(output), "attributes.meta.json"))
	require.NoError(t, err)
	assert.Contains(t, string(meta), "; discovery as shipped: cas.core.registry.discover differs from the versions that were tried")
	fits(t, "meta", meta)
}

// The doctor tells the real service as shipped from the tuned one.
func TestDoctorMeasuresTheRealService(t *testing.T) {
	app := filepath.Join(service.Root(t), "internal", "contract", "service", "app.py") + ":create"
	for asShipped, want := range map[bool]string{
		true:  `(?m)^rate +warn +\d+ results a second of one request, each result more takes .*: the service looks untuned`,
		false: `(?m)^rate +ok +\d+ results a second of one request of 10 places$`,
	} {
		running, err := local.Start(t.Context(), local.Config{Python: service.Python(t, service.Latest), App: app, AsShipped: asShipped})
		require.NoError(t, err)
		_, out, errs := runHere(t, "doctor", "--url", running.URL(), "-d", "local_dem:elevation", "-g", point)
		assert.Regexp(t, want, out, errs)
		require.NoError(t, running.Close())
	}
}

// The module that operators get is the one that this program applies.
func TestPrintTuning(t *testing.T) {
	var out, errs bytes.Buffer
	require.Equal(t, exitOK, run(t.Context(), []string{"local", "--print-tuning"}, streams{in: strings.NewReader(""), out: &out, err: &errs}))
	module, err := os.ReadFile(filepath.Join(service.Root(t), "local", "cas_go_tuned.py"))
	require.NoError(t, err)
	assert.Equal(t, string(module), out.String())
}

func TestLocalRunThatCannotStart(t *testing.T) {
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"extract", "-g", point, "-d", "local_dem:elevation", "--local", "--local-python", filepath.Join(t.TempDir(), "python")},
		streams{in: strings.NewReader(""), out: &out, err: &errs})
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, errs.String(), "python")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Equal(t, exitFailed, run(ctx, []string{"extract", "-g", point, "-d", "local_dem:elevation", "--local", "--local-python", service.Python(t, service.Latest)},
		streams{in: strings.NewReader(""), out: &out, err: &errs}))
}
