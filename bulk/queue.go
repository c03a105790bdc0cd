package bulk

import (
	"slices"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/internal/pace"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

// An item is a feature in one slot, on its way through a run.
type item struct {
	feature  features.Feature
	slot     *slot                  // what is requested
	hash     journal.GeometryHash   // of the geometry in the slot's period; set if there is a journal
	record   journal.Number         // of the outcome in the journal
	datasets []string               // those of the slot that are requested
	before   *cas.AttributeResponse // the answer of an earlier run, if it has some of the datasets
	bytes    int                    // memory that the item holds, about
	position int                    // in the run, in the order in which items are read
	place    int                    // of its outcome: the outcomes of a feature stand together, in input order
	outcome  Outcome
	settled  bool // it has its outcome

	provisional bool // a copy of an item whose failure is its outcome until this copy was requested once more
}

const (
	itemBytes   = 512 // memory of an item without its texts, about
	resultBytes = 350 // memory of a result, about
)

func newItem(f features.Feature, s *slot) *item {
	bytes := itemBytes + len(f.Geometry) + len(f.ID)
	for name, value := range f.Properties {
		bytes += len(name) + len(value)
	}
	return &item{feature: f, slot: s, datasets: s.datasets, bytes: bytes}
}

// A chunk is the content of one request.
type chunk struct {
	items []*item // they lack the same datasets, in the same period
	bytes int     // of the geometries' texts
	part  bool    // it is a part of a chunk that failed
	again bool    // it is a lone feature that failed before

	begun   time.Time // when its request began
	epoch   int       // of the limiter at that time
	strays  int       // how many of its requests were lost in what may have been an outage
	strayed time.Time // when the first of them was
}

func newChunk(items []*item, part bool) *chunk {
	c := &chunk{items: items, part: part}
	for _, it := range items {
		c.bytes += len(it.feature.Geometry)
	}
	return c
}

// first is the position of the chunk in the run.
func (c *chunk) first() int { return c.items[0].position }

// halves divides a chunk of several features, by bytes as far as possible: a request's time and size depend on them more than on the
// number of features.
func (c *chunk) halves() [2]*chunk {
	middle, bytes := 0, 0
	for middle < len(c.items)-1 && (middle == 0 || 2*bytes < c.bytes) {
		bytes += len(c.items[middle].feature.Geometry)
		middle++
	}
	// Each half gets at least a quarter of the features: dividing off one heavy feature at a time would take as many requests as features.
	middle = min(max(middle, len(c.items)/4), len(c.items)-max(1, len(c.items)/4))
	return [2]*chunk{newChunk(c.items[:middle], true), newChunk(c.items[middle:], true)}
}

// request returns the request for the chunk.
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

// linger is how long features that arrive slowly wait for others to share their request.
const linger = 100 * time.Millisecond

// A queue holds the items of a run that were read and not yet yielded. It is the window that bounds the memory.
type queue struct {
	window, windowBytes int // the most items, and the most bytes of more than one item

	order  []*item // all items, in the order of the run
	bytes  int     // that they hold
	groups []*group
	parts  []*chunk // parts of chunks that failed, and chunks to be requested again; they go first
	ended  bool     // there is no further input
	full   bool     // the input waits for room
}

// A group is the items that lack the same datasets in the same period and were not requested yet, in the order of the run.
type group struct {
	key   string
	items []*item
	since time.Time // when the items began to linger
}

func newQueue(o *Options) queue {
	// A chunk for every worker, and two that wait, so that the end of the input is seen in time to share what is left.
	chunks := o.Concurrency + 2
	return queue{window: chunks * o.BatchSize, windowBytes: chunks * o.BatchBytes}
}

// room reports whether there is room for the item.
func (q *queue) room(it *item) bool {
	return len(q.order) == 0 || len(q.order) < q.window && q.bytes+it.bytes <= q.windowBytes
}

// admit adds an item, to a group unless it is settled.
func (q *queue) admit(it *item) {
	q.order = append(q.order, it)
	q.bytes += it.bytes
	if it.settled {
		return
	}
	key := it.slot.period + "\n" + strings.Join(it.datasets, "\n")
	i := slices.IndexFunc(q.groups, func(g *group) bool { return g.key == key })
	if i < 0 {
		i = len(q.groups)
		q.groups = append(q.groups, &group{key: key, since: time.Now()})
	}
	q.groups[i].items = append(q.groups[i].items, it)
}

// settledHead takes the next items in input order as long as they have their outcomes.
func (q *queue) settledHead(most int) []*item {
	n := 0
	for n < most && n < len(q.order) && q.order[n].settled {
		q.bytes -= q.order[n].bytes
		n++
	}
	head := slices.Clone(q.order[:n])
	clear(q.order[:n]) // the array must not hold them
	q.order = q.order[n:]
	return head
}

// settledRest takes all items with outcomes, when a run ends early.
func (q *queue) settledRest() []*item {
	rest := slices.DeleteFunc(q.order, func(it *item) bool { return !it.settled })
	q.order = nil
	return rest
}

// again puts back chunks to be requested again, in input order.
func (q *queue) again(chunks ...*chunk) {
	q.parts = append(q.parts, chunks...)
	slices.SortFunc(q.parts, func(a, b *chunk) int { return a.first() - b.first() })
}

// next takes the next chunk, nil if there is none yet: a part of one that failed, else up to size features with at most so many bytes, or
// a fair share of the last features.
func (q *queue) next(size, bytes, workers int) *chunk {
	if len(q.parts) > 0 {
		c := q.parts[0]
		q.parts = slices.Delete(q.parts, 0, 1)
		return c
	}
	var first *group
	if q.ended {
		left := 0
		for _, g := range q.groups {
			left += len(g.items)
		}
		size = pace.Share(size, left, workers)
	}
	for _, g := range q.groups {
		if (first == nil || g.items[0].position < first.items[0].position) && q.ready(g, size, bytes) > 0 {
			first = g
		}
	}
	if first == nil {
		return nil
	}
	n := q.ready(first, size, bytes)
	c := newChunk(slices.Clone(first.items[:n]), false)
	clear(first.items[:n])
	first.items = first.items[n:]
	first.since = time.Now()
	if len(first.items) == 0 {
		q.groups = slices.DeleteFunc(q.groups, func(g *group) bool { return g == first })
	}
	return c
}

// ready returns how many features of a group are to be requested now; 0 if they linger.
func (q *queue) ready(g *group, size, bytes int) int {
	n, sum := 0, 0
	for n < min(size, len(g.items)) && (n == 0 || sum+len(g.items[n].feature.Geometry) <= bytes) {
		sum += len(g.items[n].feature.Geometry)
		n++
	}
	isWhole := n == size || n < len(g.items)
	if !isWhole && !q.ended && !q.full && time.Since(g.since) < linger {
		return 0
	}
	return n
}

// lingers returns how long it is until the next group is requested although it is small; false if there is no group.
func (q *queue) lingers() (wait time.Duration, some bool) {
	for _, g := range q.groups {
		if left := linger - time.Since(g.since); !some || left < wait {
			wait, some = left, true
		}
	}
	return wait, some
}

// idle reports whether there is nothing to request and nothing will come.
func (q *queue) idle() bool { return q.ended && q.empty() }

// empty reports whether there is nothing to request now.
func (q *queue) empty() bool { return len(q.groups) == 0 && len(q.parts) == 0 }
