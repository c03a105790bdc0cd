package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/community-attribute-service/cas-go/cas"
)

// A Part is the table of some of a run's features, as [Write] made it.
type Part struct {
	Name     string                                 // for messages
	Summary  *Summary                               // of the part alone
	Rows     func() iter.Seq2[*Row, error]          // as a [Reader] gives them, in the order of Summary.Columns
	Failures func() (rows io.ReadCloser, err error) // the list of failures
}

// Join writes, of the tables of parts that follow one another in the input, what [Write] would have written of the
// whole: the same bytes, with the columns of the classes of all. It reads each part once and in order; memory does not
// grow with the rows. Files take their names as with Write, the table last.
//
// A description counts 200 kinds of warnings apart; beyond, kinds that Write would have kept may be among the others.
func Join(ctx context.Context, parts []Part, o Options) (*Summary, error) {
	for _, part := range parts {
		if !slices.EqualFunc(part.Summary.Datasets, o.Plan.datasets, func(d DatasetSummary, id string) bool { return d.ID == id }) {
			return nil, fmt.Errorf("%s is of other datasets than the plan's %q", part.Name, o.Plan.datasets)
		}
	}
	summary, layout, err := joinSummaries(parts, o.Plan)
	if err != nil {
		return nil, err
	}
	var out outputs
	defer out.discard()

	failures, err := out.create(ErrorsPath(o.Path))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(joinFailures(failures, parts, o.Plan), failures.finish()); err != nil {
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
	if err := joinRows(ctx, table, parts, o, summary, layout); err != nil {
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

func joinRows(ctx context.Context, w io.Writer, parts []Part, o Options, summary *Summary, l *layout) (err error) {
	columns := l.columns
	rows, err := newRowWriter(w, o, columns)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			discard(rows)
		}
	}()
	whole := Row{Cells: make([]Cell, len(columns))}
	for _, part := range parts {
		to, err := targets(part.Summary.Columns, columns)
		if err != nil {
			return fmt.Errorf("%s: %w", part.Name, err)
		}
		has := make([]bool, len(columns))
		for _, i := range to {
			if i >= 0 {
				has[i] = true
			}
		}
		n := 0
		for row, err := range part.Rows() {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("%s: %w", part.Name, err)
			}
			clear(whole.Cells)
			for i, cell := range row.Cells {
				if to[i] >= 0 {
					whole.Cells[to[i]] = cell
				}
			}
			whole.Feature = row.Feature
			if l.form.ZeroClasses {
				l.zeroClasses(whole.Cells, has)
			}
			if err := rows.WriteRow(&whole); err != nil {
				return fmt.Errorf("%s: row %d: %w", part.Name, n+1, err)
			}
			n++
		}
		if should := cmp.Or(part.Summary.Rows, part.Summary.Features); n != should {
			return fmt.Errorf("%s has %d rows, not %d", part.Name, n, should)
		}
	}
	describeTo(rows, o, summary)
	return rows.Close()
}

// zeroClasses writes 0 for the classes that a part had no column for, where the feature has another class of the dataset.
func (l *layout) zeroClasses(cells []Cell, has []bool) {
	for _, at := range l.places {
		some := false
		for _, i := range at.classes {
			some = some || cells[i].Kind != EmptyCell
		}
		for _, i := range at.classes {
			if some && !has[i] {
				cells[i] = numberCell(0)
			}
		}
	}
}

// targets tells where each column of a part stands in the whole; -1 is nowhere. That is where a part has a column for
// values that were all null or missing, and the whole has classes alone.
func targets(part, whole []Column) ([]int, error) {
	to := make([]int, len(part))
	for i, column := range part {
		to[i] = slices.IndexFunc(whole, func(c Column) bool {
			same := c.Role == column.Role && c.Dataset == column.Dataset && c.Class == column.Class && c.Period == column.Period
			return same && (c.Name == column.Name || c.Role == RoleClass) // classes can have to be told apart in the whole
		})
		if to[i] < 0 && column.Role != RoleValue {
			return nil, fmt.Errorf("column %q has no place in the table", column.Name)
		}
	}
	return to, nil
}

// joinFailures copies the lists, with one head line.
func joinFailures(w io.Writer, parts []Part, p *Plan) error {
	list := newFailureWriter(w, p, nil)
	if err := list.flush(); err != nil {
		return err
	}
	head := newFailureWriter(nil, p, nil).buf
	for _, part := range parts {
		if err := copyFailures(w, part, string(head)); err != nil {
			return fmt.Errorf("failures of %s: %w", part.Name, err)
		}
	}
	return nil
}

func copyFailures(w io.Writer, part Part, head string) error {
	in, err := part.Failures()
	if err != nil {
		return err
	}
	defer in.Close()
	first := make([]byte, len(head))
	if _, err := io.ReadFull(in, first); err != nil || string(first) != head {
		return errors.Join(fmt.Errorf("the list does not begin with %q", head), err)
	}
	_, err = io.Copy(w, in)
	return err
}

// joinSummaries is the summary of all outcomes, and the layout that follows from it.
func joinSummaries(parts []Part, p *Plan) (*Summary, *layout, error) {
	s := &Summary{Counts: Counts{ByQuality: map[cas.QualityFlag]int{}}, Datasets: make([]DatasetSummary, len(p.datasets))}
	found := p.nothingFound()
	var warnings warningCounter
	for d, id := range p.datasets {
		s.Datasets[d].ID = id
	}
	for _, part := range parts {
		s.Counts.add(&part.Summary.Counts)
		for _, w := range part.Summary.Warnings {
			warnings.join(w)
		}
		for d := range s.Datasets {
			s.Datasets[d].join(&part.Summary.Datasets[d])
			if !p.form.Long {
				found.classes += found.spread[d] * found.shapes[d].join(&part.Summary.Datasets[d], part.Summary.Columns)
			}
		}
		if err := found.joinKept(part); err != nil {
			return nil, nil, err
		}
		s.Rows += part.Summary.Rows
	}
	if err := found.check(); err != nil {
		return nil, nil, err
	}
	l := p.layOut(found)
	s.Columns, s.Notes, s.Warnings = l.columns, l.notes, warnings.sorted()
	return s, l, nil
}

func (c *Counts) add(part *Counts) {
	c.Features += part.Features
	c.Failed += part.Failed
	c.NoResult += part.NoResult
	c.Results += part.Results
	c.NullValues += part.NullValues
	for quality, n := range part.ByQuality {
		c.ByQuality[quality] += n
	}
}

func (d *DatasetSummary) join(part *DatasetSummary) {
	d.Results += part.Results
	d.Missing += part.Missing
	d.NullValues += part.NullValues
	for aggregation, n := range part.Mismatches {
		if d.Mismatches == nil {
			d.Mismatches = map[cas.AggregationMethod]int{}
		}
		d.Mismatches[aggregation] += n
	}
	for _, units := range part.Units {
		d.Units = d.distinct(d.Units, units)
	}
	for _, provenance := range part.Provenance {
		d.Provenance = d.distinct(d.Provenance, provenance)
	}
	d.More = d.More || part.More
}

// join takes from the columns of a part what its values looked like: a column for values without one for classes is
// also that of a dataset that gave nothing but null.
func (s *shape) join(part *DatasetSummary, columns []Column) (added int) {
	bare := false
	for _, c := range columns {
		if c.Dataset != part.ID {
			continue
		}
		switch c.Role {
		case RoleValue:
			bare = true
		case RoleClass:
			added += s.add(c.Class)
		}
	}
	if !bare {
		s.distributions = true
	} else if part.Results > part.NullValues {
		s.numbers = true
	}
	return added
}

// joinKept joins the types of the kept properties.
func (f *found) joinKept(part Part) error {
	if !f.plan.typed {
		return nil
	}
	if len(part.Summary.Kept) != len(f.kept) {
		return fmt.Errorf("%s knows the types of %d kept properties, not of %d", part.Name, len(part.Summary.Kept), len(f.kept))
	}
	for i, k := range part.Summary.Kept {
		f.kept[i].join(k)
	}
	return nil
}

// join adds what another counter has counted.
func (w *warningCounter) join(part WarningCount) {
	key := warningKey{part.Dataset, part.Kind}
	c := w.counts[key]
	switch {
	case c != nil:
		c.Count += part.Count
	case part.Kind == otherWarnings && part.Example == "", len(w.counts) >= maxWarningKinds:
		w.others += part.Count
	default:
		if w.counts == nil {
			w.counts = map[warningKey]*WarningCount{}
		}
		w.counts[key] = &part
	}
}
