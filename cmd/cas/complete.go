package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/table"
)

// completer proposes completions for a word of the command line.
type completer = cobra.CompletionFunc

// completions registers completions for the values of flags by name, for every command that has a flag of that name. The
// scripts for the shells themselves come from cobra: cas completion bash, zsh, fish or powershell.
func (a *app) completions(root *cobra.Command) {
	flags := map[string]completer{
		"datasets": listed(func(ctx context.Context) []string { return described(a.knownCatalog(ctx).Datasets) }), "provider": a.completeProviders,
		"aggregation": fixed(aggregations), "temporal-type": fixed(temporalTypes), "every": fixed(everies),
		"columns": fixed(columnChoices), "sort": fixed(sortChoices), "preset": fixed(table.Presets()),
		"id-field": ofFile(fieldNames), "x": ofFile(fieldNames), "y": ofFile(fieldNames), "keep": ofFile(fieldNames), "layer": ofFile(layerNames),
	}
	for _, c := range root.Commands() {
		for name, complete := range flags {
			if c.Flags().Lookup(name) != nil {
				_ = c.RegisterFlagCompletionFunc(name, complete) // an error means that the command has registered its own
			}
		}
		if c.ValidArgsFunction == nil && !c.HasSubCommands() {
			c.ValidArgsFunction = a.arguments(c)
		}
	}
}

// arguments completes the arguments of a command: a slug, files or nothing.
func (a *app) arguments(c *cobra.Command) completer {
	switch c.Name() {
	case "provider":
		return func(c *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return a.completeProviders(c, args, toComplete)
		}
	case "extract", "init", "describe", "convert", "journal", "validate", "map", "merge":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault) // files
	default:
		return cobra.NoFileCompletions
	}
}

func (a *app) completeProviders(c *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return startingWith(described(a.knownCatalog(c.Context()).Providers), toComplete), cobra.ShellCompDirectiveNoFileComp
}

func described(names []named) []string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = cobra.CompletionWithDesc(oneLine(n.ID), oneLine(n.Name))
	}
	return texts
}

// listed completes the last of several values separated by commas.
func listed(values func(context.Context) []string) completer {
	return func(c *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before := toComplete[:strings.LastIndex(toComplete, ",")+1]
		found := startingWith(values(c.Context()), toComplete[len(before):])
		for i := range found {
			found[i] = before + found[i]
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

// ofFile completes names from the file of features, which is the last argument of every command that reads one.
func ofFile(names func(path, layer string) []string) completer {
	return func(c *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		layer := ""
		if f := c.Flags().Lookup("layer"); f != nil {
			layer = f.Value.String()
		}
		return startingWith(names(args[len(args)-1], layer), toComplete), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// fieldNames lists the properties of a file. GeoJSON does not list them, so those of its first feature count.
func fieldNames(path, layer string) []string {
	source, err := features.Open(path, features.Options{Layer: layer})
	if err != nil {
		return nil
	}
	defer source.Close()
	var found []string
	for _, f := range source.Describe().Fields {
		found = append(found, f.Name)
	}
	if found != nil {
		return found
	}
	for f := range source.Features() {
		return slices.Sorted(maps.Keys(f.Properties))
	}
	return nil
}

func layerNames(path, _ string) []string {
	source, err := features.Open(path, features.Options{})
	if several, ok := errors.AsType[*features.LayerError](err); ok {
		return several.Layers
	}
	if err != nil {
		return nil
	}
	defer source.Close()
	return source.Describe().Layers
}

func fixed(texts []string) completer {
	return func(_ *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return startingWith(texts, toComplete), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

func startingWith(texts []string, start string) []cobra.Completion {
	var found []cobra.Completion
	for _, t := range texts {
		if strings.HasPrefix(t, start) {
			found = append(found, t)
		}
	}
	return found
}
