package bulk

import (
	"slices"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/internal/pace"
)

// linger is how long features that arrive slowly wait for company in their request.
const linger = 100 * time.Millisecond

// A queue holds the features of a run that have been read and not yet been yielded: the window that bounds the memory.
type queue struct {
	window, windowBytes int // most features, and most bytes unless there is but one feature

	order  []*item // all of them, in the order of the run
	bytes  int     // held by them
	groups []*group
	parts  []*chunk // parts of chunks that failed, and chunks to be asked for again; they go first
	ended  bool     // there is no further input
	full   bool     // the input waits for room
}

// A group is features that lack the same datasets in the same period and have not been asked for yet, in the order of the run.
type group struct {
	key   string
	items []*item
	since time.Time // features wait for company
}

func newQueue(o *Options) queue {
	// A chunk for every worker, and two that wait: so many that the end of the input is seen in time to share what is left.
	chunks := o.Concurrency + 2
	return queue{window: chunks * o.BatchSize, windowBytes: chunks * o.BatchBytes}
}

func (q *queue) room(it *item) bool {
	return len(q.order) == 0 || len(q.order) < q.window && q.bytes+it.bytes <= q.windowBytes
}

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

// settledHead takes the features that are next in input order and have their outcomes; none if the first has none.
func (q *queue) settledHead(most int) []*item {
	n := 0
	for n < most && n < len(q.order) && q.order[n].settled {
		q.bytes -= q.order[n].bytes
		n++
	}
	head := slices.Clone(q.order[:n])
	clear(q.order[:n]) // they are not to be held by the array
	q.order = q.order[n:]
	return head
}

// settledRest takes all features that have outcomes, for a run that ends early.
func (q *queue) settledRest() []*item {
	rest := slices.DeleteFunc(q.order, func(it *item) bool { return !it.settled })
	q.order = nil
	return rest
}

// again puts back what has to be asked for once more, in input order.
func (q *queue) again(chunks ...*chunk) {
	q.parts = append(q.parts, chunks...)
	slices.SortFunc(q.parts, func(a, b *chunk) int { return a.first() - b.first() })
}

// next takes the next chunk, nil if there is none yet: a part of one that failed, else up to size features of no more than
// bytes, or a fair share of the last ones.
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

// ready is how many features of a group are to be asked for now; 0 is that they wait for company.
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

// lingers is how long it is until the first group is asked for though it is small; false where there is none.
func (q *queue) lingers() (wait time.Duration, some bool) {
	for _, g := range q.groups {
		if left := linger - time.Since(g.since); !some || left < wait {
			wait, some = left, true
		}
	}
	return wait, some
}

// idle reports that there is nothing to ask for and nothing will come.
func (q *queue) idle() bool { return q.ended && q.empty() }

// empty reports that there is nothing to ask for now.
func (q *queue) empty() bool { return len(q.groups) == 0 && len(q.parts) == 0 }
