package house

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tracked lists the files of the repository that end so, without what is generated.
func tracked(t *testing.T, suffix string) (root string, files []string) {
	t.Helper()
	out, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	require.NoError(t, err, "these tests read the repository: run them in a git checkout")
	root = strings.TrimSpace(string(out))
	cmd := exec.Command("git", "ls-files", "-z", "*"+suffix)
	cmd.Dir = root
	out, err = cmd.Output()
	require.NoError(t, err)
	for name := range strings.SplitSeq(string(out), "\x00") {
		if name != "" && !strings.HasSuffix(name, ".gen.go") {
			files = append(files, name)
		}
	}
	return root, files
}

func read(t *testing.T, root, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	require.NoError(t, err)
	return text
}

// mostLines is what can be taken in at a glance, with some scrolling.
const mostLines = 400

func TestFilesStaySmall(t *testing.T) {
	root, files := tracked(t, ".go")
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		lines := bytes.Count(read(t, root, name), []byte("\n"))
		assert.LessOrEqual(t, lines, mostLines, "%s: is there more than one concern inside?", name)
	}
}

// TestNoTestSkips keeps a missing piece from being counted as passed.
func TestNoTestSkips(t *testing.T) {
	root, files := tracked(t, "_test.go")
	skip := regexp.MustCompile(`\b(t|b|tb|f)\.Skip(f|Now)?\(` + `|testing\.Short\(\)`)
	for _, name := range files {
		if name == "internal/house/files_test.go" {
			continue
		}
		assert.False(t, skip.Match(read(t, root, name)), "%s skips a test: let it fail and say what is missing", name)
	}
}
