// Package examples_test builds every example and runs it as a user would: a program, a service behind CAS_URL, text on standard output.
package examples_test

import (
	"context"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// landCover answers as the service does for a categorical dataset: with shares, whatever aggregation was asked for.
var landCover = castest.Dataset{
	Dataset: cas.Dataset{ID: "modis_lc:land_cover"},
	Answer: func(_ context.Context, q castest.Query) (cas.AttributeResult, error) {
		if q.Start.IsZero() {
			return cas.AttributeResult{}, castest.ProviderError("which year?")
		}
		forest := 0.9 - 0.02*float64(q.Start.Time().Year()-2018)
		return cas.AttributeResult{Value: cas.DistributionValue(map[string]float64{"4": forest, "5": 1 - forest}), Timestamp: &q.Start}, nil
	},
}

// examples are the programs, with the service that each one meets. What one prints is in output.txt beside it.
var examples = map[string]struct {
	options []castest.Option
	faults  []castest.Fault
	prepare func(t *testing.T, folder string) (args, env []string)
	front   func(t *testing.T, service string) (env []string) // what stands before the service
}{
	"quickstart":           {},
	"time-varying":         {options: []castest.Option{castest.WithDatasets(landCover)}},
	"batch":                {},
	"bulk":                 {prepare: basinsFile},
	"errors-and-retries":   {faults: []castest.Fault{{Status: 503}, {Status: 502}}},
	"catalog-search":       {},
	"async":                {},
	"embedded":             {prepare: python},
	"testing-with-castest": {options: []castest.Option{castest.WithDatasets(castest.Constant("isric_soilgrids:clay_0-5cm", cas.NumberValue(210)))}},
	"otel":                 {faults: []castest.Fault{{Status: 502}}},
	"geometries":           {},
	"gateway":              {front: gateway},
}

// gateway lets those through who know its token, and notes the trace.
func gateway(t *testing.T, service string) (env []string) {
	behind, err := url.Parse(service)
	require.NoError(t, err)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(behind) }}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer gateway-token" {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, "the gateway wants a bearer token")
			return
		}
		w.Header().Set("Via", "1.1 gateway")
		w.Header().Set("Traceparent", r.Header.Get("Traceparent"))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	return []string{"CAS_URL=" + front.URL, "GATEWAY_TOKEN=gateway-token"}
}

func basinsFile(t *testing.T, folder string) (args, env []string) {
	require.NoError(t, os.WriteFile(filepath.Join(folder, "basins.geojson"), basins.GeoJSON(), 0o600))
	return []string{"basins.geojson", "attributes.parquet", "HYBAS_ID"}, nil
}

// python is the environment in which package local finds the service by itself, once it is active.
func python(t *testing.T, _ string) (args, env []string) {
	environment := filepath.Dir(filepath.Dir(service.Python(t, service.Latest)))
	return []string{filepath.Join(service.Root(t), "examples", "embedded", "app.py") + ":create"}, []string{"VIRTUAL_ENV=" + environment}
}

func TestExamples(t *testing.T) {
	t.Parallel()
	programs := build(t)
	for name, example := range examples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := castest.NewServer(example.options...)
			defer server.Close()
			server.FailNext(example.faults...)

			folder := t.TempDir()
			command := exec.CommandContext(t.Context(), filepath.Join(programs, name)+executable)
			command.Dir = folder
			command.Env = append(os.Environ(), "CAS_URL="+server.URL(), "CAS_API_KEY=")
			if example.prepare != nil {
				args, env := example.prepare(t, folder)
				command.Args = append(command.Args, args...)
				command.Env = append(command.Env, env...)
			}
			if example.front != nil {
				command.Env = append(command.Env, example.front(t, server.URL())...)
			}
			var complaints strings.Builder
			command.Stderr = &complaints
			got, err := command.Output()
			require.NoError(t, err, complaints.String())

			compare(t, filepath.Join(name, "output.txt"), got)
			if name == "bulk" {
				readByGeoPandas(t, filepath.Join(folder, "attributes.parquet"))
			}
		})
	}
}

// readByGeoPandas runs the reading half of the example bulk.
func readByGeoPandas(t *testing.T, path string) {
	program, err := os.Open(filepath.Join("bulk", "read.py"))
	require.NoError(t, err)
	defer program.Close()
	command := exec.CommandContext(t.Context(), service.Python(t, service.Latest), "-", path)
	command.Stdin = program
	got, err := command.Output()
	require.NoError(t, err)
	compare(t, filepath.Join("bulk", "read.txt"), got)
}

var update = flag.Bool("update", false, "write what the examples print to their output.txt")

func compare(t *testing.T, path string, got []byte) {
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

var executable = map[bool]string{true: ".exe"}[runtime.GOOS == "windows"]

// build compiles all examples, the module of its own included, and gives their folder.
func build(t *testing.T) string {
	folder := t.TempDir()
	for _, args := range [][]string{
		{"build", "-o", folder + string(filepath.Separator), "./..."},
		{"build", "-C", "otel", "-o", filepath.Join(folder, "otel"+executable), "."},
	} {
		out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	return folder
}

func TestEveryExampleIsRun(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, entry := range entries {
		if entry.IsDir() {
			assert.Contains(t, examples, entry.Name())
		}
	}
}
