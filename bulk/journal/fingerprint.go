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
	IDField     string                `json:"id_field"`    // where the ids come from, as in [ReadOptions.IDField]
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
	differ("target CRS", or(old.TargetCRS, "EPSG:4326"), or(f.TargetCRS, "EPSG:4326"))
	differ("id field", orNone(old.IDField), orNone(f.IDField))
	return changes
}

// Conflicts lists the changes for which [Open] refuses a journal of an older fingerprint: all but datasets that were added.
func (f Fingerprint) Conflicts(old Fingerprint) []Change {
	if f.grows(old) {
		old.DatasetIDs = f.DatasetIDs
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
	b.WriteString("; give the old parameters, or another output, or begin anew")
	return b.String()
}
