// Package docs holds the documents of the project. Programs that show them import it.
package docs

import _ "embed"

// Guide is the text of guide.md, for those who use the command or the Go packages.
//
//go:embed guide.md
var Guide string
