package main

import (
	"bytes"
	"go/ast"
	"go/doc/comment"
	"go/format"
	"regexp"
	"strings"
	"unicode"
)

// prose is a doc comment as Markdown, its headings at a level.
func (w *writer) prose(text string, level int) string {
	if text == "" {
		return ""
	}
	printer := w.pkg.Printer()
	printer.HeadingLevel = level
	printer.HeadingID = func(*comment.Heading) string { return "" }
	printer.DocLinkURL = w.docLink
	return backticks(string(printer.Markdown(w.pkg.Parser().Parse(text))))
}

var (
	quoted  = regexp.MustCompile("\\\\`([^`\n]*)\\\\`")
	escaped = regexp.MustCompile(`\\([[:punct:]])`)
)

// backticks are no markup in Go comments, and so come out escaped; here they are code.
func backticks(markdown string) string {
	return quoted.ReplaceAllStringFunc(markdown, func(span string) string {
		return "`" + escaped.ReplaceAllString(span[2:len(span)-2], "$1") + "`"
	})
}

// docLink leads [Name] of a comment to its heading in the reference, or to pkg.go.dev.
func (w *writer) docLink(link *comment.DocLink) string {
	name := link.Name
	if link.Recv != "" {
		name = link.Recv + "." + link.Name
	}
	pkg := w.pkg
	if link.ImportPath != "" {
		pkg = nil
		for _, p := range w.m.packages {
			if p.ImportPath == link.ImportPath {
				pkg = p
			}
		}
	}
	if pkg == nil {
		return link.DefaultURL("https://pkg.go.dev")
	}
	if name == "" {
		return "#package-" + slug(pkg.Name)
	}
	return "#" + w.m.anchor(pkg.Name, name)
}

// cell is a comment as one cell of a table.
func (w *writer) cell(text string) string {
	text = strings.TrimSpace(w.prose(text, 6))
	text = strings.ReplaceAll(text, "|", `\|`)
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if item, ok := strings.CutPrefix(line, "- "); ok {
			line = "• " + item
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "<br>")
}

// comments joins the comment above a declaration and that behind it.
func comments(above, behind *ast.CommentGroup) string {
	return strings.TrimSpace(above.Text() + "\n" + behind.Text())
}

// code is text in the typewriter face, also inside a table.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(text, "|", `\|`) + "`"
}

// source is a piece of Go as gofmt prints it.
func (w *writer) source(node any) string {
	var out bytes.Buffer
	if err := format.Node(&out, w.m.fset, node); err != nil {
		panic(err) // it was parsed
	}
	return out.String()
}

// typeText is a type on one line.
func (w *writer) typeText(e ast.Expr) string { return strings.Join(strings.Fields(w.source(e)), " ") }

// typeParams are the type parameters of a generic type, in brackets.
func (w *writer) typeParams(spec *ast.TypeSpec) string {
	bare := &ast.TypeSpec{Name: spec.Name, TypeParams: spec.TypeParams, Type: &ast.StructType{Fields: &ast.FieldList{}}}
	text := w.source(bare)
	return text[strings.IndexByte(text, '[') : strings.LastIndexByte(text, ']')+1]
}

// slug is the anchor that Markdown viewers give a heading: lower case, blanks as hyphens, no punctuation.
func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return -1
		}
	}, heading)
}
