package main

import (
	"slices"

	"github.com/spf13/pflag"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// timing has the flags for time ranges.
type timing struct {
	start, end string
	every      string
	spans      []string
	periods    []cas.TimeRangeLike // of every or spans; nil without them
}

func (x *timing) flags(f *pflag.FlagSet) {
	f.StringVar(&x.start, "start", "", "start of the period, ISO 8601")
	f.StringVar(&x.end, "end", "", "end of the period, ISO 8601")
	f.StringVar(&x.every, "every", "", "ask for every year, month or day from --start to --end, both dates; static datasets are asked for once")
	f.StringArrayVar(&x.spans, "period", nil, "ask for the period START/END, such as 2020-03-01/2020-05-31; repeat for more")
}

// everies are the values of --every.
var everies = []string{"year", "month", "day"}

// check refuses wrong flags and sets periods.
func (x *timing) check() (err error) {
	if err := choose("--every", x.every, everies); err != nil {
		return err
	}
	switch {
	case x.every != "" && len(x.spans) > 0:
		return usage("--every and --period: give one of them")
	case len(x.spans) > 0 && (x.start != "" || x.end != ""):
		return usage("--period has a start and an end of its own: leave out --start and --end")
	case x.every != "" && (x.start == "" || x.end == ""):
		return usage("--every %s needs --start and --end, the first and the last day, such as --start 2020-01-01 --end 2020-12-31", x.every)
	case (x.start == "") != (x.end == ""):
		return usage("--start and --end belong together")
	case x.every == "" && x.start != "":
		if _, err := tabulate.ParsePeriod(x.start + "/" + x.end); err != nil {
			return usage("--start and --end: %w", err)
		}
	case x.every != "":
		if x.periods, err = tabulate.Every(x.every, x.start, x.end); err != nil {
			return usage("--every: %w", err)
		}
	}
	for i, span := range x.spans {
		period, err := tabulate.ParsePeriod(span)
		if err != nil {
			return usage("--period: %w", err)
		}
		if slices.Contains(x.spans[:i], span) {
			return usage("--period %s is given twice", span)
		}
		x.periods = append(x.periods, period)
	}
	return nil
}

// period is the time range of --start and --end without --every; nil if there is none.
func (x *timing) period() cas.TimeRangeLike {
	if x.start == "" || x.every != "" {
		return nil
	}
	return cas.Dates{x.start, x.end}
}

// checkPeriods refuses forms that do not fit a run with periods, or one without.
func (x *extraction) checkPeriods() error {
	others := slices.DeleteFunc(slices.Clone(x.outputs), hasEnding(".nc"))
	rows := len(x.outputs) == 0 || len(others) > 0
	switch {
	case len(x.periods) == 0 && x.wide:
		return usage("--wide is a column for each period: give periods by --every or --period")
	case len(x.periods) > 0 && rows && !x.wide && (x.form.Values || x.zeroClasses):
		return usage("the table has a row for each period: --columns values, --zero-classes and the presets of models need --wide, a column for each")
	}
	return nil
}

// isStatic reports whether the catalog inside this program calls a dataset static.
func isStatic(dataset string) bool {
	d, known := catalog.Lookup(dataset)
	return known && d.Temporal.TemporalType == cas.TemporalStatic
}
