// Package docs_test holds the documents to what they say: links lead somewhere, code compiles and runs.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// document is a Markdown file, as far as the tests look into it.
type document struct {
	path    string // from the root of the module, with slashes
	links   []link
	anchors map[string]bool
	blocks  []block
}

type link struct {
	target string
	line   int
}

// block is a fenced block of code.
type block struct {
	path string
	info string // what stands behind the opening fence
	line int    // of the first line of code
	text string
}

var (
	heading    = regexp.MustCompile(`^#{1,6} +(.+?) *$`)
	codeSpan   = regexp.MustCompile("`[^`]*`")
	inlineLink = regexp.MustCompile(`\]\(([^)\s]+)(?: "[^"]*")?\)`)
	linkInText = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	definition = regexp.MustCompile(`^\[[^\]]+\]: +(\S+)`)
)

// root is the folder of the module.
const root = ".."

// documents reads all Markdown files of the module.
func documents(t *testing.T) map[string]*document {
	t.Helper()
	all := map[string]*document{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".github" && entry.Name() != ".."):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		all[name] = parse(name, string(text))
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

func parse(path, text string) *document {
	d := &document{path: path, anchors: map[string]bool{}}
	var open *block
	for i, line := range strings.Split(text, "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case open != nil && isFence:
			d.blocks = append(d.blocks, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		case isFence:
			open = &block{path: path, info: strings.TrimSpace(fence), line: i + 2}
		default:
			d.line(line, i+1)
		}
	}
	return d
}

func (d *document) line(line string, number int) {
	if match := heading.FindStringSubmatch(line); match != nil {
		d.addAnchor(match[1])
	}
	line = codeSpan.ReplaceAllString(line, "")
	for _, match := range append(inlineLink.FindAllStringSubmatch(line, -1), definition.FindAllStringSubmatch(line, -1)...) {
		d.links = append(d.links, link{match[1], number})
	}
}

// addAnchor adds what viewers make of a heading: lower case, blanks as hyphens, no punctuation, a number where it occurs again.
func (d *document) addAnchor(text string) {
	text = linkInText.ReplaceAllString(text, "$1")
	anchor := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return -1
		}
	}, text)
	unique := anchor
	for n := 1; d.anchors[unique]; n++ {
		unique = anchor + "-" + strconv.Itoa(n)
	}
	d.anchors[unique] = true
}
