package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/community-attribute-service/cas-go/cas"
)

// How long the doctor waits for an answer, if --timeout does not say less; the catalog and an extraction may take all of --timeout.
const doctorPatience = 10 * time.Second

func (a *app) doctorCommand() *cobra.Command {
	var trial trial
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Examine whether a service is fit for this client",
		Long: `Examine whether the service is fit for this client: is it reached, by which TLS and until when, does it need or take the key, does it
redirect, how fast is it, does its /openapi.json say what this client was built on, has it the datasets that this client knows? With -d,
extract a dataset too, at a place in Tennessee if -g names no other, and measure how many results a second the service gives of it.

It makes some fifteen small requests, the extraction aside. A check is ok; or warn: usable, but look at it; or fail. The exit code is 1
if one failed.`,
		Example: `  cas doctor --url https://cas.example.com
  cas doctor -d copernicus_dem:elevation -g '{"type":"Point","coordinates":[7.65,45.97]}' --json`,
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := trial.readGeometry(); err != nil {
				return err
			}
			e, err := a.newExamination()
			if err != nil {
				return err
			}
			defer e.close()
			e.run(c.Context(), trial)
			if err := c.Context().Err(); err != nil {
				return err
			}
			return a.printExamination(e)
		},
	}
	c.Flags().StringArrayVarP(&trial.datasets, "datasets", "d", nil, "dataset id to extract; repeat for more")
	c.Flags().StringVarP(&trial.geometry, "geometry", "g", "", "where to extract: GeoJSON, or @FILE")
	a.jsonFlag(c)
	return c
}

// status is what a check found.
type status string

const (
	statusOK   status = "ok"
	statusWarn status = "warn"
	statusFail status = "fail"
)

// finding is the outcome of one check. Differences has more lines than fit a table.
type finding struct {
	Check       string   `json:"check"`
	Status      status   `json:"status"`
	Detail      string   `json:"detail"`
	Differences []string `json:"differences,omitempty"`
}

// examination is the doctor's visit to one service.
type examination struct {
	app       *app
	base      *url.URL
	key       string
	client    *cas.Client // sends the key, asks once
	stranger  *cas.Client // sends no key
	transport *http.Transport
	findings  []finding
	calls     int
	limited   time.Duration // the Retry-After of a 429
	overLimit bool
}

func (a *app) newExamination() (*examination, error) {
	e := &examination{app: a, key: os.Getenv("CAS_API_KEY")}
	once := []cas.Option{cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})}
	var err error
	if e.client, err = a.client(once...); err != nil {
		return nil, err
	}
	if e.stranger, err = a.client(append(once, cas.WithAPIKey(""))...); err != nil {
		return nil, err
	}
	if e.base, err = url.Parse(a.serviceURL()); err != nil {
		return nil, err
	}
	e.transport = http.DefaultTransport.(*http.Transport).Clone()
	return e, nil
}

func (e *examination) close() {
	e.client.Close()
	e.stranger.Close()
	e.transport.CloseIdleConnections()
}

// run makes the checks, from the wire upwards; where one fails on which the others stand, those are left out.
func (e *examination) run(ctx context.Context, t trial) {
	if !e.reach(ctx) || !e.health(ctx) {
		return
	}
	e.redirects(ctx)
	admitted := e.auth(ctx)
	e.latency(ctx)
	e.contract(ctx)
	if admitted {
		e.catalog(ctx)
		if e.extract(ctx, t) {
			e.rate(ctx, t)
		}
	}
	e.limits()
}

func (e *examination) found(check string, s status, format string, args ...any) {
	e.findings = append(e.findings, finding{Check: check, Status: s, Detail: oneLine(fmt.Sprintf(format, args...))})
}

func (e *examination) count(s status) int {
	n := 0
	for _, f := range e.findings {
		if f.Status == s {
			n++
		}
	}
	return n
}

func (a *app) printExamination(e *examination) error {
	worst := statusOK
	for _, s := range []status{statusWarn, statusFail} {
		if e.count(s) > 0 {
			worst = s
		}
	}
	var err error
	if a.json {
		err = a.printJSON(struct {
			URL      string    `json:"url"`
			Status   status    `json:"status"`
			Client   string    `json:"client"`
			Contract string    `json:"contract"`
			Checks   []finding `json:"checks"`
		}{e.base.String(), worst, cas.Version(), contractVersion, e.findings})
	} else {
		inks := map[string]ink{string(statusOK): green, string(statusWarn): yellow, string(statusFail): red}
		g := grid{screen: screenOf(a.out), heads: []string{"CHECK", "STATUS", "DETAIL"}}
		g.ink = func(row, column int) ink {
			if column != 1 {
				return plain
			}
			return inks[g.rows[row][column]]
		}
		for _, f := range e.findings {
			g.row(f.Check, string(f.Status), f.Detail)
		}
		err = g.write(a.out)
	}
	if err == nil && worst == statusFail {
		err = fmt.Errorf("%s is not fit: %d of %d checks failed", e.base, e.count(statusFail), len(e.findings))
	}
	return err
}
