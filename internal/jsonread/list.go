package jsonread

// maxLists is the number of lists of a decoder whose lengths are remembered; if there are more, some share a length.
const maxLists = 16

// Begin begins to read an array. It returns false for null and after an error.
func (r *Reader) Begin() bool {
	switch r.peek() {
	case '[':
		r.open()
		return !r.stopped
	case 'n':
		r.null()
	default:
		r.fail("wants an array")
	}
	return false
}

// Item reports whether the array has an n-th item, from 0. The item is read next.
func (r *Reader) Item(n int) bool {
	r.heed()
	c := r.peek()
	switch {
	case r.stopped:
		return false
	case c == ']':
		r.pos++
		r.depth--
		return false
	case n == 0:
		return true
	case c != ',':
		r.fail("a comma or ] is missing")
		return false
	}
	r.pos++
	return true
}

// List reads an array with read, which reads an item into its present value; null is nil. number identifies the list, so that the Reader
// remembers the length of the last such list. old is the previous list in this place: a Reader that reuses memory reads into its items,
// which reuse their memory as well.
func List[T any](r *Reader, number int, old []T, read func(*Reader, *T)) []T {
	if !r.Begin() {
		return nil
	}
	length := &r.lengths[number%maxLists]
	list, size := []T{}, 0
	if r.reuses && cap(old) > 0 {
		list = old[:0]
	}
	for n := 0; r.Item(n); n++ {
		if n == cap(list) {
			list = larger(list, max(*length, 1, 2*n, r.guess(size)))
		}
		list = list[:n+1]
		start := r.pos
		read(r, &list[n])
		size = r.pos - start
	}
	if r.stopped {
		return nil
	}
	*length = len(list)
	if !r.reuses && cap(list) > 2*len(list)+2 { // the last one was far longer
		list = larger(list, len(list))
	}
	return list
}

// larger returns a copy of the list with that capacity.
func larger[T any](list []T, capacity int) []T {
	return append(make([]T, 0, capacity), list...)
}

// guess returns the length of a list after its first item, if all have the size of the first and nothing follows the list.
func (r *Reader) guess(size int) int {
	const most = 64
	if size == 0 {
		return 0
	}
	return min(1+(len(r.text)-r.pos)/size, most)
}

// Items reads an array with read, which reads one item; null is nil.
func Items[T any](r *Reader, read func(*Reader) T) []T {
	if !r.Begin() {
		return nil
	}
	list := []T{}
	for n := 0; r.Item(n); n++ {
		list = append(list, read(r))
	}
	return list
}

// Optional reads a value with read; null is nil.
func Optional[T any](r *Reader, read func(*Reader) T) *T {
	if r.peek() == 'n' {
		r.null()
		return nil
	}
	v := read(r)
	if r.stopped {
		return nil
	}
	return &v
}

// Held reads a model for a pointer; null is nil.
func Held[T any](r *Reader, read func(*Reader, *T)) *T {
	return Optional(r, func(r *Reader) (v T) { read(r, &v); return v })
}

// Library passes the text of a value to decode, for types that no method here reads.
func (r *Reader) Library(decode func(text []byte) error) {
	text := r.Skip()
	if r.stopped {
		return
	}
	if err := decode(text); err != nil {
		r.pos -= len(text)
		r.fail(err.Error())
	}
}
