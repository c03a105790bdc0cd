package bulk

import "unicode/utf8"

// takeName takes a name without escapes and its colon; at is where the value
// begins.
func takeName(text []byte, pos int) (name span, at int) {
	if pos >= len(text) || text[pos] != '"' {
		return name, len(text)
	}
	end, ascii := plainEnd(text, pos+1)
	if end >= len(text) || text[end] != '"' || !ascii && !utf8.Valid(text[pos+1:end]) {
		return name, len(text)
	}
	if at = beyondBlanks(text, end+1); at >= len(text) || text[at] != ':' {
		return name, len(text)
	}
	return span{pos + 1, end}, beyondBlanks(text, at+1)
}
