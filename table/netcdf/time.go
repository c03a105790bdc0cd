package netcdf

import (
	"encoding/binary"
	"io"
	"math"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/wire"
)

// timesOf returns the periods of columns, each once.
func timesOf(columns []table.Column) (periods []string) {
	known := map[string]bool{"": true}
	for _, c := range columns {
		if !known[c.Period] {
			known[c.Period] = true
			periods = append(periods, c.Period)
		}
	}
	return periods
}

// stacked reports whether a series has a column for each period.
func (s *series) stacked() bool { return s.columns[0].Period != "" }

// addTime adds the dimension of periods and its coordinate: the start of each, with start and end as bounds.
func (f *file) addTime(periods []string) {
	name := f.free("time")
	bounds := f.free(name + "_bnds")
	f.time = f.dimension(name, int64(len(periods)))
	ends := f.dimension(f.free("nv"), 2)
	var starts, both []float64
	for _, p := range periods {
		start, end := daysOf(p)
		starts, both = append(starts, start), append(both, start, end)
	}
	f.variable(variable{name, doubleKind, []int{f.time}, []attribute{
		{"standard_name", "time"},
		{"long_name", "start of the period"},
		{"units", "days since 1970-01-01 00:00:00"},
		{"calendar", "proleptic_gregorian"},
		{"axis", "T"},
		{"bounds", bounds},
	}}, numbers(starts))
	f.variable(variable{bounds, doubleKind, []int{f.time, ends}, nil}, numbers(both))
}

func numbers(list []float64) func(io.Writer) error {
	return func(out io.Writer) error {
		for _, n := range list {
			if _, err := out.Write(binary.BigEndian.AppendUint64(nil, math.Float64bits(n))); err != nil {
				return err
			}
		}
		return nil
	}
}

// daysOf returns the start and end of a period in days since 1970. A period to the last second of a day ends with the day.
func daysOf(period string) (start, end float64) {
	first, last, _ := strings.Cut(period, "/")
	from, until := instant(first), instant(last)
	if until.Hour() == 23 && until.Minute() == 59 && until.Second() == 59 {
		until = until.Truncate(time.Second).Add(time.Second)
	}
	return days(from), days(until)
}

func instant(text string) time.Time {
	t, err := wire.ParseTimestamp(text)
	if err != nil {
		return time.Time{}
	}
	return t.Time().UTC()
}

func days(t time.Time) float64 {
	const day = 24 * 60 * 60
	return float64(t.Unix())/day + float64(t.Nanosecond())/day/1e9
}

// nameAll names the variable of every series: as its column, or as its dataset if the series has several periods.
func (f *file) nameAll() {
	for _, s := range f.writer.series {
		if !s.stacked() {
			for _, c := range s.columns {
				f.taken[c.Name] = true
			}
		}
	}
	for _, s := range f.writer.series {
		name := s.columns[0].Name
		if s.stacked() {
			if name = stackedName(s.columns[0]); s.columns[0].Role != table.RoleClass {
				name = f.free(name)
			}
		}
		f.names = append(f.names, name)
	}
}

// stackedName returns the name of the variable for a column of several periods, if it is free.
func stackedName(c table.Column) string {
	if c.Role == table.RoleValue {
		return table.ColumnName(c.Dataset)
	}
	return table.ColumnName(c.Dataset) + "_" + c.Role.String()
}

// over returns the dimensions of a series: hru, time if it has a column for each period, and further ones.
func (f *file) over(s *series, further ...int) []int {
	if s.stacked() {
		return append([]int{0, f.time}, further...)
	}
	return append([]int{0}, further...)
}
