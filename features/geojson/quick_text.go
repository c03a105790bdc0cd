package geojson

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/community-attribute-service/cas-go/internal/geotext"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// beyondBlanks passes over white space.
func beyondBlanks(text []byte, pos int) (end int) {
	if pos < len(text) && text[pos] > ' ' {
		return pos
	}
	return beyondMoreBlanks(text, pos)
}

func beyondMoreBlanks(text []byte, pos int) (end int) {
	for pos < len(text) && geotext.IsSpace(text[pos]) {
		pos++
	}
	return pos
}

// quickString takes a string.
func quickString(text []byte, pos int) (end int) {
	for from := pos + 1; ; {
		at, ascii := words.PlainEnd(text, from)
		if at >= len(text) || !ascii && !utf8.Valid(text[from:at]) {
			return len(text)
		}
		switch text[at] {
		case '"':
			return at + 1
		case '\\':
			from = quickEscape(text, at)
		default: // a control character
			return len(text)
		}
	}
}

// quickEscape takes an escape, unless it is half of a surrogate pair.
func quickEscape(text []byte, pos int) (end int) {
	if pos+6 > len(text) {
		return len(text)
	}
	switch text[pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return pos + 2
	case 'u':
	default:
		return len(text)
	}
	for _, c := range text[pos+2 : pos+6] {
		if c-'0' > 9 && c|0x20-'a' > 5 {
			return len(text)
		}
	}
	if text[pos+2]|0x20 == 'd' && text[pos+3] > '7' {
		return len(text)
	}
	return pos + 6
}

// quickNumber takes any number.
func quickNumber(text []byte, pos int) (end int) {
	if text[pos] == '-' {
		pos++
	}
	end = beyondDigits(text, pos)
	if end == pos || text[pos] == '0' && end > pos+1 {
		return len(text)
	}
	if end < len(text) && text[end] == '.' {
		if pos, end = end+1, beyondDigits(text, end+1); end == pos {
			return len(text)
		}
	}
	if end < len(text) && text[end]|0x20 == 'e' {
		if pos = end + 1; pos < len(text) && (text[pos] == '+' || text[pos] == '-') {
			pos++
		}
		if end = beyondDigits(text, pos); end == pos {
			return len(text)
		}
	}
	return end
}

func beyondDigits(text []byte, pos int) (end int) {
	for pos+8 <= len(text) {
		n := words.Digits(text[pos:])
		if pos += n; n < 8 {
			return pos
		}
	}
	for pos < len(text) && text[pos]-'0' <= 9 {
		pos++
	}
	return pos
}

// distinct tells whether no two names are the same. It may put them in order.
func distinct(text []byte, names []span) bool {
	const few = 16
	if len(names) <= few {
		for i, a := range names {
			for _, b := range names[:i] {
				if a.to-a.from == b.to-b.from && string(text[a.from:a.to]) == string(text[b.from:b.to]) {
					return false
				}
			}
		}
		return true
	}
	compare := func(a, b span) int { return bytes.Compare(text[a.from:a.to], text[b.from:b.to]) }
	slices.SortFunc(names, compare)
	for i := range names[1:] {
		if compare(names[i], names[i+1]) == 0 {
			return false
		}
	}
	return true
}
