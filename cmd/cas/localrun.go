package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"

	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/local"
)

// localRun is what the flags of `cas extract` say about a service that lives as long as the run.
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

// serviceName is the service's URL for descriptions. The address of one that lived for the run says nothing afterwards.
func (a *app) serviceName(l localRun) string {
	if l.local {
		return "local"
	}
	return a.serviceURL()
}

// Processes of a service for a run: one for each core, but for no more than a usual machine has memory to spare.
const (
	mostWorkers  = 8
	workerMemory = "100 to 200 MB" // at its start, and after batches of 1000
)

// forMany settles how many processes serve a run over many features, and how many requests keep them busy.
func (x *extraction) forMany() {
	if x.config.Workers == 0 {
		x.config.Workers = min(runtime.GOMAXPROCS(0), mostWorkers)
	}
	if x.local && !x.paced {
		x.concurrency = max(x.concurrency, 2*x.config.Workers)
	}
}

// processes says what a service takes before it starts.
func (l localRun) processes() string {
	if l.config.Workers == 1 {
		return "1 process of the service, " + workerMemory
	}
	return fmt.Sprintf("%d processes of the service, %s each", l.config.Workers, workerMemory)
}

// locally runs f, with a service of its own if that was asked for, and tells f what was changed in it. What is in flight when ctx ends is
// still answered.
func (a *app) locally(ctx context.Context, l localRun, f func(tuning string) error) error {
	if !l.local {
		return f("")
	}
	if a.verbose {
		l.config.Log = a.err
	}
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	started := context.AfterFunc(ctx, end) // until it answers, an interrupt ends it
	service, err := local.Start(life, l.config)
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
