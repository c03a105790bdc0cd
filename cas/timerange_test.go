package cas_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/gen"
	"github.com/community-attribute-service/cas-go/wire"
)

// sentPeriod is what goes out for a time range.
func sentPeriod(t *testing.T, r cas.TimeRangeLike) (start, end string, err error) {
	t.Helper()
	s := serve(t, reply(200, emptyExtract))
	request := aRequest()
	request.TimeRange = r
	if _, err := s.client(t).Extract(t.Context(), request); err != nil {
		assert.Empty(t, s.Requests())
		return "", "", err
	}
	var body struct {
		TimeRange *struct{ Start, End string } `json:"time_range"`
	}
	require.NoError(t, json.Unmarshal([]byte(s.Last(t).Body), &body))
	require.NotNil(t, body.TimeRange)
	return body.TimeRange.Start, body.TimeRange.End, nil
}

// Every form that the service understands goes out as written; a bare date is its midnight.
func TestDatesGoOutAsWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2020-01-02":                          "2020-01-02T00:00:00",
		"2020-02-29":                          "2020-02-29T00:00:00",
		"0001-01-01":                          "0001-01-01T00:00:00",
		"9999-12-31":                          "9999-12-31T00:00:00",
		"2020-01-02T03:04":                    "",
		"2020-01-02 03:04:05":                 "",
		"2020-01-02T03:04:05":                 "",
		"2020-01-02T03:04:05Z":                "",
		"2020-01-02T03:04Z":                   "",
		"2020-01-02t03:04:05z":                "",
		"2020-01-02T03:04:05-00:00":           "",
		"2020-01-02T03:04:05+02:00":           "",
		"2020-01-02T03:04:05+0200":            "",
		"2020-01-02T03:04:05+05:30":           "",
		"2020-01-02T03:04:05-23:59":           "",
		"2020-01-02T03:04:05.5Z":              "",
		"2020-01-02T03:04:05,5":               "",
		"2020-01-02T03:04:05.123456789Z":      "",
		"2020-01-02T03:04:05.123456789012345": "",
		"9999-12-31T23:59:59.999999":          "",
	} {
		if want == "" {
			want = text
		}
		start, end, err := sentPeriod(t, cas.Dates{text, text})
		if assert.NoError(t, err, text) {
			assert.Equal(t, [2]string{want, want}, [2]string{start, end}, "equal ends are allowed")
		}
	}
}

func TestWhatIsNoDateIsRefusedByName(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "yesterday", "2020", "20200102", "1577934245", "1577934245000", "1e9", "2020-1-2", "2020-01", "2020-01-2", "20-01-02",
		"2020-02-30", "2021-02-29", "2020-00-01", "2020-13-01", "2020-01-00", "2020-01-32", "2020-04-31", "0000-01-01", "10000-01-01", "-2020-01-01",
		"2020-01-02T", "2020-01-02T03", "2020-01-02T0304", "2020-01-02T24:00:00", "2020-01-02T24:00:00Z", "2020-01-02T03:60", "2020-01-02T03:04:60",
		"2020-01-02T03:04:05.", "2020-01-02T03:04.5", "2020-01-02T03:04:05 Z", "2020-01-02  03:04:05", "2020-01-02_03:04:05", "2020-01-02T03:04:05+24:00", "2020-01-02T03:04:05+2",
		"2020-01-02T03:04:05+02", "2020-01-02T03:04:05+02:60", "2020-01-02T03:04:05+02:00:30", "2020-01-02T03:04:05+0200:30", "2020-01-02T03:04:05Zx", "2020-01-02\n", " 2020-01-02",
		"2020-01-02Z", "2020-01-02+02:00", "2020-W01-1", "2020-001", "2020/01/02", "02.01.2020", "２０２０-01-02", "2020-01-02T03:04:05\"", "null", "true",
	} {
		for i, field := range []string{"time_range.start", "time_range.end"} {
			period := cas.Dates{"2020-01-01", "2020-01-01"}
			period[i] = text
			_, _, err := sentPeriod(t, period)
			if assert.ErrorIs(t, err, cas.ErrInvalidRequest, "%q", text) {
				assert.Contains(t, err.Error(), field+": ", "%q", text)
			}
		}
	}
}

func TestAPeriodThatEndsBeforeItStartsIsRefused(t *testing.T) {
	t.Parallel()
	noon := time.Date(2020, 1, 2, 12, 0, 0, 0, time.UTC)
	for name, r := range map[string]cas.TimeRangeLike{
		"dates":             cas.Dates{"2020-01-02", "2020-01-01"},
		"date and time":     cas.Dates{"2020-01-02T00:00:01", "2020-01-02"},
		"by its zones":      cas.Dates{"2020-01-02T00:00:00Z", "2020-01-02T01:00:00+02:00"},
		"times":             cas.TimeRange{Start: noon, End: noon.Add(-time.Nanosecond)},
		"times, two zones":  cas.TimeRange{Start: noon, End: time.Date(2020, 1, 2, 13, 0, 0, 0, time.FixedZone("", 7200))},
		"pointer to either": &cas.TimeRange{Start: noon, End: noon.Add(-1)},
	} {
		_, _, err := sentPeriod(t, r)
		assert.ErrorIs(t, err, cas.ErrInvalidRequest, name)
		assert.ErrorContains(t, err, "before it starts", name)
	}
	for _, r := range []cas.TimeRangeLike{
		cas.Dates{"2020-01-02T02:00:00+02:00", "2020-01-02T00:00:00Z"}, cas.TimeRange{Start: noon, End: noon}, &cas.Dates{"2020-01-01", "2020-01-01"},
	} {
		_, _, err := sentPeriod(t, r)
		assert.NoError(t, err)
	}
}

// A TimeRange goes out as UTC without a zone, to the microsecond.
func TestTimeRangeGoesOutAsNaiveUTC(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("somewhere", -4*3600-30*60)
	for _, c := range []struct {
		t    time.Time
		want string
	}{
		{time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), "2020-01-02T03:04:05"},
		{time.Date(2020, 1, 2, 23, 4, 5, 0, zone), "2020-01-03T03:34:05"},
		{time.Date(2020, 1, 2, 3, 4, 5, 999, time.UTC), "2020-01-02T03:04:05"},
		{time.Date(2020, 1, 2, 3, 4, 5, 1000, time.UTC), "2020-01-02T03:04:05.000001"},
		{time.Date(2020, 1, 2, 3, 4, 5, 500_000_000, time.UTC), "2020-01-02T03:04:05.500000"},
		{time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), "0001-01-01T00:00:01"},
		{time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), "9999-12-31T23:59:59.999999"},
	} {
		start, end, err := sentPeriod(t, cas.TimeRange{Start: c.t, End: c.t})
		require.NoError(t, err)
		assert.Equal(t, [2]string{c.want, c.want}, [2]string{start, end})
	}
	_, _, err := sentPeriod(t, cas.Dates{"2020-01-01"})
	require.ErrorIs(t, err, cas.ErrInvalidRequest)
	require.ErrorContains(t, err, `time_range.end: is empty: a period is two dates, as in cas.Dates{"2020-01-01", "2020-12-31"}`)
	now := time.Now()
	for name, c := range map[string]struct {
		r    cas.TimeRange
		want string
	}{
		"zero":           {cas.TimeRange{}, "time_range.start: is not set"},
		"zero end":       {cas.TimeRange{Start: now}, "time_range.end: is not set"},
		"zero start":     {cas.TimeRange{End: now}, "time_range.start: is not set"},
		"zero, zoned":    {cas.TimeRange{Start: time.Time{}.In(zone), End: now}, "time_range.start: is not set"},
		"year 0":         {cas.TimeRange{Start: time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), End: now}, "time_range.start: year 0"},
		"year 10000":     {cas.TimeRange{Start: now, End: time.Date(9999, 12, 31, 23, 0, 0, 0, zone)}, "time_range.end: year 10000"},
		"a negative one": {cas.TimeRange{Start: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), End: now}, "time_range.start: year -5"},
	} {
		_, _, err := sentPeriod(t, c.r)
		assert.ErrorIs(t, err, cas.ErrInvalidRequest, name)
		assert.ErrorContains(t, err, c.want, name)
	}
}

// What is sent is what the generated request type would hold.
func TestBodiesReadBackAsTheGeneratedRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, emptyExtract))
	client := s.client(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := func(label string) string { return strings.ToValidUTF8(rapid.String().Draw(rt, label), "?") }
		degrees := rapid.Float64()
		r := cas.ExtractRequest{
			Geometry:    cas.Point(degrees.Draw(rt, "lon"), degrees.Draw(rt, "lat")),
			DatasetIDs:  rapid.SliceOf(rapid.Map(rapid.String(), func(s string) string { return strings.ToValidUTF8(s, "?") })).Draw(rt, "ids"),
			Aggregation: cas.AggregationMethod(text("aggregation")),
			TargetCRS:   text("crs"),
		}
		want := gen.AttributeRequest{
			Geometry: r.Geometry.(cas.Geometry), DatasetIDs: append([]string{}, r.DatasetIDs...), Aggregation: r.Aggregation, TargetCRS: r.TargetCRS,
		}
		if rapid.Bool().Draw(rt, "timed") {
			at := time.Unix(rapid.Int64Range(0, 4e9).Draw(rt, "start"), rapid.Int64Range(0, 999_999).Draw(rt, "µs")*1000).UTC()
			r.TimeRange = cas.TimeRange{Start: at, End: at.Add(time.Hour)}
			stamp := func(at time.Time) wire.Timestamp {
				naive, err := wire.ParseTimestamp(strings.TrimSuffix(wire.NewTimestamp(at).String(), "Z"))
				require.NoError(rt, err)
				return naive
			}
			want.TimeRange = &gen.TimeRange{Start: stamp(at), End: stamp(at.Add(time.Hour))}
		}
		_, err := client.Extract(t.Context(), r)
		require.NoError(rt, err)
		var got gen.AttributeRequest
		require.NoError(rt, json.Unmarshal([]byte(s.Last(t).Body), &got))
		require.Equal(rt, want, got)
	})
}
