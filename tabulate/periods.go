package tabulate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/wire"
)

// mostPeriods is how many periods [Every] makes at most: each of them is asked for of every feature.
const mostPeriods = 10_000

// Every divides the days from start to end, dates such as 2020-01-31, into the years, months or days of the calendar; step is year, month
// or day. A period goes from its first day's midnight to the last second of its last day; the first and the last are cut at start and
// end. Errors are cas.ErrInvalidRequest.
func Every(step, start, end string) ([]cas.TimeRangeLike, error) {
	first, last, err := days(start, end)
	if err != nil {
		return nil, err
	}
	var next func(time.Time) time.Time // the first day behind the period of a day
	switch step {
	case "year":
		next = func(t time.Time) time.Time { return time.Date(t.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC) }
	case "month":
		next = func(t time.Time) time.Time { return time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC) }
	case "day":
		next = func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
	default:
		return nil, invalid{fmt.Errorf("every %q: give year, month or day", step)}
	}
	var periods []cas.TimeRangeLike
	for day := first; !day.After(last); day = next(day) {
		if len(periods) == mostPeriods {
			return nil, invalid{fmt.Errorf("every %s from %s to %s: these are more than %d periods, each to be asked for of every feature; give a longer step, or fewer days",
				step, start, end, mostPeriods)}
		}
		until := next(day).AddDate(0, 0, -1)
		if until.After(last) {
			until = last
		}
		periods = append(periods, cas.Dates{day.Format(time.DateOnly) + "T00:00:00", until.Format(time.DateOnly) + "T23:59:59"})
	}
	return periods, nil
}

func days(start, end string) (first, last time.Time, err error) {
	for _, d := range []struct {
		name, text string
		day        *time.Time
	}{{"start", start, &first}, {"end", end, &last}} {
		if *d.day, err = time.Parse(time.DateOnly, d.text); err != nil || d.day.Year() < 1 {
			return first, last, invalid{fmt.Errorf("the %s %q is no day of the form 2020-01-31", d.name, d.text)}
		}
	}
	if last.Before(first) {
		return first, last, invalid{fmt.Errorf("the end %s is before the start %s", end, start)}
	}
	return first, last, nil
}

// ParsePeriod reads a period such as 2020-01-01/2020-03-31: two ISO 8601 dates or times. Errors are cas.ErrInvalidRequest.
func ParsePeriod(text string) (cas.TimeRangeLike, error) {
	start, end, found := strings.Cut(text, "/")
	if !found {
		return nil, invalid{fmt.Errorf("the period %q is not of the form 2020-01-01/2020-03-31", text)}
	}
	first, err := wire.ParseTimestamp(start)
	last, errEnd := wire.ParseTimestamp(end)
	if err := errors.Join(err, errEnd); err != nil {
		return nil, invalid{fmt.Errorf("the period %q: %s", text, strings.ReplaceAll(err.Error(), "\n", "; "))}
	}
	if last.Time().Before(first.Time()) {
		return nil, invalid{fmt.Errorf("the period %q ends before it starts", text)}
	}
	return cas.Dates{start, end}, nil
}

// divide finds out which datasets do not vary over time, so that they are asked for once and not in each period. What an earlier run knew
// counts; the others are looked up in the catalog of the service.
func (j *Job) divide(soft context.Context) error {
	if len(j.Ask.Periods) == 0 || j.Ask.Static != nil {
		return nil
	}
	static, unknown, err := j.known()
	if err != nil {
		return err
	}
	if len(unknown) > 0 {
		ctx, cancel := context.WithTimeout(soft, catalogTime)
		defer cancel()
		found, problems := describe(ctx, j.Client, unknown)
		if i := slices.IndexFunc(problems, unanswered); i >= 0 {
			return fmt.Errorf("which datasets vary over time, the catalog has to tell: %w", problems[i])
		}
		for _, d := range found {
			if d.Temporal.TemporalType == cas.TemporalStatic {
				static = append(static, d.ID)
			}
		}
	}
	return j.setStatic(static)
}

// known lists the datasets that an earlier run's journal knows to be static, and those that it does not know.
func (j *Job) known() (static, unknown []string, err error) {
	var earlier journal.Fingerprint
	if len(j.Outputs) > 0 && !j.Overwrite {
		state, err := journal.Inspect(JournalPath(j.Outputs[0].Path))
		if err != nil {
			return nil, nil, err
		}
		if earlier = state.Fingerprint; len(earlier.Periods) == 0 {
			earlier = journal.Fingerprint{}
		}
	}
	for _, id := range j.Ask.DatasetIDs {
		switch {
		case !slices.Contains(earlier.DatasetIDs, id):
			unknown = append(unknown, id)
		case slices.Contains(earlier.Static, id):
			static = append(static, id)
		}
	}
	return static, unknown, nil
}

// setStatic takes in which datasets are static, in the order in which they are asked for.
func (j *Job) setStatic(ids []string) error {
	j.Ask.Static = slices.DeleteFunc(slices.Clone(j.Ask.DatasetIDs), func(id string) bool { return !slices.Contains(ids, id) })
	if len(j.Ask.Static) < len(j.Ask.DatasetIDs) {
		return nil
	}
	return &Refusal{
		Problem: fmt.Sprintf("periods are asked for, and no dataset varies over time: %s does not", strings.Join(j.Ask.Static, ", ")),
		Hint:    "leave the periods out; 'cas datasets --temporal-type monthly' and the like list what varies",
	}
}

// guess is divide without asking: what no journal knows, IsStatic may.
func (j *Job) guess() error {
	if len(j.Ask.Periods) == 0 || j.Ask.Static != nil {
		return nil
	}
	static, unknown, err := j.known()
	if err != nil {
		return err
	}
	for _, id := range unknown {
		if j.IsStatic != nil && j.IsStatic(id) {
			static = append(static, id)
		}
	}
	return j.setStatic(static)
}

// outcomes is how many outcomes a feature has.
func (j *Job) outcomes() int {
	return max(1, len(j.Ask.Periods)+min(1, len(j.Ask.Static)))
}

// once says that some datasets are asked for once.
func (j *Job) once() string {
	if len(j.Ask.Static) == 0 {
		return ""
	}
	return ", and once for what does not vary"
}

// answered says what a journal counts.
func (j *Job) answered(n int) string {
	if len(j.Ask.Periods) > 0 {
		return fmt.Sprintf("%d answers are there", n)
	}
	return fmt.Sprintf("%d features are answered", n)
}
