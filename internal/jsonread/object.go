package jsonread

import "slices"

// Names holds the names of the members that the reader of an object wants.
type Names struct {
	names   []string
	spelled []string // as in a text without blanks: "name": for the first, ,"name": for the others
}

// NewNames returns Names of at most 64 names, in the expected order. Any other order is read too, but not as fast.
func NewNames(names ...string) *Names {
	n := &Names{names: names}
	for i, name := range names {
		spelled := `"` + name + `":`
		if i > 0 {
			spelled = "," + spelled
		}
		n.spelled = append(n.spelled, spelled)
	}
	return n
}

// Members iterates over the members of an object.
type Members struct {
	r       *Reader
	names   *Names
	seen    uint64 // a bit for each of names
	next    int    // index of the expected name
	begun   bool   // a member was read
	ended   bool   // there are no more
	strange strangers
}

// strangers holds the unknown names of an object, which must not stand twice either.
type strangers struct {
	few  []string
	many map[string]struct{}
}

// again adds a name and reports whether it was there before.
func (s *strangers) again(name []byte) bool {
	const few = 8
	if slices.Contains(s.few, string(name)) {
		return true
	}
	if len(s.few) < few {
		s.few = append(s.few, string(name))
		return false
	}
	if s.many == nil {
		s.many = map[string]struct{}{}
	}
	before := len(s.many)
	s.many[string(name)] = struct{}{}
	return len(s.many) == before
}

// Object begins to read an object, or reads null, which has no members.
func (r *Reader) Object(names *Names) Members {
	m := Members{r: r, names: names}
	switch r.peek() {
	case '{':
		r.open()
	case 'n':
		r.null()
		m.ended = true
	default:
		r.fail("wants an object")
		m.ended = true
	}
	return m
}

// Next returns the index of the next wanted name, whose value is read next, or -1 at the end. It skips unknown members.
func (m *Members) Next() int {
	r := m.r
	if n := m.next; n < len(m.names.spelled) {
		spelled := m.names.spelled[n]
		end := r.pos + len(spelled)
		if end <= len(r.text) && string(r.text[r.pos:end]) == spelled && m.seen>>n&1 == 0 && !m.ended {
			r.pos = end
			m.seen |= 1 << n
			m.next = n + 1
			m.begun = true
			return n
		}
	}
	return m.find()
}

// find is Next for another name than the expected one, for blanks, and for the end.
func (m *Members) find() int {
	r := m.r
	for !m.ended && !r.stopped {
		c := r.peek()
		if c == '}' {
			r.pos++
			r.depth--
			m.ended = true
			break
		}
		if m.begun {
			if c != ',' {
				r.fail("a comma or } is missing")
				break
			}
			r.pos++
			r.peek()
		}
		m.begun = true
		m.next = max(m.next, 1) // the first name is spelled without a comma
		at := r.pos
		name, ok := r.name()
		if !ok {
			break
		}
		i := slices.Index(m.names.names, string(name))
		if twice := i >= 0 && m.seen>>i&1 == 1 || i < 0 && m.strange.again(name); twice {
			r.pos = at
			r.fail("the name stands twice")
			break
		}
		if i >= 0 {
			m.seen |= 1 << i
			m.next = i + 1
			return i
		}
		r.Skip()
		r.heed()
	}
	return -1
}

// name reads a member's name and the colon.
func (r *Reader) name() (name []byte, ok bool) {
	name = r.quotedName()
	r.colon()
	return name, !r.stopped
}

func (r *Reader) quotedName() (name []byte) {
	if r.peek() != '"' {
		r.fail("wants the name of a member")
		return nil
	}
	name, _ = r.quoted()
	return name
}

func (r *Reader) colon() {
	if r.peek() != ':' {
		r.fail("a colon is missing")
		return
	}
	r.pos++
}
