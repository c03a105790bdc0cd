package jsonread

import "slices"

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
	list := []T{}
	for n := 0; r.Item(n); n++ {
		if n == 0 {
			list = make([]T, 0, max(r.lengths[number], 1))
		}
		start := r.pos
		list = append(list, *new(T))
		read(r, &list[n])
		if n == 0 && r.lengths[number] == 0 && !r.stopped {
			list = slices.Grow(list, r.guess(r.pos-start))
		}
	}
	if r.stopped {
		return nil
	}
	r.lengths[number] = len(list)
	if cap(list) > 2*len(list)+2 { // the last one was far longer
		list = slices.Clip(append(make([]T, 0, len(list)), list...))
	}
	return list
}

// guess is how many more items there are room for in the text, where one of size bytes has been read.
func (r *Reader) guess(size int) int {
	const most = 64
	return min((len(r.text)-r.pos)/max(size, 1), most)
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
