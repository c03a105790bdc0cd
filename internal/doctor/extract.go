package doctor

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// A Trial is what to extract in an examination.
type Trial struct {
	Datasets []string // ids; none leaves the trial out
	Geometry string   // GeoJSON, or @FILE; "" is a place in Tennessee
	place    cas.GeometryLike
	usual    bool
}

// ReadGeometry finds out where to extract: Cross Mountain in Tennessee, which the documentation of this module uses throughout, if
// nothing else is said.
func (t *Trial) ReadGeometry() error {
	switch file, isFile := strings.CutPrefix(t.Geometry, "@"); {
	case t.Geometry == "":
		t.place, t.usual = cas.Point(-84.2308, 36.1983), true
	case isFile:
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("-g %s: %w", t.Geometry, err)
		}
		t.place = bytes.TrimPrefix(text, []byte("\ufeff"))
	default:
		t.place = t.Geometry
	}
	return nil
}

// extract asks for the datasets that were named, and has a line for each; it reports whether all have a result.
func (e *examination) extract(ctx context.Context, t Trial) bool {
	if len(t.Datasets) == 0 {
		return false
	}
	var answer *cas.AttributeResponse
	start := time.Now()
	err := e.ask(ctx, e.timeout, func(ctx context.Context) (err error) {
		answer, err = e.client.Extract(ctx, cas.ExtractRequest{Geometry: t.place, DatasetIDs: t.Datasets})
		return err
	})
	if err != nil {
		e.failed("extraction", err)
		return false
	}
	took := short(time.Since(start))
	for _, r := range answer.Results {
		if r.Value.IsNull() {
			e.found("extraction", Warn, "%s has no value here (quality %s) in %s%s", r.DatasetID, r.Quality, took, t.elsewhere())
			continue
		}
		e.found("extraction", OK, "%s is %s %s (quality %s) in %s", r.DatasetID, r.Value, r.Units, r.Quality, took)
	}
	missing := cas.Missing(answer, t.Datasets)
	for _, m := range missing {
		e.found("extraction", Fail, "no result for %s: %s%s", m.DatasetID, m.Reason, e.suggest(ctx, m.DatasetID))
	}
	return len(missing) == 0
}

func (t *Trial) elsewhere() string {
	if t.usual {
		return "; name a place inside of the dataset by -g"
	}
	return ""
}
