package catalog

import (
	"strings"
	"unicode"
)

// unaccented gives the letters of the catalog's own names without their marks. The tests find a letter that is missing here.
var unaccented = strings.NewReplacer(
	"á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "î", "i",
	"ñ", "n", "ó", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "š", "s", "ú", "u", "ü", "u", "ž", "z", "č", "c", "ř", "r", "ß", "ss",
)

// words are the runs of letters and digits of a text, in lower case and without accents.
func words(text string) []string {
	return strings.FieldsFunc(unaccented.Replace(strings.ToLower(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// squeezed is a text without what separates its words: land_cover, Land Cover and landcover are the same.
func squeezed(text string) string { return strings.Join(words(text), "") }

// How well a squeezed word is found among words.
const (
	absent = iota
	within // inside one of them
	begins // from the beginning of one on
	whole  // it is one of them, or some in a row
)

// found tells how well a squeezed word is found among words, in the best place.
func found(word string, among []string) (grade int) {
	for i, first := range among {
		run := first
		for j := i + 1; len(run) < len(word) && j < len(among); j++ {
			run += among[j]
		}
		switch {
		case run == word:
			return whole
		case strings.HasPrefix(run, word):
			grade = max(grade, begins)
		case len(word) >= 3 && strings.Contains(first, word): // shorter ones are inside of anything
			grade = max(grade, within)
		}
	}
	return grade
}
