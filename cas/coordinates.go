package cas

import (
	"errors"
	"fmt"
	"strconv"
)

// coordinateScanner checks the nested arrays of GeoJSON coordinates in one pass without building them. It accepts numbers, arrays
// and white space alone, and notes how deep both stand, so that the type, which may come behind, can be held against them.
type coordinateScanner struct {
	numberDepth int // arrays around every number, 0 before the first one
	emptyDepth  int // arrays around the deepest array without content, itself included
	positions   int // arrays of numbers so far
}

// deepest is the nesting of a MultiPolygon's numbers; nothing deeper can be coordinates.
const deepest = 4

// scan reads the value at pos and returns where it ends.
func (c *coordinateScanner) scan(text []byte, pos int) (end int, err error) {
	depth, numbers := 0, 0 // open arrays; numbers so far in the innermost one
	for {
		// A value is due: descend to it.
		pos = skipSpace(text, pos)
		if pos >= len(text) {
			return pos, errors.New("are cut off")
		}
		switch ch := text[pos]; {
		case ch == '[':
			if depth++; depth > deepest {
				return pos, errors.New("are nested too deeply")
			}
			if numbers > 0 || (c.numberDepth > 0 && depth > c.numberDepth) {
				return pos, c.here("an array stands where a number belongs")
			}
			if depth == c.numberDepth { // most of the text, as a rule
				pos = c.positionRun(text, pos)
			}
			pos = skipSpace(text, pos+1)
			if pos < len(text) && text[pos] != ']' {
				continue
			}
			c.emptyDepth = max(c.emptyDepth, depth)
		case ch == '-' || (ch >= '0' && ch <= '9'):
			if depth == 0 {
				return pos, errors.New("are a number, not an array")
			}
			next, err := number(text, pos)
			if err != nil {
				return pos, c.here(err.Error())
			}
			if c.numberDepth == 0 {
				c.numberDepth = depth
			}
			if depth != c.numberDepth {
				return pos, c.here("a number stands where an array belongs")
			}
			numbers++
			pos = next
		default:
			return pos, c.here(notANumber(text[pos:]))
		}
		// A value has ended: close arrays up to the next comma.
		for {
			pos = skipSpace(text, pos)
			if pos >= len(text) {
				return pos, errors.New("are cut off")
			}
			if text[pos] == ',' {
				pos++
				break
			}
			if text[pos] != ']' {
				return pos, c.here("a comma or ] is missing")
			}
			pos++
			if numbers > 0 {
				if numbers < 2 {
					return pos, c.here("a position has one number, not longitude and latitude")
				}
				c.positions++
			}
			numbers = 0
			if depth--; depth == 0 {
				return pos, nil
			}
		}
	}
}

// fits tells whether coordinates so nested are those of the type, whose numbers stand depth arrays deep.
func (c *coordinateScanner) fits(kind string, depth int) error {
	switch {
	case c.numberDepth != 0 && c.numberDepth != depth:
		return fmt.Errorf("are nested %d deep; those of a %s are %d deep", c.numberDepth, kind, depth)
	case c.emptyDepth >= depth:
		return errors.New("have a position without longitude and latitude")
	default:
		return nil
	}
}

func (c *coordinateScanner) here(what string) error {
	return fmt.Errorf("are not right at position %d: %s", c.positions+1, what)
}

// notANumber names what stands where a number or an array belongs.
func notANumber(text []byte) string {
	end := 1
	for end < len(text) && end < 12 && text[end] != ',' && text[end] != ']' {
		end++
	}
	return string(text[:end]) + " is not a finite number"
}

// number reads the JSON number at pos, which must be finite as a float64.
func number(text []byte, pos int) (end int, err error) {
	start := pos
	if text[pos] == '-' {
		pos++
	}
	digits := pos
	pos = skipDigits(text, pos)
	switch {
	case pos == digits:
		return pos, errors.New(notANumber(text[start:]))
	case text[digits] == '0' && pos > digits+1:
		return pos, errors.New("a number has a leading zero")
	}
	if pos < len(text) && text[pos] == '.' {
		fraction := pos + 1
		if pos = skipDigits(text, fraction); pos == fraction {
			return pos, errors.New("a number ends in its decimal point")
		}
	}
	const alwaysFinite = 300 // digits: fewer stay below the largest float64, 1.8e308
	exponent := pos < len(text) && (text[pos] == 'e' || text[pos] == 'E')
	if exponent {
		pos++
		if pos < len(text) && (text[pos] == '+' || text[pos] == '-') {
			pos++
		}
		power := pos
		if pos = skipDigits(text, power); pos == power {
			return pos, errors.New("a number ends in its exponent's e")
		}
	}
	if exponent || pos-start > alwaysFinite {
		if _, err := strconv.ParseFloat(string(text[start:pos]), 64); err != nil {
			return pos, fmt.Errorf("%s is not a finite number", abbreviate(text[start:pos]))
		}
	}
	return pos, nil
}

func skipDigits(text []byte, pos int) int {
	for pos < len(text) && text[pos]-'0' <= 9 {
		pos++
	}
	return pos
}

func skipSpace(text []byte, pos int) int {
	for pos < len(text) && (text[pos] == ' ' || text[pos] == '\n' || text[pos] == '\t' || text[pos] == '\r') {
		pos++
	}
	return pos
}
