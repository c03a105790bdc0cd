package cas

import "github.com/community-attribute-service/cas-go/internal/words"

// Most of a geometry's text is positions of two plain numbers, as [-84.2308,36.1983], one behind the other without blanks, and most of
// those are spelled alike up to their decimals: the same whole degrees. They are checked eight bytes at a time.

// positionRun reads positions while they are plain. It gives the place of the first that is not such, or of the last: scan goes on
// with that.
func (c *coordinateScanner) positionRun(text []byte, pos int) int {
	const patience = 8 // positions of other spellings, before theirs is learnt
	var s spelling
	for others := 0; ; c.positions++ {
		if s.length > 0 {
			next, n := s.run(text, pos)
			if n > 0 {
				others = 0
			}
			pos, c.positions = next, c.positions+n
		}
		next := plainPosition(text, pos)
		if next < 0 {
			return pos
		}
		if others++; others > patience {
			s.learn(text[pos : next+1])
			others = 0
		}
		pos = next
	}
}

// plainPosition gives the place of the bracket behind a plain position and its comma, -1 if there is no such.
func plainPosition(text []byte, pos int) (next int) {
	end := words.PlainNumber(text, pos+1)
	if end >= len(text) || text[end] != ',' {
		return -1
	}
	end = words.PlainNumber(text, end+1)
	if end+2 >= len(text) || text[end] != ']' || text[end+1] != ',' || text[end+2] != '[' {
		return -1
	}
	return end + 2
}
