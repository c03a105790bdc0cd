package tabulate

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"os"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/table"
)

// A Conversion writes another table from the answers in a journal. It takes what is known about the service and the datasets from the
// description of the earlier table, if that still exists.
type Conversion struct {
	Journal string                              // path
	Open    func(idField string) (Input, error) // the input of the run, opened with the run's id field; nil: no properties, rows by id
	Keep    []string                            // properties to carry through
	Output  string                              // path of the table
	Format  table.Format                        // of the table
	Form    table.Form                          // of the table
}

// Run writes the table. It sends no request. If the journal does not have a feature, the error is [bulk.ErrNotAsked].
func (c *Conversion) Run(ctx context.Context) (*table.Summary, error) {
	opened, err := journal.Read(c.Journal)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	parameters := opened.Fingerprint()
	form, about := c.Form, describedBeside(c.Journal)
	var src source
	if c.Open == nil {
		form.SortByID = true
	} else {
		input, err := c.Open(parameters.IDField)
		if err != nil {
			return nil, err
		}
		defer input.Source.Close()
		if src, err = c.read(ctx, input); err != nil {
			return nil, err
		}
		about.Input, about.InputSHA256, about.InputCRS = input.Name, src.sha256(), input.Source.CRS()
	}
	plan, err := form.PlanRun(parameters, c.Keep, c.Format)
	if err != nil {
		return nil, err
	}
	recording, again, err := c.recorded(ctx, opened, src)
	if err != nil {
		return nil, err
	}
	about.Sessions = recording.Sessions()
	summary, err := table.Write(ctx, func() iter.Seq2[bulk.Outcome, error] { return recording.Outcomes(again()) }, table.Options{
		Path: c.Output, Format: c.Format, Plan: plan, Parameters: parameters, About: about,
	})
	if err == nil && !opened.State().Finished {
		summary.Notes = append(summary.Notes, "the run has not come to its end: the table has only the features that it has answered so far")
	}
	return summary, err
}

// read opens the input for two passes.
func (c *Conversion) read(ctx context.Context, input Input) (source, error) {
	if input.Source.Once() {
		return nil, fmt.Errorf("%w: a conversion needs a file that can be read twice, not a stream", cas.ErrInvalidRequest)
	}
	shaper, ok := c.Format.(table.Shaper)
	src := input.source(c.Keep, "", ok && shaper.HasGeometries())
	if _, err := src.scan(ctx); err != nil {
		return nil, err
	}
	return src, input.checkKept(ctx, c.Keep)
}

// recorded finds the features' answers.
func (c *Conversion) recorded(ctx context.Context, j *journal.Journal, src source) (*bulk.Recording, func() iter.Seq2[features.Feature, error], error) {
	nothing := func() iter.Seq2[features.Feature, error] { return nil }
	if src == nil {
		r, err := bulk.Recorded(j, nil)
		return r, nothing, err
	}
	r, err := bulk.Recorded(j, src.features(ctx))
	return r, src.again, err
}

// describedBeside is what the description of the table that a journal lies beside says of the run; empty where there is none.
func describedBeside(journal string) (about table.About) {
	text, err := os.ReadFile(table.MetaPath(strings.TrimSuffix(journal, ".journal")))
	if err != nil {
		return about
	}
	var d struct {
		Service  struct{ URL, Version string }
		Client   string
		Input    struct{ Name, SHA256, CRS string }
		Datasets []struct {
			ID, Name, License, Citation string
			Resolution                  *float64 `json:"resolution_m"`
		}
	}
	if json.Unmarshal(text, &d) != nil {
		return about
	}
	about = table.About{ServiceURL: d.Service.URL, ServiceVersion: d.Service.Version, Client: d.Client, Input: d.Input.Name, InputSHA256: d.Input.SHA256, InputCRS: d.Input.CRS}
	for _, known := range d.Datasets {
		resolution := cas.Number(math.NaN())
		if known.Resolution != nil {
			resolution = cas.Number(*known.Resolution)
		}
		about.Datasets = append(about.Datasets, cas.Dataset{
			ID: known.ID, Name: known.Name, License: known.License, Citation: known.Citation, ResolutionM: resolution,
		})
	}
	return about
}
