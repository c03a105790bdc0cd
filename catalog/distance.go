package catalog

import (
	"slices"
	"strings"
)

// implausible is the least cost that is too high for a suggestion; it may be added to.
const implausible = 1000

// part is one side of an id, made comparable.
type part struct {
	text  string // squeezed
	words []string
}

func parsePart(text string) part {
	words := words(text)
	return part{text: strings.Join(words, ""), words: words}
}

// cost is how far a known part is from the one asked for, as texts or as words; implausible where they have nothing to do with each
// other.
func (asked part) cost(known part) int {
	return min(near(distance(asked.text, known.text), asked.text, known.text), byWords(asked.words, known.words))
}

// near is a distance, if it is within what typing errors in texts of this length explain: one in four letters.
func near(distance int, a, b string) int {
	if distance > (max(len(a), len(b))+2)/4 {
		return implausible
	}
	return distance
}

// byWords is the cost of naming a part by some of its words, or by its words and more: each word of the side with fewer is one of the
// other side, but for typing errors, or is the beginning of it. Each word left over costs.
func byWords(asked, known []string) int {
	if len(asked) == 0 || len(known) == 0 {
		return implausible
	}
	few, left, compare := asked, slices.Clone(known), wordCost
	if len(asked) > len(known) {
		few, left = known, slices.Clone(asked)
		compare = func(known, asked string) int { return wordCost(asked, known) }
	}
	cost := 1
	for _, word := range few {
		best, at := implausible, 0
		for i, candidate := range left {
			if c := compare(word, candidate); c < best {
				best, at = c, i
			}
		}
		if best == implausible {
			return implausible
		}
		cost += best
		left = slices.Delete(left, at, at+1)
	}
	return cost + len(left)
}

// wordCost is how far a known word is from one asked for, which may be its first letters, three at least.
func wordCost(asked, known string) int {
	switch d := distance(asked, known); {
	case d <= min(len(asked), len(known))/4:
		return d
	case len(asked) >= 3 && strings.HasPrefix(known, asked):
		return 1
	}
	return implausible
}

// distance is the number of letters to insert, delete, replace or exchange with their neighbour to make one text of another: the
// optimal string alignment distance, a variant of Damerau and Levenshtein's.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	before, above, row := make([]int, len(to)+1), make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i := range from {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range to {
			replaced := above[j]
			if from[i] != to[j] {
				replaced++
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, replaced)
			if i > 0 && j > 0 && from[i] == to[j-1] && from[i-1] == to[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(to)]
}
