//go:build tools

// Package tools is where Go projects list the programs that they are built with. The list itself is tools/go.mod, a module of
// its own, so that the programs' dependencies are none of an importer's:
//
//	go tool -modfile=tools/go.mod oapi-codegen -version
package tools
