package castest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// moment is a date-time as pydantic reads it: text, or a Unix time in seconds or milliseconds, with a zone or without.
type moment struct {
	time.Time
	zoned bool
}

// String is the moment as pydantic writes it.
func (m moment) String() string {
	layout := "2006-01-02T15:04:05"
	if m.Nanosecond() != 0 {
		layout += ".000000"
	}
	if m.zoned {
		layout += "Z07:00"
	}
	return m.Format(layout)
}

// badMoment is why a value is no date-time: the type of the problem, its message, and what it names in its context, if it does.
type badMoment struct{ kind, message, reason string }

func (e *badMoment) Error() string { return e.message }

func badDate(reason string) error {
	return &badMoment{"datetime_from_date_parsing", "Input should be a valid datetime or date, " + reason, reason}
}

func badDatetime(reason string) error {
	return &badMoment{"datetime_parsing", wantDatetime + ", " + reason, reason}
}

func readMoment(v pyjson.Value) (moment, error) {
	switch v.Kind() {
	case pyjson.Int, pyjson.Float:
		return unix(v.Float())
	case pyjson.String:
		return parseMoment(v.Text())
	}
	return moment{}, &badMoment{kind: "datetime_type", message: wantDatetime}
}

// watershed is the number of seconds, either way, beyond which a Unix time is taken for milliseconds: that of the year 2603.
const watershed = 20_000_000_000

// unix reads a Unix time.
func unix(f float64) (moment, error) {
	whole, part := math.Floor(f), f-math.Floor(f)
	seconds, micros := whole, math.Round(part*1e6)
	if math.Abs(whole) > watershed {
		seconds = math.Floor(whole / 1000)
		micros = math.Mod(math.Mod(whole, 1000)+1000, 1000)*1000 + math.Round(part*1000)
	}
	switch {
	case math.IsNaN(f):
		return moment{}, badDatetime("NaN values not permitted")
	case seconds > lastSecond:
		return moment{}, badDatetime("dates after 9999 are not supported as unix timestamps")
	case seconds < firstSecond:
		return moment{}, badDatetime("dates before 0000 are not supported as unix timestamps")
	}
	return inRange(moment{time.Unix(int64(seconds), int64(micros)*1000).UTC(), true})
}

// The first second of the year 0 and the last of 9999, as Unix times.
const (
	firstSecond = -62_167_219_200
	lastSecond  = 253_402_300_799
)

// inRange refuses a year that Python does not know.
func inRange(m moment) (moment, error) {
	if y := m.Year(); y < 1 || y > 9999 {
		return moment{}, badDatetime(fmt.Sprintf("year %d is out of range", y))
	}
	return m, nil
}

// parseMoment tries a date-time, a Unix time and a date. What is none of them fails as a date.
func parseMoment(s string) (moment, error) {
	day, err := parseDate(s)
	if err == nil && len(s) > 10 {
		if m, ok := parseClock(day, s[10:]); ok {
			return inRange(m)
		}
		return moment{}, badDate("unexpected extra characters at the end of the input")
	}
	if err == nil {
		return inRange(moment{Time: day})
	}
	if isDecimal(s) {
		f, _ := strconv.ParseFloat(s, 64) // beyond range is refused below
		if math.Abs(f) < math.MaxInt64 {
			m, bad := unix(f)
			if e, ok := bad.(*badMoment); ok {
				return m, badDate(e.reason)
			}
			return m, nil
		}
	}
	return moment{}, err
}

// isDecimal reports whether s is a number without exponent.
func isDecimal(s string) bool {
	if strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") {
		s = s[1:]
	}
	return digitsOnly(strings.Replace(s, ".", "", 1))
}

func digitsOnly(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// parseDate reads the date that s begins with.
func parseDate(s string) (time.Time, error) {
	if len(s) < 10 {
		return time.Time{}, badDate("input is too short")
	}
	var parts [3]int
	for i, part := range []struct {
		name     string
		from, to int
	}{{"year", 0, 4}, {"month", 5, 7}, {"day", 8, 10}} {
		if part.from > 0 && s[part.from-1] != '-' {
			return time.Time{}, badDate("invalid date separator, expected `-`")
		}
		if !digitsOnly(s[part.from:part.to]) {
			return time.Time{}, badDate("invalid character in " + part.name)
		}
		parts[i], _ = strconv.Atoi(s[part.from:part.to])
	}
	if parts[1] < 1 || parts[1] > 12 {
		return time.Time{}, badDate("month value is outside expected range of 1-12")
	}
	day := time.Date(parts[0], time.Month(parts[1]), parts[2], 0, 0, 0, 0, time.UTC)
	if parts[2] < 1 || day.Day() != parts[2] {
		return time.Time{}, badDate("day value is outside expected range")
	}
	return day, nil
}

// parseClock reads what follows a date: a separator, hours and minutes, perhaps seconds, a fraction and a zone.
func parseClock(day time.Time, s string) (m moment, ok bool) {
	if !strings.ContainsRune("Tt _", rune(s[0])) {
		return moment{}, false
	}
	s = s[1:]
	var hour, minute, second, micros int
	if hour, s, ok = pair(s, "", 23); !ok {
		return moment{}, false
	}
	if minute, s, ok = pair(s, ":", 59); !ok {
		return moment{}, false
	}
	if strings.HasPrefix(s, ":") {
		if second, s, ok = pair(s, ":", 59); !ok {
			return moment{}, false
		}
		if micros, s, ok = fraction(s); !ok {
			return moment{}, false
		}
	}
	zone, zoned, ok := parseZone(s)
	if !ok {
		return moment{}, false
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), hour, minute, second, micros*1000, zone)
	return moment{at, zoned}, true
}

// pair reads a separator and a number of two digits, at most highest.
func pair(s, separator string, highest int) (n int, rest string, ok bool) {
	s, ok = strings.CutPrefix(s, separator)
	if !ok || len(s) < 2 || !digitsOnly(s[:2]) {
		return 0, "", false
	}
	n, _ = strconv.Atoi(s[:2])
	return n, s[2:], n <= highest
}

// fraction reads a fraction of a second, if there is one; digits beyond the sixth are dropped.
func fraction(s string) (micros int, rest string, ok bool) {
	if s == "" || s[0] != '.' && s[0] != ',' {
		return 0, s, true
	}
	rest = strings.TrimLeft(s[1:], "0123456789")
	digits := s[1 : len(s)-len(rest)]
	if digits == "" {
		return 0, "", false
	}
	micros, _ = strconv.Atoi((digits + "00000")[:6])
	return micros, rest, true
}

func parseZone(s string) (zone *time.Location, zoned, ok bool) {
	switch {
	case s == "":
		return time.UTC, false, true
	case s == "Z" || s == "z":
		return time.UTC, true, true
	case s[0] != '+' && s[0] != '-':
		return nil, false, false
	}
	hours, rest, ok := pair(s[1:], "", 23)
	if !ok {
		return nil, false, false
	}
	minutes, rest, ok := pair(strings.TrimPrefix(rest, ":"), "", 59)
	if !ok || rest != "" {
		return nil, false, false
	}
	east := hours*3600 + minutes*60
	if s[0] == '-' {
		east = -east
	}
	if east == 0 {
		return time.UTC, true, true
	}
	return time.FixedZone("", east), true, true
}
