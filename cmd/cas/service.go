package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/doctor"
	"github.com/community-attribute-service/cas-go/local"
)

func (a *app) healthCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "health",
		Short: "Tell whether the service is alive",
		Long:  "Tell whether the service process is alive. The answer says nothing about the providers behind it.",
		Args:  exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(func(client *cas.Client) error {
				h, err := client.Health(c.Context())
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(h)
				}
				t := newTable(a.out, "STATUS", "PROVIDERS", "CACHED", "HITS", "MISSES", "HIT RATE")
				t.row(h.Status, fmt.Sprint(h.ProvidersRegistered), fmt.Sprint(h.Cache.Size), fmt.Sprint(h.Cache.Hits),
					fmt.Sprint(h.Cache.Misses), numberText(h.Cache.HitRate))
				return t.flush()
			})
		},
	}
	a.jsonFlag(c)
	return c
}

func (a *app) localCommand() *cobra.Command {
	var config local.Config
	var module bool
	c := &cobra.Command{
		Use:   "local",
		Short: "Run the real service on this machine until interrupted",
		Long: `Run the real service on a free port of this machine, print its URL, and stop it when you press Ctrl-C. The command tunes the service: it
gives the same answers, some 60 times as many a second; --as-shipped leaves it untuned. To tune a service that you deploy elsewhere, save
the module that --print-tuning prints as cas_go_tuned.py and run uvicorn cas_go_tuned:create_app --factory.

The command needs Python with the service in it: python3 -m pip install 'community-attribute-service[api]'`,
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if module {
				_, err := fmt.Fprint(a.out, local.TuningModule())
				return err
			}
			if config.Workers < 1 {
				return usage("--workers %d: give 1 or more", config.Workers)
			}
			config.Log = a.err
			service, err := startLocal(c.Context(), config, "--")
			if err != nil {
				return err
			}
			fmt.Fprintf(a.err, "cas: %s\n", service.Tuned())
			fmt.Fprintln(a.out, service.URL())
			<-c.Context().Done()
			return service.Close()
		},
	}
	f := c.Flags()
	f.StringVar(&config.Python, "python", "", "Python interpreter in which the service is installed (default: the one on PATH)")
	f.StringVar(&config.App, "app", "", "another Python app in place of the service's own, module:factory, such as one with a connector of yours")
	f.IntVar(&config.Workers, "workers", 1, "number of service processes")
	f.BoolVar(&config.AsShipped, "as-shipped", false, "do not tune the service; it is then some 60 times slower")
	f.BoolVar(&module, "print-tuning", false, "print the Python module that tunes a deployed service; start nothing")
	f.DurationVar(&config.StartTimeout, "start-timeout", local.DefaultStartTimeout, "how long to wait for the service to answer")
	return c
}

func (a *app) doctorCommand() *cobra.Command {
	var trial doctor.Trial
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Examine whether a service works well with this client",
		Long: `Examine whether the service works well with this client. Does it answer? Which TLS does it use, and when does its certificate expire? Does
it need a key, and does it accept yours? Does it redirect? How fast is it? Does its /openapi.json agree with this client's contract? Does it
have the datasets that this client knows? With -d, the command also extracts a dataset, at a place in Tennessee or at the one of -g, and
measures how many results a second it gets.

It makes some fifteen small requests, not counting the extraction. Each check ends as ok, warn (usable, but look at it) or fail.`,
		Example: `  cas doctor --url https://cas.example.com
  cas doctor -d copernicus_dem:elevation -g '{"type":"Point","coordinates":[7.65,45.97]}' --json`,
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := trial.ReadGeometry(); err != nil {
				return usageError{err}
			}
			service := doctor.Service{URL: a.serviceURL(), Key: os.Getenv("CAS_API_KEY"), Timeout: a.timeout, Client: a.client, Suggest: a.suggestDataset}
			findings, err := doctor.Examine(c.Context(), service, trial)
			if err != nil {
				return err
			}
			return a.printExamination(service.URL, findings)
		},
	}
	c.Flags().StringArrayVarP(&trial.Datasets, "datasets", "d", nil, "dataset id to extract; repeat for more")
	c.Flags().StringVarP(&trial.Geometry, "geometry", "g", "", "where to extract: GeoJSON, or @FILE")
	a.jsonFlag(c)
	return c
}

func (a *app) printExamination(url string, findings []doctor.Finding) error {
	worst := doctor.OK
	count := map[doctor.Status]int{}
	for _, f := range findings {
		count[f.Status]++
	}
	for _, s := range []doctor.Status{doctor.Warn, doctor.Fail} {
		if count[s] > 0 {
			worst = s
		}
	}
	var err error
	if a.json {
		err = a.printJSON(struct {
			URL      string           `json:"url"`
			Status   doctor.Status    `json:"status"`
			Client   string           `json:"client"`
			Contract string           `json:"contract"`
			Checks   []doctor.Finding `json:"checks"`
		}{url, worst, cas.Version(), api.ServiceVersion, findings})
	} else {
		inks := map[string]ink{string(doctor.OK): green, string(doctor.Warn): yellow, string(doctor.Fail): red}
		g := grid{screen: screenOf(a.out), heads: []string{"CHECK", "STATUS", "DETAIL"}}
		g.ink = func(row, column int) ink {
			if column != 1 {
				return plain
			}
			return inks[g.rows[row][column]]
		}
		for _, f := range findings {
			g.row(f.Check, string(f.Status), f.Detail)
		}
		err = g.write(a.out)
	}
	if err == nil && worst == doctor.Fail {
		err = fmt.Errorf("%s is not fit: %d of %d checks failed", url, count[doctor.Fail], len(findings))
	}
	return err
}
