package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/doctor"
)

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
