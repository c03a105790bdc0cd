package table

import (
	"fmt"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
)

// With periods a feature has several outcomes, one for each slot. A row of the long form has the results of one outcome; a row of the wide
// form has those of all.

// A slot is the period and the datasets of an outcome.
type slot struct {
	period   string // "" is none
	datasets []string
	index    map[string]int // of the datasets
	parts    []int          // the part of each dataset
}

// A part is the cells of a row for one dataset, in one period if there is a column for each.
type part struct {
	dataset string
	of      int    // number of the dataset
	period  string // "" is none, or that of the row
	base    string // column name
}

// String names the part in a message.
func (p *part) String() string {
	if p.period == "" {
		return p.dataset
	}
	return p.dataset + " for " + p.period
}

// A Stacker is a [Format] with a dimension for periods, so that a table of many periods does not become too wide.
type Stacker interface {
	Format
	// Stacks reports whether it has one.
	Stacks() bool
}

func stacks(f Format) bool {
	s, ok := f.(Stacker)
	return ok && s.Stacks()
}

// of returns the form for a run: it is long by default if there are periods, or wide if the format stacks them.
func (form Form) of(run journal.Fingerprint, stacks bool) Form {
	if len(run.Periods) == 0 {
		form.Wide = false
		return form
	}
	if !form.Wide && !form.Long {
		form.Wide, form.Long = stacks, !stacks
	}
	return form
}

// divide sets the slots and the parts.
func (p *Plan) divide(of journal.Fingerprint) {
	each, once := of.Split()
	slotOf := func(period string, datasets []string) *slot {
		p.slots = append(p.slots, slot{period: period, datasets: datasets, index: map[string]int{}, parts: make([]int, len(datasets))})
		s := &p.slots[len(p.slots)-1]
		for i, id := range datasets {
			s.index[id] = i
		}
		return s
	}
	if len(once) > 0 {
		slotOf("", once)
	}
	for _, period := range of.Periods {
		slotOf(period, each)
	}
	labels := periodLabels(of.Periods)
	for d, dataset := range p.datasets {
		first := len(p.parts)
		for i := range p.slots {
			s := &p.slots[i]
			k, asked := s.index[dataset]
			if !asked {
				continue
			}
			if !p.form.Long || first == len(p.parts) { // a row of the long form has one part for all periods
				p.parts = append(p.parts, newPart(d, dataset, s.period, labels, p.form.Long))
			}
			s.parts[k] = len(p.parts) - 1
		}
	}
}

func newPart(d int, dataset, period string, labels map[string]string, long bool) part {
	base := ColumnName(dataset)
	if period == "" || long {
		return part{dataset: dataset, of: d, base: base}
	}
	return part{dataset: dataset, of: d, period: period, base: base + "_" + labels[period]}
}

// periodLabels returns the labels of periods in the names of columns: periodLabel with underscores, or the whole period if two labels would
// be the same.
func periodLabels(periods []string) map[string]string {
	labels, times := make(map[string]string, len(periods)), map[string]int{}
	for _, p := range periods {
		times[shortLabel(p)]++
	}
	for _, p := range periods {
		if labels[p] = shortLabel(p); times[labels[p]] > 1 {
			labels[p] = ColumnName(p)
		}
	}
	return labels
}

// periodLabel returns a period for people: 2020, 2020-01 or 2020-01-31 if it is a whole year, month or day, 2020-03-01/2020-05-31 for other
// whole days, and otherwise the period itself. The period is start/end as it is sent; its end may be the last day's midnight or last second.
func periodLabel(period string) string {
	start, end, _ := strings.Cut(period, "/")
	first, begins := strings.CutSuffix(start, "T00:00:00")
	last, ends := strings.CutSuffix(end, "T00:00:00")
	if !ends {
		last, ends = strings.CutSuffix(end, "T23:59:59")
	}
	const date = len("2020-01-31")
	switch {
	case !begins || !ends || len(first) != date || len(last) != date:
		return period
	case first == last:
		return first
	case first[:4] == last[:4] && first[4:] == "-01-01" && last[4:] == "-12-31":
		return first[:4]
	case first[:7] == last[:7] && first[7:] == "-01" && last[8:] == lastDay(first[:7]):
		return first[:7]
	}
	return first + "/" + last
}

func shortLabel(period string) string { return ColumnName(periodLabel(period)) }

// lastDay returns the last day of a month such as 2020-02.
func lastDay(month string) string {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 1, -1).Format("02")
}

// periods returns the periods of the run.
func (p *Plan) periods() (periods []string) {
	for i := range p.slots {
		if p.slots[i].period != "" {
			periods = append(periods, p.slots[i].period)
		}
	}
	return periods
}

func (p *Plan) hasPeriods() bool { return p.slots[len(p.slots)-1].period != "" }

// checkWidth refuses a column for each of too many periods.
func (p *Plan) checkWidth() error {
	if !p.form.Wide || p.stacks {
		return nil
	}
	columns := 0
	for _, role := range p.form.roles() {
		if role != RoleClass {
			columns += len(p.parts)
		}
	}
	if columns > mostClasses {
		return fmt.Errorf("%w: a column for each of %d periods makes %d columns, more than %d: write the long form, a row for each period, or NetCDF",
			cas.ErrInvalidRequest, len(p.slots), columns, mostClasses)
	}
	return nil
}
