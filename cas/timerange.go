package cas

import (
	"time"

	"github.com/community-attribute-service/cas-go/wire"
)

// TimeRangeLike is a period for time-varying datasets: a [Dates] or a [TimeRange]; nil is none.
type TimeRangeLike interface {
	// period gives both ends as they go out.
	period() (start, end string, err error)
}

// Dates is a period as two texts, start and end, each an ISO 8601 date or date-time:
//
//	cas.Dates{"2020-01-01", "2020-12-31"}
//
// They go out as written, a bare date with T00:00:00 behind it, as the Python SDK sends them; so the end above is the midnight
// that begins 31 December. A zone is kept, but makes connectors fail that slice an axis without zones: leave it out, or use
// [TimeRange]. An empty or impossible text, a bare year or number, and an end before its start are ErrInvalidRequest.
type Dates [2]string

// TimeRange is a period as two times. They go out as UTC without a zone, to the microsecond. A zero time, a year outside 1 to 9999
// and an end before its start are ErrInvalidRequest.
type TimeRange struct {
	Start, End time.Time
}

const naive = "2006-01-02T15:04:05"

func (d Dates) period() (start, end string, err error) {
	var instants [2]time.Time
	var texts [2]string
	for i, text := range d {
		field := [2]string{"time_range.start", "time_range.end"}[i]
		if text == "" {
			return "", "", invalid(field, "is empty: give a date such as 2020-01-31")
		}
		instants[i], _, err = wire.ParseTime(text)
		if err != nil {
			return "", "", invalid(field, "%q is not an ISO 8601 date or date-time, such as 2020-01-31 or 2020-01-31T12:00:00", text)
		}
		if _, ok := serviceZone(text); !ok {
			return "", "", invalid(field, "%q has a zone to the second, which the service cannot read", text)
		}
		texts[i] = text
		if len(text) == len(time.DateOnly) {
			texts[i] += "T00:00:00"
		}
	}
	if instants[1].Before(instants[0]) {
		return "", "", reversed(texts[0], texts[1])
	}
	return texts[0], texts[1], nil
}

// serviceZone tells whether the zone of a parsed time is one that the service reads: none, Z, ±hh:mm or ±hhmm, not ±hh:mm:ss.
func serviceZone(text string) (zone string, ok bool) {
	for i := len(time.DateOnly); i < len(text); i++ {
		if c := text[i]; c == '+' || c == '-' {
			return text[i:], len(text)-i <= len("+00:00")
		}
	}
	return "", true
}

func (r TimeRange) period() (start, end string, err error) {
	var texts [2]string
	for i, t := range [2]time.Time{r.Start, r.End} {
		field := [2]string{"time_range.start", "time_range.end"}[i]
		if t.IsZero() {
			return "", "", invalid(field, "is not set")
		}
		utc := t.UTC()
		if y := utc.Year(); y < 1 || y > 9999 {
			return "", "", invalid(field, "year %d is outside 1 to 9999", y)
		}
		layout := naive
		if utc.Nanosecond()/1000 != 0 {
			layout += ".000000"
		}
		texts[i] = utc.Format(layout)
	}
	if r.End.Before(r.Start) {
		return "", "", reversed(texts[0], texts[1])
	}
	return texts[0], texts[1], nil
}

func reversed(start, end string) error {
	return invalid("time_range", "ends (%s) before it starts (%s)", end, start)
}
