package main

import "github.com/spf13/cobra"

// moreCommands are those that build tags add: see man.go.
var moreCommands []func(*app) *cobra.Command
