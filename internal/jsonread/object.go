package jsonread

import "slices"

// Names are the members of an object that its reader wants.
type Names struct {
	names   []string
	spelled []string // as they stand in a text without blanks: "name": for the first, ,"name": for the others
}

// NewNames lists the names, at most 64, in the order in which they are expected. Any other order is read too, not as fast.
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

// Members goes through the members of an object.
type Members struct {
	r       *Reader
	names   *Names
	seen    uint64 // a bit for each of names
	next    int    // the one expected
	begun   bool   // a member was read
	ended   bool   // there are no more
	strange strangers
}

// strangers are the names read that nobody wants, which must not stand twice either.
type strangers struct {
	few  []string
	many map[string]struct{}
}

// again notes a name and tells whether it was noted before.
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

// Next gives the index of the member whose value is due, -1 behind the last one. Members that are not wanted are skipped.
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

// find is Next for a name other than the one expected, for blanks, and for the end.
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
		m.next = max(m.next, 1) // the first one is spelled without a comma
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
