package local

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// interpreter is a Python that may have the service installed.
type interpreter struct {
	path string
	// where says how it was found, for error texts.
	where string
}

// unsuitableError says why the service cannot run with an interpreter.
type unsuitableError struct {
	interpreter
	reason string
}

func (e *unsuitableError) Error() string {
	return fmt.Sprintf("%s (%s): %s", e.path, e.where, e.reason)
}

// findPython lists the interpreters to try, best first.
func findPython(name string) ([]interpreter, error) {
	if name != "" {
		path, err := exec.LookPath(name)
		if err != nil {
			return nil, fmt.Errorf("local: Config.Python: %w; %s", err, advice("python3"))
		}
		return []interpreter{{path, "Config.Python"}}, nil
	}

	var found []interpreter
	add := func(file, where string) {
		path, err := exec.LookPath(file)
		if err != nil || isListed(found, path) {
			return
		}
		found = append(found, interpreter{path, where})
	}
	if environment := os.Getenv("VIRTUAL_ENV"); environment != "" {
		add(filepath.Join(environment, environmentPython), "the active virtual environment")
	}
	add("python3", "python3 on the path")
	add("python", "python on the path")
	if len(found) == 0 {
		return nil, fmt.Errorf("local: there is no Python: neither VIRTUAL_ENV nor python3 nor python on the path leads to one; "+
			"get Python 3.11 or newer, then %s", advice("python3"))
	}
	return found, nil
}

// isListed tells whether path is another name of a listed interpreter in the
// same folder. In another folder the same file can be another environment.
func isListed(found []interpreter, path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	for _, other := range found {
		if filepath.Dir(other.path) != filepath.Dir(path) {
			continue
		}
		if known, err := os.Stat(other.path); err == nil && os.SameFile(info, known) {
			return true
		}
	}
	return false
}

// notInstalled is the error when no interpreter will do.
func notInstalled(tried []error) error {
	var first *unsuitableError
	errors.As(tried[0], &first)
	reasons := make([]string, len(tried))
	for i, err := range tried {
		reasons[i] = "\n\t" + err.Error()
	}
	return fmt.Errorf("local: the service is not installed for any Python that was tried:%s\n%s, or name another interpreter by Config.Python",
		strings.Join(reasons, ""), advice(first.path))
}

// advice says what to install, and how.
func advice(python string) string {
	quote := "'"
	if runtime.GOOS == "windows" {
		quote = `"`
	}
	return fmt.Sprintf("install the service with: %s -m pip install %scommunity-attribute-service[api]%s", python, quote, quote)
}
