package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
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
	assert.NotContains(t, errs.String(), "starting")
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
