// Package names turns the ids of the service's catalog into the names of Go constants.
//
// A name depends on nothing but its id and the table of spellings, so that a renewed catalog adds and removes names and renames
// none. To change the table for a word that is in use is a breaking change of package catalog.
package names

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Dataset is the name of the constant of a dataset id, such as CopernicusDEMElevation of copernicus_dem:elevation.
func Dataset(id string) string {
	slug, dataset, _ := strings.Cut(id, ":")
	return join(part(slug), part(dataset))
}

// Provider is the name of the constant of a provider's slug, such as ProviderCopernicusDEM of copernicus_dem.
func Provider(slug string) string { return join("Provider", part(slug)) }

// A span is two numbers with a separator between: 0-5cm is from 0 to 5 cm. The service writes 0_5 too, but where there is a dash, an
// underscore just separates: wv0010_0-5cm.
var (
	dashed     = regexp.MustCompile(`(\d)-(\d)`)
	underlined = regexp.MustCompile(`(\d)_(\d)`)
)

// part spells one side of an id.
func part(text string) string {
	span := underlined
	if dashed.MatchString(text) {
		span = dashed
	}
	text = span.ReplaceAllString(text, "${1}_to_${2}")
	name := ""
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		name = join(name, spell(word))
	}
	return name
}

// join puts two pieces together, with an underscore where two numbers would run into one.
func join(a, b string) string {
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	if unicode.IsDigit(last) && unicode.IsDigit(first) {
		return a + "_" + b
	}
	return a + b
}

// run is letters or digits of a word, such as "wc", "33" and "kpa".
var run = regexp.MustCompile(`\p{L}+|\p{Nd}+`)

// spell gives a word as a piece of a name: as the table has it, whole or run by run; else with a capital, or as it is when it has
// capitals already, as SRTMGL1.
func spell(word string) string {
	if known, ok := spellings[word]; ok {
		return known
	}
	if strings.ToLower(word) != word {
		return word
	}
	return run.ReplaceAllStringFunc(word, func(piece string) string {
		if known, ok := spellings[piece]; ok {
			return known
		}
		first, size := utf8.DecodeRuneInString(piece)
		return string(unicode.ToUpper(first)) + piece[size:]
	})
}
