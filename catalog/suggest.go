package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// longestQuestion bounds the work for a question in bytes; the ids of the snapshot have 43 at most.
const longestQuestion = 128

// slack is how much worse than the best a suggestion may be.
const slack = 2

// Suggest gives up to n dataset ids that were perhaps meant by one that is not known, the likeliest first; none where nothing is
// near. A known id is its own first suggestion.
//
// Typing errors count (a letter left out, put in, replaced, or exchanged with its neighbour), in the provider and in the dataset;
// case, separators and a missing colon do not. A provider or dataset may be named by some of its words, as soilgrids for
// isric_soilgrids, or stand alone; both may have changed places. For a dataset that its provider does not have, those that it has are
// suggested.
func Suggest(id string, n int) []string {
	all := metadata().datasets
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	return SuggestFrom(ids, id, n)
}

// SuggestProvider does for the slug of a provider what [Suggest] does for the id of a dataset.
func SuggestProvider(slug string, n int) []string {
	all := metadata().providers
	slugs := make([]string, len(all))
	for i := range all {
		slugs[i] = all[i].Slug
	}
	return SuggestFrom(slugs, slug, n)
}

// SuggestFrom suggests from other ids or slugs than the snapshot's, such as those that a running service lists. Of equally likely ones,
// the first given comes first. Questions over 128 bytes get no suggestion.
func SuggestFrom(known []string, asked string, n int) []string {
	if n <= 0 || len(asked) > longestQuestion {
		return nil
	}
	question := parse(asked)
	if question.all == "" {
		return nil
	}
	answers := nearest(known, question)
	if len(answers) == 0 && question.second.text != "" { // the provider alone may be known by another provider's dataset
		answers = nearest(known, identifier{all: question.first.text, first: question.first})
	}
	return answers[:min(n, len(answers))]
}

// nearest gives the plausible ones, the likeliest first.
func nearest(known []string, question identifier) []string {
	type answer struct {
		id             string
		cost, distance int
	}
	var answers []answer
	for _, id := range known {
		candidate := parse(id)
		if cost := question.cost(candidate); cost < implausible {
			answers = append(answers, answer{id, cost, distance(question.all, candidate.all)})
		}
	}
	slices.SortStableFunc(answers, func(a, b answer) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.distance, b.distance))
	})
	var ids []string
	for _, a := range answers {
		if a.cost <= answers[0].cost+slack && !slices.Contains(ids, a.id) {
			ids = append(ids, a.id)
		}
	}
	return ids
}

// identifier is an id or slug, made comparable.
type identifier struct {
	all    string // squeezed
	first  part   // before the colon, or everything
	second part   // behind the colon
}

func parse(id string) identifier {
	first, second, _ := strings.Cut(id, ":")
	return identifier{all: squeezed(id), first: parsePart(first), second: parsePart(second)}
}

// What makes a suggestion less likely than typing errors alone.
const (
	swapped      = 1
	partMissing  = 2
	otherDataset = 6 // of the provider that was meant
)

// cost is how far a known id is from the one asked for: 0 where they differ in case and separators at most.
func (asked identifier) cost(known identifier) int {
	all := distance(asked.all, known.all)
	switch {
	case asked.second.text == "" && known.second.text == "":
		return asked.first.cost(known.first)
	case asked.second.text == "":
		alone := partMissing + min(asked.first.cost(known.first), asked.first.cost(known.second))
		return min(near(all, asked.all, known.all), alone)
	}
	if all > 1 { // else the colon may be in the wrong place
		all = implausible
	}
	first, second := asked.first.cost(known.first), asked.second.cost(known.second)
	if first < implausible && second >= implausible {
		second = otherDataset
	}
	return min(all, first+second, swapped+asked.first.cost(known.second)+asked.second.cost(known.first))
}
