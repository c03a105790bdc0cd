package docs_test

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	all := documents(t)
	for _, d := range all {
		for _, l := range d.links {
			if problem := check(all, d, l.target); problem != "" {
				t.Errorf("%s:%d: %s: %s", d.path, l.line, l.target, problem)
			}
		}
	}
}

// check says what is wrong with a link. Those to other sites are not followed.
func check(all map[string]*document, from *document, target string) string {
	if strings.HasPrefix(target, "http://127.0.0.1") || strings.HasPrefix(target, "http://localhost") {
		return "" // an example of a URL, which viewers make a link
	}
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return err.Error()
	case u.Scheme == "https":
		return ""
	case u.Scheme != "" || u.Host != "" || strings.HasPrefix(u.Path, "/"):
		return "is neither https nor a path within the repository"
	}
	file := from.path
	if u.Path != "" {
		file = path.Join(path.Dir(from.path), u.Path)
		if strings.HasPrefix(file, "../") {
			return "leads out of the repository"
		}
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(file))); err != nil {
			return "there is no such file"
		}
	}
	if u.Fragment == "" {
		return ""
	}
	d, ok := all[file]
	if !ok {
		return "only Markdown files have anchors"
	}
	if !d.anchors[u.Fragment] {
		return "there is no such heading in " + file
	}
	return ""
}

func TestChecksFindBadLinks(t *testing.T) {
	t.Parallel()
	d := parse("docs/a.md", "# One thing\n\n## Again\n## Again\n[x](b.md#two) `[no](link)` [y](#one-thing) [z](#again-1)\n```go\n[code](c.md)\n```\n[r]: c.md\n")
	require.Len(t, d.links, 4)
	all := map[string]*document{d.path: d, "docs/reference.md": parse("docs/reference.md", "## Here\n")}
	for target, problem := range map[string]string{
		"#one-thing":             "",
		"#again-1":               "",
		"#again-2":               "there is no such heading in docs/a.md",
		"reference.md#here":      "",
		"reference.md#there":     "there is no such heading in docs/reference.md",
		"missing.md":             "there is no such file",
		"../go.mod":              "",
		"../go.mod#x":            "only Markdown files have anchors",
		"../../elsewhere":        "leads out of the repository",
		"http://example.com":     "is neither https nor a path within the repository",
		"https://example.com/#x": "",
	} {
		assert.Equal(t, problem, check(all, d, target), target)
	}
}
