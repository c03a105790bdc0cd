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

// Join writes the table of a whole run from the tables of its parts, which follow one another in the input. The files are the same, byte
// for byte, as those that [Write] would have written, with a column for each class of any part. Join reads each part once and in order;
// memory does not grow with the rows. Files are renamed as with Write, the table last.
//
// The description counts 200 kinds of warnings separately. If there are more, Write may count other kinds separately than Join does.
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
	return writeFiles(o, func(table, failures *output) (*Summary, error) {
		if err := joinFailures(failures, parts, o.Plan); err != nil {
			return nil, err
		}
		return summary, joinRows(ctx, table, parts, o, summary, layout)
	})
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
		has := make([]bool, len(columns)) // the columns that the part has
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
	return finish(rows, o, summary)
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

// targets returns the place of each column of a part in the whole table, or -1: a part has a column for values that were all null or
// missing, and the whole has only classes.
func targets(part, whole []Column) ([]int, error) {
	to := make([]int, len(part))
	for i, column := range part {
		to[i] = slices.IndexFunc(whole, func(c Column) bool {
			same := c.Role == column.Role && c.Dataset == column.Dataset && c.Class == column.Class && c.Period == column.Period
			return same && (c.Name == column.Name || c.Role == RoleClass) // in the whole, a class may have a number behind its name
		})
		if to[i] < 0 && column.Role != RoleValue {
			return nil, fmt.Errorf("column %q has no place in the table", column.Name)
		}
	}
	return to, nil
}

// joinFailures copies the lists, with one head line.
func joinFailures(w io.Writer, parts []Part, p *Plan) error {
	head := failureHead(p)
	if _, err := io.WriteString(w, head); err != nil {
		return err
	}
	for _, part := range parts {
		if err := copyFailures(w, part, head); err != nil {
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

// joinSummaries returns the summary of all outcomes, and the layout that follows from it.
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

// join learns from the columns of a part what its values looked like. A column for values without one for classes may also belong to a
// dataset that gave only null.
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

// join adds the count of a part.
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
