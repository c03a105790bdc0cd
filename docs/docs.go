// Package docs holds the documents of the project. Programs that show them import it.
package docs

import _ "embed"

// GuideCommand is the text of guide-command.md, for those who use the command.
//
//go:embed guide-command.md
var GuideCommand string

// GuideGo is the text of guide-go.md, for those who write Go.
//
//go:embed guide-go.md
var GuideGo string
