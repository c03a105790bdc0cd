package jsonread

import (
	"math"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/wire"
)

// Value reads a number, an object of shares or null.
func (r *Reader) Value() wire.Value {
	switch r.peek() {
	case 'n':
		r.null()
		return wire.Value{}
	case '{':
		return r.distribution()
	default:
		f := r.number("wants a number, an object of shares or null")
		if r.stopped {
			return wire.Value{}
		}
		return wire.NumberValue(f)
	}
}

func (r *Reader) distribution() wire.Value {
	r.open()
	r.scratch = r.scratch[:0]
	for {
		r.heed()
		c := r.peek()
		if c == '}' {
			r.pos++
			r.depth--
			break
		}
		if len(r.scratch) > 0 {
			if c != ',' {
				r.fail("a comma or } is missing")
				break
			}
			r.pos++
			r.peek()
		}
		name, ok := r.name()
		if !ok {
			break
		}
		var class wire.Class
		class.Name, _ = r.strings.share(name)
		if class.Fraction = float64(r.Number()); r.stopped {
			break
		}
		r.scratch = append(r.scratch, class)
	}
	if r.sort(r.scratch); r.stopped {
		return wire.Value{}
	}
	v, err := wire.ClassesValue(r.classes.list(r.scratch))
	if err != nil {
		r.fail("a class stands twice in a distribution")
	}
	return v
}

// sort sorts many classes as wire.ClassesValue would, and looks at the context meanwhile.
func (r *Reader) sort(classes []wire.Class) {
	const many = 4096 // comparisons, a fraction of a millisecond
	if r.stopped || len(classes) < many {
		return
	}
	compared := 0
	slices.SortFunc(classes, func(a, b wire.Class) int {
		if compared++; compared%many == 0 {
			r.heedAt(r.pos)
		}
		if r.stopped {
			return 0
		}
		return strings.Compare(a.Name, b.Name)
	})
}

// Number reads a number; null is NaN.
func (r *Reader) Number() wire.Number {
	if r.peek() == 'n' {
		r.null()
		return wire.Number(math.NaN())
	}
	return wire.Number(r.number("wants a number or null"))
}

// FloatOrNil reads a number; null is nil.
func (r *Reader) FloatOrNil() *float64 {
	if r.peek() == 'n' {
		r.null()
		return nil
	}
	return r.floats.new(r.number("wants a number or null"))
}

// Timestamp reads a time; null is nil.
func (r *Reader) Timestamp() *wire.Timestamp {
	if r.peek() == 'n' {
		r.null()
		return nil
	}
	start := r.pos
	t, err := wire.ParseTimestamp(r.Text())
	if err != nil && !r.stopped {
		r.pos = start
		r.fail("wants a time (ISO 8601) or null")
	}
	if r.stopped {
		return nil
	}
	return r.times.new(t)
}

// Range reads a range of two bounds, either of which may be null; null is nil.
func (r *Reader) Range() *wire.Range {
	if !r.Begin() {
		return nil
	}
	var bounds wire.Range
	n := 0
	for ; r.Item(n); n++ {
		if n == len(bounds) {
			r.fail("a range has two bounds, not three")
			return nil
		}
		bounds[n] = float64(r.Number())
	}
	if n < len(bounds) {
		r.fail("a range has two bounds")
	}
	if r.stopped {
		return nil
	}
	return r.ranges.new(bounds)
}

// block allocates values many at a time.
type block[T any] struct {
	all, free []T
	size      int
}

const maxBlockItems = 64

// room makes room for n more.
func (b *block[T]) room(n int) {
	if len(b.free) < n {
		b.size = min(max(2*b.size, 8), maxBlockItems)
		b.all = make([]T, max(b.size, n))
		b.free = b.all
	}
}

// again makes the block return the same memory again.
func (b *block[T]) again() { b.free = b.all }

func (b *block[T]) new(v T) *T {
	b.room(1)
	at := &b.free[0]
	*at, b.free = v, b.free[1:]
	return at
}

// list returns a copy of the items, never nil. An append to it cannot reach other memory of the block.
func (b *block[T]) list(items []T) []T {
	n := len(items)
	if n == 0 {
		return []T{}
	}
	b.room(n)
	at := b.free[:n:n]
	copy(at, items)
	b.free = b.free[n:]
	return at
}
