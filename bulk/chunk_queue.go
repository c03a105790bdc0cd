package bulk

import (
	"slices"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/internal/pace"
)

// linger is how long features that arrive slowly wait for company in their request.
const linger = 100 * time.Millisecond

// A queue holds the features of a run that have been read and not yet been yielded: the window that bounds the memory.
type queue struct {
	window, windowBytes int // most features, and most bytes unless there is but one feature

	order   []*item // all of them, in input order
	bytes   int     // held by them
	backlog []*item // those not asked for yet, in input order
	since   time.Time
	parts   []*chunk // parts of chunks that failed; they go first
	ended   bool     // there is no further input
	full    bool     // the input waits for room
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
	if len(q.backlog) == 0 {
		q.since = time.Now()
	}
	q.backlog = append(q.backlog, it)
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
	if len(q.backlog) == 0 {
		return nil
	}
	if q.ended {
		size = pace.Share(size, len(q.backlog), workers)
	}
	n, sum := 0, 0
	for n < min(size, len(q.backlog)) && (n == 0 || sum+len(q.backlog[n].feature.Geometry) <= bytes) {
		sum += len(q.backlog[n].feature.Geometry)
		n++
	}
	isWhole := n == size || n < len(q.backlog)
	if !isWhole && !q.ended && !q.full && time.Since(q.since) < linger {
		return nil
	}
	c := newChunk(slices.Clone(q.backlog[:n]), false)
	clear(q.backlog[:n])
	q.backlog = q.backlog[n:]
	q.since = time.Now()
	return c
}

// idle reports that there is nothing to ask for and nothing will come.
func (q *queue) idle() bool { return q.ended && len(q.backlog) == 0 && len(q.parts) == 0 }
