package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/catalog"
)

// suggestDataset is what to put behind a message about a dataset id that perhaps is not known: "; did you mean …?" with the nearest id,
// or nothing where the service has the id, or none that is near.
func (a *app) suggestDataset(ctx context.Context, id string) string {
	if _, ok := catalog.Lookup(id); ok {
		return "" // well spelt: something else is wrong, and no reason to ask the service for its catalog
	}
	return didYouMean(id, catalog.SuggestFrom(a.knownCatalog(ctx).datasetIDs(), id, 1))
}

// suggestProvider does the same for the slug of a provider.
func (a *app) suggestProvider(ctx context.Context, slug string) string {
	return didYouMean(slug, catalog.SuggestFrom(a.knownCatalog(ctx).slugs(), slug, 1))
}

// nearest is a hint that names which of the names was perhaps meant; "" where none is near.
func nearest(asked string, names []string) string {
	return strings.TrimPrefix(didYouMean(asked, catalog.SuggestFrom(names, asked, 1)), "; ")
}

// choose refuses a value that is none of a few, and names the nearest and all.
func choose(flag, value string, of []string) error {
	if slices.Contains(of, value) {
		return nil
	}
	all := "one of " + strings.Join(of, ", ")
	if len(of) == 2 {
		all = strings.Join(of, " or ")
	}
	return usage("%s %s: give %s%s", flag, value, all, didYouMean(value, catalog.SuggestFrom(of, value, 1)))
}

func didYouMean(asked string, nearest []string) string {
	if len(nearest) == 0 || nearest[0] == asked {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", nearest[0])
}

// unknownCommand refuses an argument of the root command, which can only be a command that is not there.
func unknownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2 // letters; cobra sets its own default only on a path that does not come here
	return usage("there is no command %q%s", args[0], didYouMean(args[0], c.SuggestionsFor(args[0])))
}
