// Package service gives tests the real Community Attribute Service: the
// published Python package, in the versions that were released, with a local
// connector over a real elevation model (app.py) or plain. It also gives them
// the libraries that judge reference systems and file formats: see Judges.
//
// The environments come from make_env.py, by `make env`. A test that finds none
// fails: it never skips.
package service

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/local"
)

// Latest is the version that the contract describes.
const Latest = "0.4.0"

// Earlier are the other published versions that the client works with.
var Earlier = []string{"0.2.0", "0.1.0"}

// Plain is the Config.App of the service as published, without local providers.
const Plain = ""

// Root is the root of the checkout, the folder of go.mod.
func Root(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	require.NoError(tb, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		require.NotEqual(tb, parent, dir, "no go.mod above the working directory")
		dir = parent
	}
}

// Python is the interpreter of the environment of one version.
func Python(tb testing.TB, version string) string { return Program(tb, version, "python") }

// Program is a program of the environment of one version, such as schemathesis,
// which comes with Latest.
func Program(tb testing.TB, version, name string) string {
	tb.Helper()
	return program(tb, "service-"+version, name)
}

// Judges is the interpreter of the environment that judges reference systems and
// file formats: pyproj (PROJ), pyogrio (GDAL), GeoPandas, pyarrow, pyshp, DuckDB,
// netCDF4 and xarray, as requirements-judges.txt pins them.
func Judges(tb testing.TB) string {
	tb.Helper()
	return program(tb, "judges", "python")
}

// Snakemake is the program of the environment of that name.
func Snakemake(tb testing.TB) string {
	tb.Helper()
	return program(tb, "snakemake", "snakemake")
}

func program(tb testing.TB, environment, name string) string {
	tb.Helper()
	home := filepath.Join(Root(tb), ".venv", environment)
	_, err := os.Stat(filepath.Join(home, "complete"))
	require.NoError(tb, err, "the Python environment %s is missing or incomplete; "+
		"create it with `make env` or `python3 internal/contract/service/make_env.py .venv %s`", environment, environment)
	if runtime.GOOS == "windows" {
		return filepath.Join(home, "Scripts", name+".exe")
	}
	return filepath.Join(home, "bin", name)
}

// App is the Config.App of the service with local providers: see app.py.
func App(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(Root(tb), "internal", "contract", "service", "app.py") + ":create"
}

// Start runs one version of the service until the test ends. The app is
// App(tb), or Plain; env is added to the environment, as "CAS_…=value".
func Start(tb testing.TB, version, app string, env ...string) *local.Service {
	tb.Helper()
	running, err := local.Start(tb.Context(), local.Config{Python: Python(tb, version), App: app, Env: env})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, running.Close()) })
	return running
}
