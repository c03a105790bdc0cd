package local_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/local"
)

// bareEnvironment is a virtual environment with nothing installed in it.
func bareEnvironment(t *testing.T) (home, python string) {
	t.Helper()
	home = t.TempDir()
	output, err := exec.Command(service.Python(t, service.Latest), "-m", "venv", "--without-pip", home).CombinedOutput()
	require.NoError(t, err, string(output))
	if runtime.GOOS == "windows" {
		return home, filepath.Join(home, "Scripts", "python.exe")
	}
	return home, filepath.Join(home, "bin", "python")
}

func TestServiceNotInstalled(t *testing.T) {
	_, python := bareEnvironment(t)
	_, err := local.Start(t.Context(), local.Config{Python: python})
	require.ErrorContains(t, err, python+" (Config.Python): No module named 'uvicorn'")
	require.ErrorContains(t, err, python+" -m pip install")
	require.ErrorContains(t, err, "community-attribute-service[api]")
}

func TestNamedPythonNotFound(t *testing.T) {
	_, err := local.Start(t.Context(), local.Config{Python: "python-of-nobody"})
	require.ErrorIs(t, err, exec.ErrNotFound)
	require.ErrorContains(t, err, "python-of-nobody")
	require.ErrorContains(t, err, "python3 -m pip install")
}

func TestNoPythonAtAll(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("VIRTUAL_ENV", "")
	_, err := local.Start(t.Context(), local.Config{})
	require.ErrorContains(t, err, "there is no Python")
	require.ErrorContains(t, err, "python3 -m pip install")
}

func TestActiveEnvironmentComesFirst(t *testing.T) {
	_, bare := bareEnvironment(t)
	t.Setenv("PATH", filepath.Dir(bare))
	t.Setenv("VIRTUAL_ENV", filepath.Join(service.Root(t), ".venv", "service-"+service.Latest))
	running, err := local.Start(t.Context(), local.Config{})
	require.NoError(t, err)
	require.NoError(t, running.Close())
}

// The first Python that has the service is taken, not the first there is; each
// that was passed over is named when there is none.
func TestSearchGoesOn(t *testing.T) {
	home, bare := bareEnvironment(t)
	environment := filepath.Dir(service.Python(t, service.Latest))
	t.Setenv("VIRTUAL_ENV", home)
	t.Setenv("PATH", environment+string(os.PathListSeparator)+os.Getenv("PATH"))
	running, err := local.Start(t.Context(), local.Config{})
	require.NoError(t, err)
	require.NoError(t, running.Close())

	t.Setenv("PATH", filepath.Dir(bare))
	_, err = local.Start(t.Context(), local.Config{})
	require.ErrorContains(t, err, bare+" (the active virtual environment): No module named 'uvicorn'")
	require.NotContains(t, err.Error(), "python3 on the path", "the same program is tried once")
}

// A program by that name that is no Python, such as a shop's placeholder.
func TestNotAPython(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	t.Setenv(impostor, "1")
	_, err = local.Start(t.Context(), local.Config{Python: program})
	require.ErrorContains(t, err, "did not run the launcher: exit status 9")
	require.ErrorContains(t, err, "Python was not found")
}
