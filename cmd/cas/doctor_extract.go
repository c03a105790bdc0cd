package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// trial is what to extract in an examination.
type trial struct {
	datasets []string
	geometry string // as -g says it
	place    cas.GeometryLike
	usual    bool
}

// readGeometry finds out where to extract: Cross Mountain in Tennessee, which the documentation of this module uses throughout, if
// nothing else is said.
func (t *trial) readGeometry() error {
	switch file, isFile := strings.CutPrefix(t.geometry, "@"); {
	case t.geometry == "":
		t.place, t.usual = cas.Point(-84.2308, 36.1983), true
	case isFile:
		text, err := os.ReadFile(file)
		if err != nil {
			return usage("-g %s: %w", t.geometry, err)
		}
		t.place = bytes.TrimPrefix(text, []byte("\ufeff"))
	default:
		t.place = t.geometry
	}
	return nil
}

// extract asks for the datasets that were named, and has a line for each; it reports whether all have a result.
func (e *examination) extract(ctx context.Context, t trial) bool {
	if len(t.datasets) == 0 {
		return false
	}
	var answer *cas.AttributeResponse
	start := time.Now()
	err := e.ask(ctx, e.app.timeout, func(ctx context.Context) (err error) {
		answer, err = e.client.Extract(ctx, cas.ExtractRequest{Geometry: t.place, DatasetIDs: t.datasets})
		return err
	})
	if err != nil {
		e.failed("extraction", err)
		return false
	}
	took := short(time.Since(start))
	for _, r := range answer.Results {
		if r.Value.IsNull() {
			e.found("extraction", statusWarn, "%s has no value here (quality %s) in %s%s", r.DatasetID, r.Quality, took, t.elsewhere())
			continue
		}
		e.found("extraction", statusOK, "%s is %s %s (quality %s) in %s", r.DatasetID, valueText(r.Value), r.Units, r.Quality, took)
	}
	missing := cas.Missing(answer, t.datasets)
	for _, m := range missing {
		e.found("extraction", statusFail, "no result for %s: %s%s", m.DatasetID, m.Reason, e.app.suggestDataset(ctx, m.DatasetID))
	}
	return len(missing) == 0
}

func (t *trial) elsewhere() string {
	if t.usual {
		return "; name a place inside of the dataset by -g"
	}
	return ""
}
