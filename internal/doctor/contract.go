package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/internal/contract"
)

// everyVersion is what the document of every release of the service so far calls its version. What tells releases apart is the rest.
const everyVersion = "0.1.0"

// contract compares the service's own document with the one that this client was built on, and tells the versions.
func (e *examination) contract(ctx context.Context) {
	ours := fmt.Sprintf("client %s, built on the contract of service %s", cas.Version(), api.ServiceVersion)
	a, err := e.get(ctx, e.base.JoinPath("openapi.json"))
	switch {
	case err != nil:
		e.found("version", Warn, "%s; the service's is not to be seen", ours)
		e.found("contract", Warn, "/openapi.json cannot be read: %v", err)
		return
	case a.StatusCode != http.StatusOK:
		e.found("version", Warn, "%s; the service's is not to be seen", ours)
		e.found("contract", Warn, "not compared: the service shows no /openapi.json (status %d)", a.StatusCode)
		return
	}
	var document struct{ Info struct{ Version string } }
	_ = json.Unmarshal(a.body, &document) // what is wrong with it, Drift says
	told := fmt.Sprintf("the service's document says %q", document.Info.Version)
	if document.Info.Version == everyVersion {
		told += ", as in every release up to " + api.ServiceVersion
	}
	e.found("version", OK, "%s; %s", ours, told)
	unlisted, vanished, err := contract.Drift(a.body)
	if err != nil {
		e.found("contract", Warn, "/openapi.json is no OpenAPI document: %v", err)
		return
	}
	e.drift(unlisted, vanished)
}

// drift reports differences. They are no failure: unknown members and values are tolerated, and the document is not the wire.
func (e *examination) drift(unlisted, vanished []string) {
	if len(unlisted)+len(vanished) == 0 {
		e.found("contract", OK, "/openapi.json is as known of service %s", api.ServiceVersion)
		return
	}
	differences := unlisted
	for _, v := range vanished {
		differences = append(differences, "no longer: "+v)
	}
	e.found("contract", Warn, "/openapi.json is not that of service %s, in %d lines (+ only in the contract, - only in the service), such as %q; --json lists them",
		api.ServiceVersion, len(differences), differences[0])
	e.findings[len(e.findings)-1].Differences = differences
}

// catalog compares the ids that the service has with those that this client knows.
func (e *examination) catalog(ctx context.Context) {
	missing := map[string]bool{}
	for _, d := range catalog.Datasets() {
		missing[d.ID] = true
	}
	var total int
	var more []string
	start := time.Now()
	err := e.ask(ctx, e.timeout, func(ctx context.Context) error { // a service that has just started reads all its connectors
		for d, err := range e.client.AllDatasets(ctx, cas.DatasetFilter{}) {
			if err != nil {
				return err
			}
			total++
			if !missing[d.ID] {
				more = append(more, d.ID)
			}
			delete(missing, d.ID)
		}
		return nil
	})
	if err != nil {
		e.failed("catalog", err)
		return
	}
	date, version := catalog.Taken()
	listed := fmt.Sprintf("%d datasets in %s", total, short(time.Since(start)))
	snapshot := fmt.Sprintf("the catalog of service %s, as of %s", version, date.Format("2006-01-02"))
	switch {
	case len(missing) > 0:
		e.found("catalog", Warn, "%s: %d of the %d in %s are not here%s", listed, len(missing), len(catalog.Datasets()), snapshot, others(more))
	default:
		e.found("catalog", OK, "%s: all of %s%s", listed, snapshot, others(more))
	}
}

func others(ids []string) string {
	switch n := len(ids); {
	case n == 0:
		return ""
	case n > 3:
		return fmt.Sprintf(", and %d others: %s, …", n, strings.Join(ids[:3], ", "))
	default:
		return fmt.Sprintf(", and %d others: %s", n, strings.Join(ids, ", "))
	}
}
