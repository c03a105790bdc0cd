package wkb

import (
	"fmt"
	"strconv"
)

// scanner reads arrays and numbers out of JSON that has been checked before; on any other text it ends in an error.
type scanner struct {
	text []byte
	at   int
}

// next is the character after white space, 0 at the end.
func (s *scanner) next() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) expect(c byte) error {
	if s.next() != c {
		return s.unexpected(string(c))
	}
	s.at++
	return nil
}

func (s *scanner) unexpected(want string) error {
	return fmt.Errorf("no %s at byte %d of the coordinates", want, s.at)
}

// array reads an array by reading each element.
func (s *scanner) array(element func() error) error {
	if err := s.expect('['); err != nil {
		return err
	}
	if s.next() == ']' {
		s.at++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if s.next() == ']' {
			s.at++
			return nil
		}
		if err := s.expect(','); err != nil {
			return err
		}
	}
}

// number reads a finite number.
func (s *scanner) number() (float64, error) {
	s.next()
	start := s.at
	for s.at < len(s.text) && numeric(s.text[s.at]) {
		s.at++
	}
	f, err := strconv.ParseFloat(string(s.text[start:s.at]), 64)
	if err != nil {
		s.at = start
		return 0, s.unexpected("finite number")
	}
	return f, nil
}

func numeric(c byte) bool {
	return '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

// end checks that nothing follows.
func (s *scanner) end() error {
	if s.next() != 0 || s.at < len(s.text) {
		return s.unexpected("end")
	}
	return nil
}
