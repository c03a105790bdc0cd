package cas

import (
	"net"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/wire"
)

// TimeRangeLike is a period for time-varying datasets: a [Dates] or a [TimeRange]. nil means no limit.
type TimeRangeLike interface {
	// period gives both ends as they go out.
	period() (start, end string, err error)
}

// Dates is a period as two strings, start and end. Each is an ISO 8601 date or date-time:
//
//	cas.Dates{"2020-01-01", "2020-12-31"}
//
// They are sent as written; T00:00:00 is added to a date without a time, as in the Python SDK. So the end above is the midnight at
// which 31 December begins. Leave time zones out, or use [TimeRange]: a zone is sent, but providers whose times have no zone then fail.
// An empty or impossible date, a bare year or number, and an end before its start return ErrInvalidRequest.
type Dates [2]string

// TimeRange is a period as two times. They are sent as UTC without a zone, to the microsecond. A zero time, a year outside 1 to 9999,
// and an end before its start return ErrInvalidRequest.
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
			return "", "", invalid(field, `is empty: a period is two dates, as in cas.Dates{"2020-01-01", "2020-12-31"}`)
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
			return "", "", invalid(field, "is not set: a period has a Start and an End")
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

// asked is what an extraction and a batch have in common.
type asked struct {
	datasetIDs  []string
	aggregation AggregationMethod
	timeRange   TimeRangeLike
	targetCRS   string
}

// encode gives the body of an extraction: its geometry's text as it came, then the rest. A large text is a part by itself, not copied.
func (r ExtractRequest) encode() (net.Buffers, error) {
	rest := asked{r.DatasetIDs, r.Aggregation, r.TimeRange, r.TargetCRS}
	if text, ok := givenText(r.Geometry); ok && len(text) > smallBody {
		found, err := scanGeoJSON("geometry", text)
		if err != nil {
			return nil, err
		}
		after, err := rest.append(nil)
		return net.Buffers{[]byte(`{"geometry":`), found.text, after}, err
	}
	b := append(make([]byte, 0, textLength(r.Geometry)), `{"geometry":`...)
	b, err := appendGeometry(b, "geometry", r.Geometry)
	if err != nil {
		return nil, err
	}
	b, err = rest.append(b)
	return net.Buffers{b}, err
}

// encode gives the body of a batch.
func (r BatchExtractRequest) encode() (net.Buffers, error) {
	if n := len(r.Geometries); n > MaxBatchGeometries {
		return nil, invalid("geometries", "are %d, and a batch takes %d: package bulk splits any number", n, MaxBatchGeometries)
	}
	b := append(make([]byte, 0, textLength(r.Geometries...)), `{"geometries":[`...)
	var err error
	for i, g := range r.Geometries {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendGeometry(b, "geometries", g); err == nil {
			continue
		}
		if _, named := appendGeometry(nil, "geometries["+strconv.Itoa(i)+"]", g); named != nil { // a name for each would be made in vain
			err = named
		}
		return nil, err
	}
	b, err = asked{r.DatasetIDs, r.Aggregation, r.TimeRange, r.TargetCRS}.append(append(b, ']'))
	return net.Buffers{b}, err
}

// append finishes the object that b has begun. Empty members are left out, which gives the service's defaults; only dataset_ids
// are always sent, for the service to judge.
func (a asked) append(b []byte) ([]byte, error) {
	b = append(b, `,"dataset_ids":[`...)
	var err error
	for i, id := range a.datasetIDs {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendText(b, "dataset_ids", i, id); err != nil {
			return b, err
		}
	}
	b = append(b, ']')
	if a.timeRange != nil {
		if b, err = appendTimeRange(b, a.timeRange); err != nil {
			return b, err
		}
	}
	for _, member := range []struct{ name, text string }{
		{"aggregation", string(a.aggregation)},
		{"target_crs", a.targetCRS},
	} {
		if member.text == "" {
			continue
		}
		b = append(append(append(b, `,"`...), member.name...), `":`...)
		if b, err = appendText(b, member.name, noIndex, member.text); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

func appendTimeRange(b []byte, r TimeRangeLike) ([]byte, error) {
	if p, ok := r.(*TimeRange); ok && p == nil {
		return b, invalid("time_range", "is a nil *cas.TimeRange")
	}
	if p, ok := r.(*Dates); ok && p == nil {
		return b, invalid("time_range", "is a nil *cas.Dates")
	}
	start, end, err := r.period()
	if err != nil {
		return b, err
	}
	b = append(append(b, `,"time_range":{"start":"`...), start...) // what parses as a time needs no escapes
	b = append(append(b, `","end":"`...), end...)
	return append(b, `"}`...), nil
}

// noIndex is the index of what is not in a list.
const noIndex = -1

// appendText appends a JSON string; a text that is not UTF-8 would arrive as another one and is refused.
func appendText(b []byte, field string, index int, text string) ([]byte, error) {
	if !utf8.ValidString(text) {
		if index != noIndex {
			field += "[" + strconv.Itoa(index) + "]"
		}
		return b, invalid(field, "%q is not valid UTF-8", text)
	}
	return jsontext.AppendQuote(b, text)
}
