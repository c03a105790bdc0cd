package table

import (
	"cmp"
	"slices"
	"strings"
)

// A WarningCount is how often the service gave one kind of warning.
type WarningCount struct {
	Dataset string `json:"dataset,omitempty"` // where the warning speaks of one that was asked for
	Kind    string `json:"kind"`              // its text with # for numbers, on one line
	Count   int    `json:"count"`
	Example string `json:"example,omitempty"` // the first such warning, as it was sent, cut at 500 bytes
}

const (
	maxWarningKinds  = 200 // kept apart; the rest is counted together
	maxKindLength    = 300 // bytes
	maxExampleLength = 500 // bytes
	otherWarnings    = "other warnings"
)

// warningCounter counts warnings by kind, in bounded memory.
type warningCounter struct {
	datasets map[string]int // those asked for
	counts   map[warningKey]*WarningCount
	others   int
}

type warningKey struct{ dataset, kind string }

func (w *warningCounter) add(warning string) {
	var key warningKey
	text := warning
	if id, rest, ok := strings.Cut(warning, ": "); ok {
		if _, asked := w.datasets[id]; asked {
			key.dataset, text = id, strings.ReplaceAll(rest, id, "<dataset>")
		}
	}
	key.kind = warningKind(text)
	if c := w.counts[key]; c != nil {
		c.Count++
		return
	}
	if len(w.counts) >= maxWarningKinds {
		w.others++
		return
	}
	if w.counts == nil {
		w.counts = map[warningKey]*WarningCount{}
	}
	key.dataset = strings.Clone(key.dataset)
	w.counts[key] = &WarningCount{Dataset: key.dataset, Kind: key.kind, Count: 1, Example: cut(strings.Clone(warning), maxExampleLength)}
}

// sorted gives the most frequent first, what was not kept apart last.
func (w *warningCounter) sorted() []WarningCount {
	counts := make([]WarningCount, 0, len(w.counts)+1)
	for _, c := range w.counts {
		counts = append(counts, *c)
	}
	slices.SortFunc(counts, func(a, b WarningCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Dataset, b.Dataset), cmp.Compare(a.Kind, b.Kind))
	})
	if w.others > 0 {
		counts = append(counts, WarningCount{Kind: otherWarnings, Count: w.others})
	}
	return counts
}

// warningKind is a text in which numbers, hexadecimal ids and white space are told apart no more: each number and id
// becomes #, each run of white space one blank.
func warningKind(text string) string {
	b := make([]byte, 0, min(len(text), maxKindLength)+16)
	for i := 0; i < len(text) && len(b) <= maxKindLength; {
		c := text[i]
		switch {
		case alphanumeric(c):
			n := wordLength(text[i:])
			b = appendWord(b, text[i:i+n])
			i += n
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
			if len(b) > 0 && b[len(b)-1] != ' ' {
				b = append(b, ' ')
			}
			i++
		default:
			if signs(text, i) {
				i++
				continue
			}
			b = append(b, c)
			i++
		}
	}
	return cut(strings.TrimRight(string(b), " "), maxKindLength)
}

// signs reports whether the character at i is the sign of a number.
func signs(text string, i int) bool {
	return (text[i] == '-' || text[i] == '+') && i+1 < len(text) && digit(text[i+1]) && (i == 0 || !alphanumeric(text[i-1]))
}

// wordLength is the length of the word or number that text begins with: letters and digits, and what joins the parts
// of a number (1.5e-07).
func wordLength(text string) int {
	i := 0
	for i < len(text) {
		switch c := text[i]; {
		case alphanumeric(c):
		case c == '.' && i > 0 && digit(text[i-1]) && i+1 < len(text) && digit(text[i+1]):
		case (c == '-' || c == '+') && i > 1 && (text[i-1] == 'e' || text[i-1] == 'E') && digit(text[0]) && digit(text[i-2]) && i+1 < len(text) && digit(text[i+1]):
		default:
			return i
		}
		i++
	}
	return i
}

// appendWord appends a word with # for what is a number or an id in it.
func appendWord(b []byte, word string) []byte {
	digits, others := 0, 0
	for i := range len(word) {
		switch c := word[i]; {
		case digit(c):
			digits++
		case 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' || c == '.' || c == '-' || c == '+':
		default:
			others++
		}
	}
	if digits == 0 {
		return append(b, word...)
	}
	if others == 0 && (digit(word[0]) || len(word) >= 4) {
		return append(b, '#')
	}
	for i := 0; i < len(word); i++ { // digits inside a word: HTTP2, 30s
		if !digit(word[i]) {
			b = append(b, word[i])
			continue
		}
		b = append(b, '#')
		for i+1 < len(word) && (digit(word[i+1]) || word[i+1] == '.' && i+2 < len(word) && digit(word[i+2])) {
			i++
		}
	}
	return b
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func alphanumeric(c byte) bool {
	return digit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// cut shortens a text to n bytes at the end of a character, and marks it.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n] + "…"
}
