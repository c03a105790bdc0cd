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

// mostPeriods is the maximum number of periods that [Every] makes.
const mostPeriods = 10_000

// Every divides the days from start to end, dates such as 2020-01-31, into the years, months or days of the calendar; step is year, month
// or day. A period goes from midnight of its first day to the last second of its last day; the first period begins at start, the last ends
// at end. Errors are cas.ErrInvalidRequest.
func Every(step, start, end string) ([]cas.TimeRangeLike, error) {
	first, last, err := days(start, end)
	if err != nil {
		return nil, err
	}
	var next func(time.Time) time.Time // the first day after the period of a day
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

// divide finds out which datasets do not vary over time, so that they are requested once and not for each period. The journal of an earlier
// run knows some of them; lookUp returns the static ones of the others.
func (j *Job) divide(lookUp func(unknown []string) (static []string, err error)) error {
	if len(j.Ask.Periods) == 0 || j.Ask.Static != nil {
		return nil
	}
	static, unknown, err := j.known()
	if err != nil {
		return err
	}
	if len(unknown) > 0 {
		more, err := lookUp(unknown)
		if err != nil {
			return err
		}
		static = append(static, more...)
	}
	j.Ask.Static = slices.DeleteFunc(slices.Clone(j.Ask.DatasetIDs), func(id string) bool { return !slices.Contains(static, id) })
	if len(j.Ask.Static) < len(j.Ask.DatasetIDs) {
		return nil
	}
	return &Refusal{
		Problem: fmt.Sprintf("periods are asked for, and no dataset varies over time: %s does not", strings.Join(j.Ask.Static, ", ")),
		Hint:    "leave the periods out; 'cas datasets --temporal-type monthly' and the like list what varies",
	}
}

// staticInCatalog returns the datasets that are static in the service's catalog.
func (j *Job) staticInCatalog(soft context.Context, ids []string) (static []string, err error) {
	ctx, cancel := context.WithTimeout(soft, catalogTime)
	defer cancel()
	found, problems := Describe(ctx, j.Client, ids)
	if i := slices.IndexFunc(problems, unanswered); i >= 0 {
		return nil, fmt.Errorf("which datasets vary over time, the catalog has to tell: %w", problems[i])
	}
	for _, d := range found {
		if d.Temporal.TemporalType == cas.TemporalStatic {
			static = append(static, d.ID)
		}
	}
	return static, nil
}

// known returns the datasets that are static in the journal of an earlier run, and those that the journal does not know.
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

// outcomes returns how many outcomes a feature has.
func (j *Job) outcomes() int {
	return max(1, len(j.Ask.Periods)+min(1, len(j.Ask.Static)))
}

// once returns words about static datasets, if there are any.
func (j *Job) once() string {
	if len(j.Ask.Static) == 0 {
		return ""
	}
	return ", and once for what does not vary"
}

// answered returns words about the number of answers in a journal, which counts features, or answers if there are periods.
func (j *Job) answered(n int) string {
	if len(j.Ask.Periods) > 0 {
		return fmt.Sprintf("%d answers are there", n)
	}
	return fmt.Sprintf("%d features are answered", n)
}
