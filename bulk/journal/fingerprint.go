package journal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
)

// A Fingerprint is what an answer depends on besides its feature: the parameters of a run. Answers of runs
// with one fingerprint may stand in one table. The service's URL, batch sizes and concurrency are no part
// of it. [Options.Fingerprint] makes one.
type Fingerprint struct {
	DatasetIDs  []string              `json:"dataset_ids"` // compared without regard to order
	Aggregation cas.AggregationMethod `json:"aggregation"` // "" is compared as mean
	TimeRange   string                `json:"time_range"`  // start/end as they go out; "" is none
	TargetCRS   string                `json:"target_crs"`  // "" is compared as EPSG:4326
	IDField     string                `json:"id_field"`    // where the ids come from, as features.Options.IDField says
	// Periods are those that every feature is asked for in, start/end as they go out, in place of TimeRange. They are compared without
	// regard to order.
	Periods []string `json:"periods,omitempty"`
	// Static are the datasets that do not vary over time, where there are periods: every feature is asked for them once.
	Static []string `json:"static_dataset_ids,omitempty"`
}

// Split divides the datasets into those that a feature is asked for in each period, and those that it is asked for once, which are all
// where there are no periods.
func (f Fingerprint) Split() (each, once []string) {
	if len(f.Periods) == 0 {
		return nil, f.DatasetIDs
	}
	for _, id := range f.DatasetIDs {
		if slices.Contains(f.Static, id) {
			once = append(once, id)
		} else {
			each = append(each, id)
		}
	}
	return each, once
}

// A Change is one parameter in which two fingerprints differ, as text.
type Change struct {
	Parameter string // name
	Old, New  string // values
}

// Changes lists in what f differs from an older fingerprint; none if answers of both may stand in one table.
func (f Fingerprint) Changes(old Fingerprint) []Change {
	var changes []Change
	differ := func(parameter, was, is string) {
		if was != is {
			changes = append(changes, Change{parameter, was, is})
		}
	}
	if was, is := sorted(old.DatasetIDs), sorted(f.DatasetIDs); !slices.Equal(was, is) {
		differ("datasets", orNone(strings.Join(was, " ")), orNone(strings.Join(is, " ")))
	}
	differ("aggregation", or(string(old.Aggregation), "mean"), or(string(f.Aggregation), "mean"))
	differ("time range", orNone(old.TimeRange), orNone(f.TimeRange))
	if was, is := sorted(old.Periods), sorted(f.Periods); !slices.Equal(was, is) {
		differ("periods", periodsText(was, is), periodsText(is, was))
	}
	if was, is := old.staticOf(f), f.staticOf(old); !slices.Equal(was, is) {
		differ("datasets asked for once", orNone(strings.Join(was, " ")), orNone(strings.Join(is, " ")))
	}
	differ("target CRS", or(old.TargetCRS, "EPSG:4326"), or(f.TargetCRS, "EPSG:4326"))
	differ("id field", orNone(old.IDField), orNone(f.IDField))
	return changes
}

// staticOf lists the static datasets that another fingerprint has too, static or not.
func (f Fingerprint) staticOf(other Fingerprint) []string {
	return slices.DeleteFunc(sorted(f.Static), func(id string) bool { return !slices.Contains(other.DatasetIDs, id) })
}

// mostNamed is how many periods a message names.
const mostNamed = 3

// periodsText names periods in so many words; of many, those that others lack.
func periodsText(periods, others []string) string {
	if len(periods) <= mostNamed {
		return orNone(strings.Join(periods, " "))
	}
	text := fmt.Sprintf("%d from %s to %s", len(periods), periods[0], periods[len(periods)-1])
	own := without(periods, others)
	if n := len(own); len(others) > 0 && 0 < n && n < len(periods) {
		own = own[:min(n, mostNamed)]
		text += ", with " + strings.Join(own, " ")
		if n > mostNamed {
			text += fmt.Sprintf(" and %d more", n-mostNamed)
		}
	}
	return text
}

// Conflicts lists the changes for which [Open] refuses a journal of an older fingerprint: all but datasets and periods that were added.
func (f Fingerprint) Conflicts(old Fingerprint) []Change {
	if f.grows(old) {
		old.Static = append(slices.Clone(old.Static), without(f.Static, old.DatasetIDs)...)
		old.DatasetIDs = f.DatasetIDs
	}
	if len(old.Periods) > 0 && len(without(old.Periods, f.Periods)) == 0 {
		old.Periods = f.Periods
	}
	return f.Changes(old)
}

// grows reports that f has all datasets of an older fingerprint, and further ones.
func (f Fingerprint) grows(old Fingerprint) bool {
	count := map[string]int{}
	for _, id := range f.DatasetIDs {
		count[id]++
	}
	for _, id := range old.DatasetIDs {
		if count[id]--; count[id] < 0 {
			return false
		}
	}
	return len(f.DatasetIDs) > len(old.DatasetIDs)
}

// without gives the texts that others lack, in their order.
func without(texts, others []string) (own []string) {
	others = sorted(others)
	for _, text := range texts {
		if _, found := slices.BinarySearch(others, text); !found {
			own = append(own, text)
		}
	}
	return own
}

func sorted(ids []string) []string { return slices.Sorted(slices.Values(ids)) }

func or(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

func orNone(text string) string { return or(text, "(none)") }

// A FingerprintError is a journal that belongs to a run with other parameters. Nothing was touched.
type FingerprintError struct {
	Path    string   // of the journal
	Changes []Change // what differs, at least one
}

// Error names each parameter, old and new.
func (e *FingerprintError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the journal %s belongs to a run with other parameters:", e.Path)
	for i, c := range e.Changes {
		if i > 0 {
			b.WriteByte(';')
		}
		fmt.Fprintf(&b, " %s was %s and is %s", c.Parameter, c.Old, c.New)
	}
	b.WriteString("; give the old parameters, or another output, or start again")
	return b.String()
}
