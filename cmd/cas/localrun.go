package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/local"
)

// localRun has the flags of `cas extract` for a service that is started for the run.
type localRun struct {
	local  bool
	config local.Config
}

func (l *localRun) flags(f *pflag.FlagSet) {
	f.BoolVar(&l.local, "local", false, "start the real service on this machine for the run; see 'cas local'")
	f.IntVar(&l.config.Workers, "local-workers", 0, "with --local: number of service processes (default: one for each core, at most 8)")
	f.BoolVar(&l.config.AsShipped, "local-as-shipped", false, "with --local: do not tune the service; it is then some 60 times slower")
	f.StringVar(&l.config.App, "local-app", "", "with --local: another Python app in place of the service's own, module:factory or FILE.py:factory")
	f.StringVar(&l.config.Python, "local-python", "", "with --local: Python interpreter in which the service is installed (default: the one on PATH)")
}

// serviceName is the service's URL for meta.json, or "local": the port of a service started for the run means nothing afterwards.
func (a *app) serviceName(l localRun) string {
	if l.local {
		return "local"
	}
	return a.serviceURL()
}

// A service started for a run has one process for each core, up to a number for which most machines have the memory.
const (
	mostWorkers  = 8
	workerMemory = "100 to 200 MB" // at its start, and after batches of 1000
)

// forMany sets the number of processes for a run over many features, and enough requests in flight to keep them busy.
func (x *extraction) forMany() {
	if x.config.Workers == 0 {
		x.config.Workers = min(runtime.GOMAXPROCS(0), mostWorkers)
	}
	if x.local && !x.paced {
		x.concurrency = max(x.concurrency, 2*x.config.Workers)
	}
}

// processes says how many processes start, and how much memory each takes.
func (l localRun) processes() string {
	if l.config.Workers == 1 {
		return "1 process of the service, " + workerMemory
	}
	return fmt.Sprintf("%d processes of the service, %s each", l.config.Workers, workerMemory)
}

// startLocal starts a service. Its errors name flags in place of the fields of local.Config.
func startLocal(ctx context.Context, config local.Config, flags string) (*local.Service, error) {
	service, err := local.Start(ctx, config)
	if err != nil {
		names := strings.NewReplacer("local: ", "", "Config.Python", flags+"python", "Config.App", flags+"app", "Config.Workers", flags+"workers")
		return nil, errors.New(names.Replace(err.Error()))
	}
	return service, nil
}

// locally runs f, with --local while a service runs on this machine, and passes f how that service was tuned. When ctx ends, the service
// still answers the requests in flight.
func (a *app) locally(ctx context.Context, l localRun, f func(tuning string) error) error {
	if !l.local {
		return f("")
	}
	if a.verbose {
		l.config.Log = a.err
	}
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	started := context.AfterFunc(ctx, end) // an interrupt ends a service that does not answer yet
	service, err := startLocal(life, l.config, "--local-")
	started()
	if err != nil {
		return err
	}
	a.url = service.URL()
	for _, name := range slices.Sorted(maps.Keys(service.Tuned().LeftOut)) {
		fmt.Fprintf(a.err, "cas: the service runs without %s: %s\n", name, service.Tuned().LeftOut[name])
	}
	return errors.Join(f(service.Tuned().String()), service.Close())
}
