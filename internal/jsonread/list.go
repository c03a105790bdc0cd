package jsonread

// maxLists is how many lists of a decoder are told apart by number; more share what is remembered of their lengths.
const maxLists = 16

// Begin begins to read an array, and tells whether it is one and not null.
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

// Item tells whether another item of the array is due, the n-th from 0.
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

// List reads an array whose items read reads, each into what is there; null is nil. The number is the list's own, by which the Reader
// remembers how long the last such list was. old is the list that stood in the place of this one before: a Reader that reuses memory
// reads into its items, so that what those hold is used again too.
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

// larger is the list with that capacity.
func larger[T any](list []T, capacity int) []T {
	return append(make([]T, 0, capacity), list...)
}

// guess is how many items there are in a list whose second one is due, if all have the size of the first and nothing else follows.
func (r *Reader) guess(size int) int {
	const most = 64
	if size == 0 {
		return 0
	}
	return min(1+(len(r.text)-r.pos)/size, most)
}

// Items reads an array of what read reads one by one; null is nil.
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

// Optional reads what read reads; null is nil.
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

// Held reads a model that is held by pointer; null is nil.
func Held[T any](r *Reader, read func(*Reader, *T)) *T {
	return Optional(r, func(r *Reader) (v T) { read(r, &v); return v })
}

// Library reads a value by what decode makes of its text, for types that no method here reads.
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
