package cas

import (
	"cmp"
	"fmt"
	"net"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/wire"
)

// TimeRangeLike is a period for time-varying datasets: a [Dates] or a [TimeRange]. nil means no limit.
type TimeRangeLike interface {
	// ends returns start and end as they are sent, and as times.
	ends() (texts [2]string, times [2]time.Time, err error)
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

var endNames = [2]string{"time_range.start", "time_range.end"}

func (d Dates) ends() (texts [2]string, times [2]time.Time, err error) {
	for i, text := range d {
		if text == "" {
			return texts, times, invalid(endNames[i], `is empty: a period is two dates, as in cas.Dates{"2020-01-01", "2020-12-31"}`)
		}
		if times[i], _, err = wire.ParseTime(text); err != nil {
			return texts, times, invalid(endNames[i], "%q is not an ISO 8601 date or date-time, such as 2020-01-31 or 2020-01-31T12:00:00", text)
		}
		if zone := strings.LastIndexAny(text, "+-"); zone >= len(time.DateOnly) && len(text)-zone > len("+00:00") {
			return texts, times, invalid(endNames[i], "%q has a zone to the second, which the service cannot read", text)
		}
		if texts[i] = text; len(text) == len(time.DateOnly) {
			texts[i] += "T00:00:00"
		}
	}
	return texts, times, nil
}

func (r TimeRange) ends() (texts [2]string, times [2]time.Time, err error) {
	times = [2]time.Time{r.Start, r.End}
	for i, t := range times {
		if t.IsZero() {
			return texts, times, invalid(endNames[i], "is not set: a period has a Start and an End")
		}
		utc := t.UTC()
		if y := utc.Year(); y < 1 || y > 9999 {
			return texts, times, invalid(endNames[i], "year %d is outside 1 to 9999", y)
		}
		layout := "2006-01-02T15:04:05"
		if utc.Nanosecond()/1000 != 0 {
			layout += ".000000"
		}
		texts[i] = utc.Format(layout)
	}
	return texts, times, nil
}

// period returns both ends of a time range as they are sent.
func period(r TimeRangeLike) (start, end string, err error) {
	if v := reflect.ValueOf(r); v.Kind() == reflect.Pointer && v.IsNil() {
		return "", "", invalid("time_range", "is a nil %T", r)
	}
	texts, times, err := r.ends()
	if err == nil && times[1].Before(times[0]) {
		err = invalid("time_range", "ends (%s) before it starts (%s)", texts[1], texts[0])
	}
	return texts[0], texts[1], err
}

// asked holds the fields that an extraction and a batch have in common.
type asked struct {
	datasetIDs  []string
	aggregation AggregationMethod
	timeRange   TimeRangeLike
	targetCRS   string
}

// encode returns the body of an extraction: the text of the geometry as it came, then the rest. A large text is a part of its own and is not
// copied.
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

// encode returns the body of a batch.
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
		_, named := appendGeometry(nil, fmt.Sprintf("geometries[%d]", i), g) // again, since a name for every geometry would take time
		return nil, cmp.Or(named, err)
	}
	b, err = asked{r.DatasetIDs, r.Aggregation, r.TimeRange, r.TargetCRS}.append(append(b, ']'))
	return net.Buffers{b}, err
}

// append finishes the object that b has begun. It leaves out empty members, so that the service's defaults hold, except for dataset_ids,
// which the service judges.
func (a asked) append(b []byte) ([]byte, error) {
	b = append(b, `,"dataset_ids":[`...)
	var err error
	for i, id := range a.datasetIDs {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = jsontext.AppendQuote(b, id); err != nil {
			return b, invalid(fmt.Sprintf("dataset_ids[%d]", i), notUTF8, id)
		}
	}
	b = append(b, ']')
	if a.timeRange != nil {
		start, end, err := period(a.timeRange)
		if err != nil {
			return b, err
		}
		b = fmt.Appendf(b, `,"time_range":{"start":"%s","end":"%s"}`, start, end) // what parses as a time needs no escapes
	}
	for _, member := range []struct{ name, text string }{
		{"aggregation", string(a.aggregation)},
		{"target_crs", a.targetCRS},
	} {
		if member.text == "" {
			continue
		}
		b = append(append(append(b, `,"`...), member.name...), `":`...)
		if b, err = jsontext.AppendQuote(b, member.text); err != nil {
			return b, invalid(member.name, notUTF8, member.text)
		}
	}
	return append(b, '}'), nil
}

// notUTF8 refuses a text that would arrive as another one.
const notUTF8 = "%q is not valid UTF-8"
