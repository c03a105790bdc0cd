package wire_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/wire"
)

func TestTimestampForms(t *testing.T) {
	t.Parallel()
	const noon = "2020-01-02T03:04:05Z"
	for _, c := range []struct {
		text, utc string
		zone      bool
	}{
		// what the service sends (contract.md, "Timestamps in responses")
		{"2020-01-02T03:04:05", noon, false},
		{"2020-01-02T03:04:05Z", noon, true},
		{"2020-01-02T03:04:05+02:00", "2020-01-02T01:04:05Z", true},
		{"2020-01-02T03:04:05.120000+05:30", "2020-01-01T21:34:05.12Z", true},
		{"2020-01-02T03:04:05.007000", "2020-01-02T03:04:05.007Z", false},
		{"1900-01-01T00:00:00-04:56", "1900-01-01T04:56:00Z", true},
		{"0001-01-01T00:00:00", "0001-01-01T00:00:00Z", false},
		{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", true},
		// what ISO 8601 and Python know besides
		{"2020-01-02", "2020-01-02T00:00:00Z", false},
		{"2020-01-02T03:04", "2020-01-02T03:04:00Z", false},
		{"2020-01-02 03:04:05", noon, false},
		{"2020-01-02t03:04:05z", noon, true},
		{"2020-01-02T03:04:05+0200", "2020-01-02T01:04:05Z", true},
		{"2020-01-02T03:04:05-00:00", noon, true},
		{"2020-01-02T03:04:05,5Z", "2020-01-02T03:04:05.5Z", true},
		{"2020-01-02T03:04:05.1234567891Z", "2020-01-02T03:04:05.123456789Z", true},
		{"2020-01-02T03:04:05+00:00:30", "2020-01-02T03:03:35Z", true},
		{"2024-02-29T00:00:00", "2024-02-29T00:00:00Z", false},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			parsed, encoded, ok := decodeBoth[wire.Timestamp](t, []byte(strconv.Quote(c.text)))
			require.True(t, ok)
			assert.Equal(t, strconv.Quote(c.text), encoded, "the text as it was sent")
			assert.Equal(t, c.text, parsed.String())
			assert.Equal(t, c.zone, parsed.HasZone())
			assert.False(t, parsed.IsZero())
			assert.Equal(t, c.utc, parsed.Time().UTC().Format(time.RFC3339Nano))
		})
	}
}

func TestTimestampRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`""`, `"yesterday"`, `"2020"`, `"1577934245"`, `1577934245`, `true`, `[]`, `{}`,
		`"2020-02-30"`, `"2023-02-29T00:00:00"`, `"2020-13-01"`, `"2020-00-01"`, `"2020-01-00"`, `"0000-01-01"`, `"10000-01-01"`, `"-2020-01-02"`,
		`"2020-01-02T"`, `"2020-01-02T03"`, `"2020-01-02T24:00:00"`, `"2020-01-02T03:60:00"`, `"2020-01-02T03:04:60Z"`, `"2020-01-02T03:04:05."`,
		`"2020-01-02T03:04:05+24:00"`, `"2020-01-02T03:04:05+02:60"`, `"2020-01-02T03:04:05 Z"`, `"2020-01-02T03:04:05Zjunk"`, `"2020-01-02Z"`,
		`" 2020-01-02"`, `"2020-1-2"`, `"２０２０-01-02"`, ``, `"2020-01-02`, `"2020-01-02" 1`,
	} {
		_, _, ok := decodeBoth[wire.Timestamp](t, []byte(text))
		assert.Falsef(t, ok, "%s was accepted", text)
	}
}

// Escapes in the JSON are read as what they stand for.
func TestTimestampEscapes(t *testing.T) {
	t.Parallel()
	parsed, _, ok := decodeBoth[wire.Timestamp](t, []byte(`"2020\u002d01-02"`))
	require.True(t, ok)
	assert.Equal(t, "2020-01-02", parsed.String())
}

func TestTimestampZeroIsNull(t *testing.T) {
	t.Parallel()
	var zero wire.Timestamp
	assert.True(t, zero.IsZero())
	assert.False(t, zero.HasZone())
	assert.True(t, zero.Time().IsZero())
	assert.Empty(t, zero.String())
	assert.Equal(t, `null`, encodeBoth(t, zero))

	set, err := wire.ParseTimestamp("2020-01-02")
	require.NoError(t, err)
	require.NoError(t, set.UnmarshalJSON([]byte(`null`)))
	assert.Equal(t, zero, set, "null replaces what stood there")

	year1, err := wire.ParseTimestamp("0001-01-01T00:00:00")
	require.NoError(t, err)
	assert.False(t, year1.IsZero(), "year 1 is a time that was sent, not an unset one")
}

func TestNewTimestamp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), "2020-01-02T03:04:05Z"},
		{time.Date(2020, 1, 2, 3, 4, 5, 7_000_000, time.FixedZone("", 19800)), "2020-01-02T03:04:05.007000+05:30"},
		{time.Date(2020, 1, 2, 3, 4, 5, 999, time.UTC), "2020-01-02T03:04:05Z"},
	} {
		stamp := wire.NewTimestamp(c.at)
		assert.Equal(t, c.want, stamp.String())
		assert.WithinDuration(t, c.at, stamp.Time(), time.Microsecond)
	}
	for _, year := range []int{-1, 0, 10000} {
		assert.Truef(t, wire.NewTimestamp(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero(), "year %d", year)
	}
}

func FuzzTimestamp(f *testing.F) {
	for _, text := range []string{
		`"2020-01-02T03:04:05"`, `"2020-01-02T03:04:05.120000+05:30"`, `"0001-01-01T00:00:00"`, `"9999-12-31T23:59:59.999999Z"`, `"2020-01-02"`,
		`"1900-01-01T00:00:00-04:56"`, `null`, `""`, `"2020-01-02T03:04:05-04:56:02"`, `"2020-01-02 03:04,5"`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		stamp, ok := roundTrip[wire.Timestamp](t, text)
		if !ok || stamp.IsZero() {
			return
		}
		again, err := wire.ParseTimestamp(stamp.String())
		require.NoError(t, err)
		require.True(t, stamp.Time().Equal(again.Time()))
		if rfc, err := time.Parse(time.RFC3339Nano, stamp.String()); err == nil {
			require.Truef(t, rfc.Equal(stamp.Time()), "time.Parse reads %s as %s, this as %s", stamp, rfc, stamp.Time())
			require.True(t, stamp.HasZone())
		}
	})
}

// The short way to know a time agrees with the long one.
func TestParseTimestampAgreesWithParseTime(t *testing.T) {
	t.Parallel()
	const usual = "2020-01-02T03:04:05Z"
	for pos := range usual {
		for c := range 128 {
			for _, end := range []int{19, 20} {
				text := (usual[:pos] + string(rune(c)) + usual[pos+1:])[:end]
				_, _, want := wire.ParseTime(text)
				_, err := wire.ParseTimestamp(text)
				require.Equalf(t, want == nil, err == nil, "%q", text)
			}
		}
	}
	for month := range 14 {
		for day := range 33 {
			for _, year := range []int{0, 1, 1900, 2000, 2023, 2024, 9999} {
				text := fmt.Sprintf("%04d-%02d-%02dT23:59:59", year, month, day)
				_, _, want := wire.ParseTime(text)
				_, err := wire.ParseTimestamp(text)
				require.Equalf(t, want == nil, err == nil, "%q", text)
			}
		}
	}
}
