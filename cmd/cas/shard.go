package main

import (
	"os"

	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/table/shard"
)

// sharding is what the flags of `cas extract` say about the part of a run that this process does.
type sharding struct {
	text  string
	shard shard.Shard // of text; the whole where there is none
}

func (s *sharding) flags(f *pflag.FlagSet) {
	f.StringVar(&s.text, "shard", "", "process part i/n of the input; auto takes i and n from the array task of Slurm, PBS, Grid Engine or Kubernetes; see 'cas merge'")
}

// divide finds out which shard to do, and names the table after it.
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
