package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/table/shard"
)

// sharding has the flag of `cas extract` for the part of a run that this process does.
type sharding struct {
	text  string
	shard shard.Shard // parsed text; the zero Shard is the whole run
}

func (s *sharding) flags(f *pflag.FlagSet) {
	f.StringVar(&s.text, "shard", "", "process part i/n of the input; auto takes i and n from the array task of Slurm, PBS, Grid Engine or Kubernetes; see 'cas merge'")
}

// divide parses --shard and puts the shard's numbers into the names of the outputs.
func (x *extraction) divide() (err error) {
	switch {
	case x.text == "":
		return nil
	case len(x.outputs) == 0:
		return usage("--shard needs -o FILE, which names the tables of all shards")
	case x.text == "auto":
		x.shard, err = shard.FromEnvironment(os.Getenv, x.outputs[0])
	default:
		x.shard, err = shard.Parse(x.text)
	}
	if err != nil {
		return usage("--shard: %w", err)
	}
	for i, path := range x.outputs {
		x.outputs[i] = x.shard.Path(path)
	}
	return nil
}

func (a *app) mergeCommand() *cobra.Command {
	var output string
	var quiet bool
	c := &cobra.Command{
		Use:   "merge -o FILE SHARD…",
		Short: "Join the tables of all shards of a run",
		Long: `Join the tables of 'cas extract --shard', given in any order, to the table of the whole run. (A shard is one of n parts of a run.) The
table has the same bytes as that of a single run. The files .errors.csv and .meta.json are joined too.

Each shard has a manifest (….shard.json) that says which part of which run it is. If a shard is missing, given twice, unfinished, changed
afterwards, or made from another input or with other parameters, the command names it and writes nothing. Standard output then has the
numbers of the shards to run again, in the form of sbatch --array: 3,7-9.`,
		Example: `  cas extract basins.geojson -d copernicus_dem:elevation -o attributes.csv --shard 3/16
  cas merge -o attributes.csv attributes.*-of-0016.csv`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if output == "" || len(args) == 0 {
				return usage("cas merge takes -o FILE and the tables of all shards, such as attributes.*-of-0016.csv")
			}
			return a.merge(c.Context(), output, args, quiet)
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "table to write, in the format of the shards")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "no summary on standard error")
	return c
}

func (a *app) merge(ctx context.Context, output string, shards []string, quiet bool) error {
	summary, err := shard.Merge(ctx, shards, output, readers...)
	if err != nil {
		if refused, ok := errors.AsType[*shard.MergeError](err); ok && len(refused.Rerun) > 0 {
			fmt.Fprintln(a.out, refused.Array())
		}
		return err
	}
	a.warn(summary.Notes)
	if !quiet {
		fmt.Fprintf(a.err, "%s: %d rows, %d columns, of %d shards\n", output, summary.Features, len(summary.Columns), len(shard.Tables(shards)))
	}
	if summary.Failed > 0 {
		a.tellFailed(summary, output, "; the shards' own commands ask for them again")
		return errPartial
	}
	return nil
}
