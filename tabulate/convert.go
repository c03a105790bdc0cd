package tabulate

import (
	"context"
	"fmt"
	"iter"

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
	Open    func(idField string) (Input, error) // opens the input of the run with the run's id field; nil: no properties, rows sorted by id
	Keep    []string                            // properties to copy into the table
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
	form, about := c.Form, readDescription(metaBeside(c.Journal)).about
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
	var all iter.Seq2[features.Feature, error]
	again := func() iter.Seq2[features.Feature, error] { return nil }
	if src != nil {
		all, again = src.features(ctx), src.again
	}
	recording, err := bulk.Recorded(opened, all)
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
