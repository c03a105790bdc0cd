package main

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/local"
)

// localRun is what the flags of `cas extract` say about a service that lives as long as the run.
type localRun struct {
	local  bool
	config local.Config
}

func (l *localRun) flags(f *pflag.FlagSet) {
	f.BoolVar(&l.local, "local", false, "start the real service on this machine for the run; see 'cas local'")
	f.IntVar(&l.config.Workers, "local-workers", 1, "with --local: number of service processes")
	f.StringVar(&l.config.App, "local-app", "", "with --local: another app factory, module:factory or FILE.py:factory")
	f.StringVar(&l.config.Python, "local-python", "", "with --local: interpreter that has the service (default: the one on PATH)")
}

// localService is what descriptions call a service that lived for the run: its address says nothing afterwards.
const localService = "local"

// serviceName is the service's URL for descriptions.
func (a *app) serviceName(l localRun) string {
	if l.local {
		return localService
	}
	return cmp.Or(a.url, cas.DefaultBaseURL)
}

// locally runs f, with a service of its own if that was asked for. What is in flight when ctx ends is still answered.
func (a *app) locally(ctx context.Context, l localRun, f func() error) error {
	if !l.local {
		return f()
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
	return errors.Join(f(), service.Close())
}
