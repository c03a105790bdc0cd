package bulk

import (
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

// An item is a feature on its way through a run.
type item struct {
	feature  features.Feature
	slot     *slot                  // what it is asked
	hash     journal.GeometryHash   // of the geometry, in the period; set if there is a journal
	record   journal.Number         // in it, once it has its outcome
	datasets []string               // of the slot, those that it is asked for
	before   *cas.AttributeResponse // what an earlier run was answered, where it lacks some of them
	bytes    int                    // memory that it holds, about
	position int                    // in the run
	place    int                    // of its outcome: those of a feature stand together, in input order
	outcome  Outcome
	settled  bool // it has its outcome

	provisional bool // it stands for one that has the outcome that it failed, until it is asked for once more
}

const (
	itemBytes   = 512 // what an item holds apart from texts, about
	resultBytes = 350 // what it holds of a result
)

func newItem(f features.Feature, s *slot) *item {
	bytes := itemBytes + len(f.Geometry) + len(f.ID)
	for name, value := range f.Properties {
		bytes += len(name) + len(value)
	}
	return &item{feature: f, slot: s, datasets: s.datasets, bytes: bytes}
}

// A chunk is what one request asks for.
type chunk struct {
	items []*item // that lack the same datasets, in the same period
	bytes int     // of the geometries' texts
	part  bool    // of a chunk that failed
	epoch int     // of the limiter when it was begun

	begun   time.Time // the request
	strays  int       // requests for it that were lost in what may have been an outage
	strayed time.Time // when the first of them was
	again   bool      // a lone feature that has failed before
}

func newChunk(items []*item, part bool) *chunk {
	c := &chunk{items: items, part: part}
	for _, it := range items {
		c.bytes += len(it.feature.Geometry)
	}
	return c
}

// first is where the chunk stands in the run.
func (c *chunk) first() int { return c.items[0].position }

// halves divides a chunk of several features, by bytes if that divides it at all: time and size go by them more than by number.
func (c *chunk) halves() [2]*chunk {
	middle, bytes := 0, 0
	for middle < len(c.items)-1 && (middle == 0 || 2*bytes < c.bytes) {
		bytes += len(c.items[middle].feature.Geometry)
		middle++
	}
	// A single heavy feature must not make the division one of one against the rest: that would take as many requests as features.
	middle = min(max(middle, len(c.items)/4), len(c.items)-max(1, len(c.items)/4))
	return [2]*chunk{newChunk(c.items[:middle], true), newChunk(c.items[middle:], true)}
}

// without is the chunk less the items at some indices; nil if none is left.
func (c *chunk) without(indices map[int]error) *chunk {
	var rest []*item
	for i, it := range c.items {
		if _, out := indices[i]; !out {
			rest = append(rest, it)
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return newChunk(rest, true)
}

func (c *chunk) request(o *Options) cas.BatchExtractRequest {
	geometries := make([]cas.GeometryLike, len(c.items))
	for i, it := range c.items {
		geometries[i] = it.feature.Geometry
	}
	return cas.BatchExtractRequest{
		Geometries: geometries, DatasetIDs: c.items[0].datasets,
		Aggregation: o.Aggregation, TimeRange: c.items[0].slot.timeRange, TargetCRS: o.TargetCRS,
	}
}
