package jsonread

// maxLists is how many lists of a decoder are told apart by number.
const maxLists = 16

// Begin begins to read an array, and tells whether it is one and not null.
func (r *Reader) Begin() bool {
	switch r.peek() {
	case '[':
		r.pos++
		r.depth++
		return true
	case 'n':
		r.null()
	default:
		r.fail("wants an array")
	}
	return false
}

// Item tells whether another item of the array is due, the n-th from 0.
func (r *Reader) Item(n int) bool {
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

// List reads an array whose items read reads; null is nil. The number, below 16, is the list's own, by which the Reader remembers how
// long the last such list was.
func List[T any](r *Reader, number int, read func(*Reader, *T)) []T {
	if !r.Begin() {
		return nil
	}
	if r.reuses {
		return listAgain(r, number, read)
	}
	list, size := []T{}, 0
	for n := 0; r.Item(n); n++ {
		if n == cap(list) {
			list = larger(list, max(r.lengths[number], 1, 2*n, r.guess(size)))
		}
		list = list[:n+1] // zero, for only make has made room
		start := r.pos
		read(r, &list[n])
		size = r.pos - start
	}
	if r.stopped {
		return nil
	}
	r.lengths[number] = len(list)
	if cap(list) > 2*len(list)+2 { // the last one was far longer
		list = larger(list, len(list))
	}
	return list
}

// listAgain is List in the memory of the last list of that number.
func listAgain[T any](r *Reader, number int, read func(*Reader, *T)) []T {
	room, ok := r.rooms[number].(*[]T)
	if !ok {
		room = &[]T{}
		r.rooms[number] = room
	}
	list := (*room)[:0]
	for n := 0; r.Item(n); n++ {
		var zero T
		list = append(list, zero)
		read(r, &list[n])
	}
	*room = list
	if r.stopped {
		return nil
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

// Texts reads an array of strings; null is nil.
func (r *Reader) Texts() []string {
	if !r.Begin() {
		return nil
	}
	list := []string{}
	for n := 0; r.Item(n); n++ {
		list = append(list, r.Text())
	}
	return list
}
