package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
)

// A Source returns the outcomes of a run in input order. Each call begins with the first outcome and yields the same ones. An error
// ends the sequence. An outcome is valid until the next one.
type Source func() iter.Seq2[bulk.Outcome, error]

// Options say what to write.
type Options struct {
	Path       string              // of the table; the other files are beside it ([ErrorsPath], [MetaPath])
	Format     Format              // of the table
	Plan       *Plan               // of its columns
	Parameters journal.Fingerprint // of the run; its datasets are those of Plan, in the same order
	About      About               // for the description
	// Part says that the table will be joined with others by [Join]. Its kept properties are text, spelt as in the input, even if the
	// columns of the format have types: the type of a column depends on all parts.
	Part bool
}

// Write writes a table, the list of failures beside it and the description. Each is written under a temporary name (its own and .tmp) and
// synced to the disk; when all are complete they are renamed, the table last. After an error the names hold what they held before,
// unless a renaming failed.
//
// Write looks at the first thousand outcomes to find the columns. It needs one pass over the source if these outcomes show every column,
// and otherwise two. Errors are those of the source, the file system and the context, and answers that differ between the passes.
func Write(ctx context.Context, source Source, o Options) (*Summary, error) {
	if !slices.Equal(o.Parameters.DatasetIDs, o.Plan.datasets) {
		return nil, fmt.Errorf("table: the parameters name the datasets %q, the plan %q", o.Parameters.DatasetIDs, o.Plan.datasets)
	}
	if was, is := o.Plan.periods(), o.Parameters.Periods; !slices.Equal(was, is) {
		return nil, fmt.Errorf("table: the parameters name %d periods, the plan %d, or others: see Form.PlanRun", len(is), len(was))
	}
	if o.Part {
		plan := *o.Plan
		plan.part = true
		o.Plan = &plan
	}
	return writeFiles(o, func(table, failures *output) (*Summary, error) {
		return writeBoth(ctx, source, o, table, failures)
	})
}

// writeFiles calls fill to write the table and the list of failures, and writes the description.
func writeFiles(o Options, fill func(table, failures *output) (*Summary, error)) (*Summary, error) {
	var out outputs
	defer out.discard()
	failures, err := out.create(ErrorsPath(o.Path))
	if err != nil {
		return nil, err
	}
	table, err := out.create(o.Path)
	if err != nil {
		return nil, err
	}
	summary, err := fill(table, failures)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(failures.finish(), table.finish()); err != nil {
		return nil, err
	}
	meta, err := out.create(MetaPath(o.Path))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(writeMeta(meta, o, summary), meta.finish()); err != nil {
		return nil, err
	}
	return summary, out.publish(failures, meta, table)
}

// writeBoth writes the table and the list of failures in one pass, with the columns that the first outcomes show. If others turn out to be
// needed, it writes the table again.
func writeBoth(ctx context.Context, source Source, o Options, table, list *output) (*Summary, error) {
	failures := newFailureWriter(list, o.Plan, o.About.Sessions)
	expected, err := expectColumns(ctx, source, o.Plan)
	if err != nil {
		return nil, err
	}
	first, err := newRowsWriter(table, o, expected)
	if err != nil {
		return nil, err
	}
	summary, found, err := surveyOutcomes(ctx, source, o.Plan, o.Parameters.Aggregation, failures, first)
	if err == nil {
		err = failures.flush()
	}
	if err == nil && !first.misfit && slices.Equal(expected.columns, found.columns) {
		return summary, first.finish(o, summary)
	}
	discard(first.RowWriter)
	if err != nil {
		return nil, err
	}
	if err := table.restart(); err != nil {
		return nil, err
	}
	return summary, writeRows(ctx, table, source, o, found, summary)
}

// writeRows writes the table when all columns are known.
func writeRows(ctx context.Context, w io.Writer, source Source, o Options, l *layout, summary *Summary) (err error) {
	rows, err := newRowsWriter(w, o, l)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			discard(rows.RowWriter)
		}
	}()
	for a, err := range o.Plan.answers(ctx, source) {
		if err == nil {
			err = rows.write(a)
		}
		if err != nil {
			return err
		}
	}
	if rows.n != summary.Features {
		return changed(fmt.Sprintf("there are %d features, not %d,", rows.n, summary.Features))
	}
	return rows.finish(o, summary)
}

// A rowsWriter writes outcomes as rows of one layout.
type rowsWriter struct {
	RowWriter
	layout *layout
	period string // asked for, if it is the same for all rows
	row    Row
	n      int // features
	rows   int
	misfit bool // an outcome did not fit into the layout
}

func newRowsWriter(w io.Writer, o Options, l *layout) (*rowsWriter, error) {
	rows, err := newRowWriter(w, o, l.columns)
	return &rowsWriter{RowWriter: rows, layout: l, period: o.Parameters.TimeRange}, err
}

// newRowWriter begins a table of the format; its rows are sorted if the form says so.
func newRowWriter(w io.Writer, o Options, columns []Column) (RowWriter, error) {
	rows, err := o.Format.NewWriter(w, columns)
	if err == nil && o.Plan.form.SortByID {
		rows = newSorter(rows, filepath.Dir(o.Path))
	}
	return rows, err
}

// finish describes and ends the table.
func (w *rowsWriter) finish(o Options, s *Summary) error {
	if o.Plan.form.Long {
		s.Rows = w.rows
	}
	return finish(w.RowWriter, o, s)
}

func (w *rowsWriter) write(a *answer) error {
	if a.last() {
		w.n++
	}
	if !w.layout.form.Long && !a.last() {
		return nil // the row has all outcomes of the feature
	}
	if err := w.row.fill(w.layout, a); err != nil {
		return err
	}
	if w.layout.form.Long {
		return w.writeLong(a)
	}
	return w.writeRow()
}

func (w *rowsWriter) writeRow() error {
	if err := w.WriteRow(&w.row); err != nil {
		return fmt.Errorf("feature %d (id %q): %w", w.row.Feature.Index, w.row.Feature.ID, err)
	}
	w.rows++
	return nil
}

// try is write until an outcome does not fit; after that it does nothing.
func (w *rowsWriter) try(a *answer) error {
	if w.misfit {
		return nil
	}
	err := w.write(a)
	if w.misfit = errors.As(err, new(changed)); w.misfit {
		return nil
	}
	return err
}
