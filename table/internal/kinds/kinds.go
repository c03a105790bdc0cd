// Package kinds groups texts, such as warnings that differ only in numbers and ids.
package kinds

import "strings"

// Of returns the text that all texts of the same kind share: each number and each hexadecimal id becomes #, each run of white space one
// blank. It is cut at longest bytes.
func Of(text string, longest int) string {
	b := make([]byte, 0, min(len(text), longest)+16)
	for i := 0; i < len(text) && len(b) <= longest; {
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
		case signs(text, i):
			i++
		default:
			b = append(b, c)
			i++
		}
	}
	return Cut(strings.TrimRight(string(b), " "), longest)
}

// signs reports whether the character at i is the sign of a number.
func signs(text string, i int) bool {
	return (text[i] == '-' || text[i] == '+') && i+1 < len(text) && digit(text[i+1]) && (i == 0 || !alphanumeric(text[i-1]))
}

// wordLength returns the length of the word or number that text begins with: letters and digits, and the characters that join the parts of
// a number (1.5e-07).
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

// appendWord appends a word with # for the numbers and ids in it.
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

// Cut shortens a text to at most n bytes, at the end of a character, and appends an ellipsis.
func Cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n] + "…"
}
