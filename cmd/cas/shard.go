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
	f.StringVar(&s.text, "shard", "", "do part i/n of the input, or auto: as the task of a Slurm array or a Kubernetes Indexed Job; see 'cas merge'")
}

// divide finds out which shard to do, and names the table after it.
func (x *extraction) divide() (err error) {
	switch {
	case x.text == "":
		return nil
	case x.output == "":
		return usage("--shard needs -o FILE, which names the tables of all shards")
	case x.text == "auto":
		x.shard, err = shard.FromEnvironment(os.Getenv)
	default:
		x.shard, err = shard.Parse(x.text)
	}
	if err != nil {
		return usage("--shard: %w", err)
	}
	x.output = x.shard.Path(x.output)
	return nil
}
