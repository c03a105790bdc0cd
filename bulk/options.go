package bulk

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// Options says what to request and how. Only DatasetIDs is required.
type Options struct {
	DatasetIDs  []string              // 1 to 50 ids of the form provider:dataset
	Aggregation cas.AggregationMethod // the statistic that you want; "" is mean
	TimeRange   cas.TimeRangeLike     // period of time-varying datasets; nil means no limit
	TargetCRS   string                // ignored by the service; "" is EPSG:4326

	// Periods, in place of TimeRange, are requested one by one: a request has one period, and every feature has an outcome for each. No two
	// may be the same; they may overlap.
	Periods []cas.TimeRangeLike
	// Static are those of DatasetIDs that do not vary over time, in a run with Periods. They are requested once for every feature, without
	// a period, which is an outcome of its own. Some dataset must be left for the periods.
	Static []string

	// BatchSize limits the features of a request, 1 to 1000. 0 means 1000 features or 10,000 results, whichever is less. Requests start
	// small and grow up to this limit as far as RequestTime allows.
	BatchSize int
	// BatchBytes limits the geometry text of a request with more than one feature, in bytes; 0 means 4 MiB.
	BatchBytes int
	// Concurrency limits the requests in flight; 0 means 4. A run starts with 2 and moves to the number with the fastest answers.
	Concurrency int
	// RequestTime is how long a request should take; 0 means 20 s. It must be well below the client's time limit for one attempt. If a
	// request times out all the same, it is lowered.
	RequestTime time.Duration

	// Wait is the longest outage of the service to wait for. 0 means 30 minutes; a negative value means no wait. Before the first
	// answer, it is at most 10 s, because the address may be wrong.
	Wait time.Duration

	// Check refuses features that are not sent; nil is [preflight.Check]. It is called from one goroutine.
	Check preflight.Judge
	// Journal, if not nil, stores the answers and has those of earlier runs. Extract does not close it.
	Journal *journal.Journal
	// Drain, if not nil, ends the run gently when it is closed: no new request is sent, and requests in flight finish. Existing
	// outcomes are yielded, then [ErrDrained].
	Drain <-chan struct{}
	// Progress, if not nil, gets the progress of the run: after every request, and about ten times a second while there is none.
	// Several goroutines call it, one at a time. The run waits while it is called.
	Progress func(Progress)
	// Total is the number of features in the input, for Progress; 0 if it is not known.
	Total int
}

const (
	defaultBatchBytes  = 4 << 20
	defaultConcurrency = 4
	defaultRequestTime = 20 * time.Second
	defaultWait        = 30 * time.Minute
	// maxResults is the largest number of results of a request if BatchSize is not set: those of a thousand features with ten datasets.
	// A result takes some 350 bytes of memory.
	maxResults = 10_000
)

// complete checks the options and fills in the defaults.
func (o Options) complete() (Options, error) {
	for _, field := range []struct {
		name  string
		value int64
		most  int64
	}{
		{"BatchSize", int64(o.BatchSize), cas.MaxBatchGeometries},
		{"BatchBytes", int64(o.BatchBytes), 1 << 40},
		{"Concurrency", int64(o.Concurrency), 1 << 10},
		{"RequestTime", int64(o.RequestTime), 1 << 62},
		{"Total", int64(o.Total), 1 << 62},
	} {
		if field.value < 0 || field.value > field.most {
			return o, fmt.Errorf("bulk: Options.%s is %d, not 0 to %d", field.name, field.value, field.most)
		}
	}
	if len(o.DatasetIDs) == 0 {
		return o, fmt.Errorf("bulk: Options.DatasetIDs is empty: name what to ask for, such as copernicus_dem:elevation")
	}
	if err := o.checkPeriods(); err != nil {
		return o, err
	}
	if o.Journal != nil {
		asked := o.Journal.Fingerprint()
		if changes := o.Fingerprint(asked.IDField).Changes(asked); len(changes) > 0 {
			return o, fmt.Errorf("bulk: the journal was opened for another run: %w", &journal.FingerprintError{Path: o.Journal.Path(), Changes: changes})
		}
	}
	o.BatchSize = cmp.Or(o.BatchSize, max(1, min(cas.MaxBatchGeometries, maxResults/len(o.DatasetIDs))))
	o.BatchBytes = cmp.Or(o.BatchBytes, defaultBatchBytes)
	o.Concurrency = cmp.Or(o.Concurrency, defaultConcurrency)
	o.RequestTime = cmp.Or(o.RequestTime, defaultRequestTime)
	o.Wait = cmp.Or(o.Wait, defaultWait)
	if o.Check == nil {
		o.Check = preflight.Check
	}
	return o, nil
}

// Fingerprint returns the fingerprint of a run with these options over features whose ids come from idField.
func (o Options) Fingerprint(idField string) journal.Fingerprint {
	return journal.Fingerprint{
		DatasetIDs:  slices.Clone(o.DatasetIDs),
		Aggregation: o.Aggregation,
		TimeRange:   periodText(o.TimeRange),
		TargetCRS:   o.TargetCRS,
		IDField:     idField,
		Periods:     o.periods(),
		Static:      slices.Clone(o.Static),
	}
}

// A slot is a request that is made for every feature: for some datasets, in a period or in none. Without Options.Periods there is one.
type slot struct {
	period    string            // as the journal has it; "" is none
	timeRange cas.TimeRangeLike // as it is sent
	datasets  []string
}

// slots returns the slots in the order of a feature's outcomes.
func (o *Options) slots() []slot {
	slots := slotsOf(o.Fingerprint(""))
	slots[0].timeRange = o.TimeRange // nil if there are periods
	for i, period := range o.Periods {
		slots[len(slots)-len(o.Periods)+i].timeRange = period
	}
	return slots
}

// slotsOf returns the slots of an earlier run, of which only the fingerprint is known. They have no timeRange.
func slotsOf(f journal.Fingerprint) (slots []slot) {
	each, once := f.Split()
	if len(once) > 0 {
		slots = append(slots, slot{datasets: once})
	}
	for _, period := range f.Periods {
		slots = append(slots, slot{period: period, datasets: each})
	}
	return slots
}

// checkPeriods checks Periods and Static.
func (o *Options) checkPeriods() error {
	if len(o.Periods) == 0 {
		if len(o.Static) > 0 {
			return fmt.Errorf("bulk: Options.Static is for runs with Options.Periods")
		}
		return nil
	}
	if o.TimeRange != nil {
		return fmt.Errorf("bulk: Options.TimeRange and Options.Periods: give one of them")
	}
	known := map[string]bool{}
	for i, period := range o.periods() {
		if period == "" {
			return fmt.Errorf("bulk: Options.Periods[%d] is no period", i)
		}
		if known[period] {
			return fmt.Errorf("bulk: Options.Periods has %s twice", period)
		}
		known[period] = true
	}
	for _, id := range o.Static {
		if !slices.Contains(o.DatasetIDs, id) {
			return fmt.Errorf("bulk: Options.Static names %s, which Options.DatasetIDs does not", id)
		}
	}
	if each, _ := o.Fingerprint("").Split(); len(each) == 0 {
		return fmt.Errorf("bulk: no dataset is left for Options.Periods: all are in Options.Static")
	}
	return nil
}

// periods spells the periods with periodText.
func (o *Options) periods() (texts []string) {
	for _, p := range o.Periods {
		texts = append(texts, periodText(p))
	}
	return texts
}

// periodText spells a period as package cas sends it, so that two ways to write it are the same.
func periodText(r cas.TimeRangeLike) string {
	switch r := r.(type) {
	case *cas.Dates:
		if r != nil {
			return periodText(*r)
		}
	case *cas.TimeRange:
		if r != nil {
			return periodText(*r)
		}
	case cas.Dates:
		ends := r
		for i, end := range ends {
			if len(end) == len(time.DateOnly) {
				ends[i] = end + "T00:00:00"
			}
		}
		return ends[0] + "/" + ends[1]
	case cas.TimeRange:
		const layout = "2006-01-02T15:04:05.999999"
		return r.Start.UTC().Format(layout) + "/" + r.End.UTC().Format(layout)
	}
	return ""
}
