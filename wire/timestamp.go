package wire

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Timestamp is an ISO 8601 date or date-time in the service's spelling. The service sends times with and without a zone, so it is not
// always RFC 3339. The zero Timestamp is unset: "" and JSON null.
type Timestamp struct {
	text string
}

// ParseTimestamp reads an ISO 8601 date (2020-01-02), or date-time with or without seconds, fraction and zone
// (2020-01-02T03:04:05.123456+02:00, Z, +0200). A blank or a lower-case t may stand for the T.
func ParseTimestamp(text string) (Timestamp, error) {
	if isUsual(text) {
		return Timestamp{text: text}, nil
	}
	if _, _, err := ParseTime(text); err != nil {
		return Timestamp{}, err
	}
	return Timestamp{text: text}, nil
}

// isUsual reports whether text has the service's usual form, 2020-01-02T03:04:05 or with a Z, on a day that every month has. It is fast.
func isUsual(text string) bool {
	if len(text) == len("2020-01-02T03:04:05Z") && text[19] == 'Z' {
		text = text[:19]
	}
	if len(text) != len("2020-01-02T03:04:05") {
		return false
	}
	const everyMonth = 28 // days
	day := pair(text, 8)
	return text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' && text[16] == ':' &&
		pair(text, 0) < 100 && pair(text, 2) < 100 && text[:4] != "0000" && pair(text, 5)-1 < 12 && day-1 < everyMonth &&
		pair(text, 11) < 24 && pair(text, 14) < 60 && pair(text, 17) < 60
}

// pair returns the number of two digits at pos, over 99 if they are not digits.
func pair(text string, pos int) uint {
	tens, ones := uint(text[pos]-'0'), uint(text[pos+1]-'0')
	if tens > 9 || ones > 9 {
		return 1000
	}
	return 10*tens + ones
}

// NewTimestamp returns t to the microsecond with its zone to the minute, in the service's spelling. If the year is not 1 to 9999, it
// returns the zero Timestamp.
func NewTimestamp(t time.Time) Timestamp {
	layout := "2006-01-02T15:04:05"
	if t.Nanosecond()/1000 != 0 {
		layout += ".000000"
	}
	stamp, err := ParseTimestamp(t.Format(layout + "Z07:00"))
	if err != nil {
		return Timestamp{}
	}
	return stamp
}

// Time returns the time. If the text names no zone, Time assumes UTC. The zero Timestamp returns the zero time.
func (t Timestamp) Time() time.Time {
	if t.text == "" {
		return time.Time{}
	}
	instant, _, _ := ParseTime(t.text) // ParseTimestamp has accepted it
	return instant
}

// HasZone reports whether the text names a zone. If it does not, Time is a guess.
func (t Timestamp) HasZone() bool {
	_, zone, _ := ParseTime(t.text)
	return zone
}

// IsZero reports whether the timestamp is unset.
func (t Timestamp) IsZero() bool { return t.text == "" }

// String returns the text as it was sent.
func (t Timestamp) String() string { return t.text }

// MarshalJSON writes the text as it was sent, or null for the zero Timestamp.
func (t Timestamp) MarshalJSON() ([]byte, error) { return t.appendJSON(nil), nil }

// MarshalJSONTo is MarshalJSON for json v2.
func (t Timestamp) MarshalJSONTo(e *jsontext.Encoder) error { return e.WriteValue(t.appendJSON(nil)) }

func (t Timestamp) appendJSON(b []byte) []byte {
	if t.text == "" {
		return append(b, "null"...)
	}
	b = append(b, '"') // what parses as a time needs no escapes
	b = append(b, t.text...)
	return append(b, '"')
}

// UnmarshalJSON reads a string that is a time, or null as the zero Timestamp.
func (t *Timestamp) UnmarshalJSON(b []byte) error { return unmarshal(b, t) }

// UnmarshalJSONFrom is UnmarshalJSON for json v2.
func (t *Timestamp) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		parsed, err := ParseTimestamp(token.String())
		if err != nil {
			return err
		}
		*t = parsed
		return nil
	}
	v, err := d.ReadValue()
	if err != nil {
		return err
	}
	if v.Kind() != 'n' {
		return kindError("a time", "a string or null", v)
	}
	*t = Timestamp{}
	return nil
}

// ParseTime reads the text of a time as [ParseTimestamp] does, and reports whether it names a zone. Without a zone, it assumes UTC. The year
// is 1 to 9999. A leap second (:60) and 24:00 are errors, as in the service.
func ParseTime(text string) (instant time.Time, zone bool, err error) {
	bad := func() (time.Time, bool, error) {
		return time.Time{}, false, fmt.Errorf("wire: %q is not an ISO 8601 date or date-time", text)
	}
	p := timeParser{rest: text}
	year, month, day := p.digits(4), p.after('-', 2), p.after('-', 2)
	var hour, minute, second, nano, offset int
	if !p.failed && p.rest != "" {
		p.oneOf("Tt ")
		hour, minute = p.digits(2), p.after(':', 2)
		if p.peek(":") {
			second = p.after(':', 2)
			if p.peek(".,") {
				nano = p.fraction()
			}
		}
		offset, zone = p.zone()
	}
	if p.failed || p.rest != "" || year < 1 || hour > 23 || minute > 59 || second > 59 {
		return bad()
	}
	location := time.UTC
	if offset != 0 {
		location = time.FixedZone("", offset)
	}
	instant = time.Date(year, time.Month(month), day, hour, minute, second, nano, location)
	if instant.Day() != day || int(instant.Month()) != month { // time.Date turns 30 February into a day of March
		return bad()
	}
	return instant, zone, nil
}
