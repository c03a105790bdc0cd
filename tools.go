//go:build tools

// Package tools pins the programs that the project is built with, so that go.mod holds their versions.
package tools

import _ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
