package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/community-attribute-service/cas-go/bulk"
)

// Options say what to write.
type Options struct {
	Path       string           // of the table; the other files stand beside it ([ErrorsPath], [MetaPath])
	Format     Format           // of the table
	Plan       *Plan            // of its columns
	Parameters bulk.Fingerprint // of the run; its datasets are those of Plan, in the same order
	About      About            // for the description
}

// Write writes a table, the list of failures beside it and the description, in two passes over the source. Each is
// written under a temporary name (its own and .tmp) and brought to the disk; when all are whole they take their names,
// the table last. After an error the names hold what they held before, unless it was a renaming that failed.
//
// Errors are those of the source, the file system and the context, and answers that differ between the passes.
func Write(ctx context.Context, source Source, o Options) (*Summary, error) {
	if !slices.Equal(o.Parameters.DatasetIDs, o.Plan.datasets) {
		return nil, fmt.Errorf("table: the parameters name the datasets %q, the plan %q", o.Parameters.DatasetIDs, o.Plan.datasets)
	}
	var out outputs
	defer out.discard()

	failures, err := out.create(ErrorsPath(o.Path))
	if err != nil {
		return nil, err
	}
	list := newFailureWriter(failures)
	summary, layout, err := surveyOutcomes(ctx, source, o.Plan, o.Parameters.Aggregation, list)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(list.flush(), failures.finish()); err != nil {
		return nil, err
	}

	meta, err := out.create(MetaPath(o.Path))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(writeMeta(meta, o, summary), meta.finish()); err != nil {
		return nil, err
	}

	table, err := out.create(o.Path)
	if err != nil {
		return nil, err
	}
	if err := writeRows(ctx, table, source, o.Format, layout, summary.Features); err != nil {
		return nil, err
	}
	if err := table.finish(); err != nil {
		return nil, err
	}
	if err := out.publish(failures, meta, table); err != nil {
		return nil, err
	}
	return summary, nil
}

// writeRows is the second pass.
func writeRows(ctx context.Context, w io.Writer, source Source, f Format, l *layout, features int) error {
	rows, err := f.NewWriter(w, l.columns)
	if err != nil {
		return err
	}
	a := newAnswer(l.datasets())
	var row Row
	n := 0
	for o, err := range source() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		a.take(&o)
		if err := row.fill(l, &o, a); err != nil {
			return err
		}
		if err := rows.WriteRow(&row); err != nil {
			return fmt.Errorf("feature %d (id %q): %w", o.Feature.Index, o.Feature.ID, err)
		}
		n++
	}
	if n != features {
		return changed(fmt.Sprintf("there are %d features, not %d,", n, features))
	}
	return rows.Close()
}
