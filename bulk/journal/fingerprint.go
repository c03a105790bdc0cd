package journal

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
)

// A Fingerprint holds what an answer depends on besides its feature: the parameters of a run. Answers of runs with the same fingerprint
// may stand in one table. The service's URL, batch sizes and concurrency are no part of it. Options.Fingerprint of package bulk makes one.
type Fingerprint struct {
	DatasetIDs  []string              `json:"dataset_ids"` // compared without regard to order
	Aggregation cas.AggregationMethod `json:"aggregation"` // "" is compared as mean
	TimeRange   string                `json:"time_range"`  // start/end as they are sent; "" is none
	TargetCRS   string                `json:"target_crs"`  // "" is compared as EPSG:4326
	IDField     string                `json:"id_field"`    // where the ids come from, as features.Options.IDField says
	// Periods, in place of TimeRange, are requested one by one for every feature; start/end as they are sent. They are compared without
	// regard to order.
	Periods []string `json:"periods,omitempty"`
	// Static are the datasets that do not vary over time, in a run with periods. They are requested once for every feature.
	Static []string `json:"static_dataset_ids,omitempty"`
}

// Split divides the datasets into those that are requested in each period, and those that are requested once. Without periods, all are
// requested once.
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

// A Change is a parameter in which two fingerprints differ, as text.
type Change struct {
	Parameter string // name
	Old, New  string // values
}

// Changes lists how f differs from an older fingerprint. There are none if answers of both may stand in one table.
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
	differ("aggregation", cmp.Or(string(old.Aggregation), "mean"), cmp.Or(string(f.Aggregation), "mean"))
	differ("time range", orNone(old.TimeRange), orNone(f.TimeRange))
	if was, is := sorted(old.Periods), sorted(f.Periods); !slices.Equal(was, is) {
		differ("periods", periodsText(was, is), periodsText(is, was))
	}
	if was, is := old.staticOf(f), f.staticOf(old); !slices.Equal(was, is) {
		differ("datasets asked for once", orNone(strings.Join(was, " ")), orNone(strings.Join(is, " ")))
	}
	differ("target CRS", cmp.Or(old.TargetCRS, "EPSG:4326"), cmp.Or(f.TargetCRS, "EPSG:4326"))
	differ("id field", orNone(old.IDField), orNone(f.IDField))
	return changes
}

// staticOf lists the static datasets of f that other has too, static or not.
func (f Fingerprint) staticOf(other Fingerprint) []string {
	return slices.DeleteFunc(sorted(f.Static), func(id string) bool { return !slices.Contains(other.DatasetIDs, id) })
}

// mostNamed is how many periods a message names.
const mostNamed = 3

// periodsText names the periods. If there are many, it names only those that others lack.
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

// Conflicts lists the changes for which [Open] refuses a journal of an older fingerprint: all except added datasets and added periods.
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

// grows reports whether f has all datasets of an older fingerprint, and more.
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

// without returns the texts that others lack, in their order.
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

func orNone(text string) string { return cmp.Or(text, "(none)") }

// A FingerprintError means that a journal belongs to a run with other parameters. Nothing was changed.
type FingerprintError struct {
	Path    string   // of the journal
	Changes []Change // what differs, at least one
}

// Error names each parameter with its old and its new value.
func (e *FingerprintError) Error() string {
	changes := make([]string, len(e.Changes))
	for i, c := range e.Changes {
		changes[i] = fmt.Sprintf("%s was %s and is %s", c.Parameter, c.Old, c.New)
	}
	return fmt.Sprintf("the journal %s belongs to a run with other parameters: %s; give the old parameters, or another output, or start again",
		e.Path, strings.Join(changes, "; "))
}

// A GeometryHash identifies the text of a geometry: it is the first half of its SHA-256.
type GeometryHash [16]byte

// HashGeometry hashes the text of a geometry as it was read. White space and number spelling count.
func HashGeometry(geometry []byte) GeometryHash {
	sum := sha256.Sum256(geometry)
	return GeometryHash(sum[:16])
}

// In returns the hash of the same geometry in a period, start/end as it is sent. It tells the records of different periods apart. "" is
// no period, and gives the hash itself.
func (h GeometryHash) In(period string) GeometryHash {
	if period == "" {
		return h
	}
	return HashGeometry(append(h[:], period...))
}

// String returns the hash in hexadecimal.
func (h GeometryHash) String() string { return hex.EncodeToString(h[:]) }

func (h GeometryHash) prefix() uint64 { return binary.LittleEndian.Uint64(h[:8]) }
