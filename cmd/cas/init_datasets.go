package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
)

// mostHits is how many datasets of a search are printed: a screenful.
const mostHits = 20

// askDatasetIDs lets the user search and choose datasets, any number of times.
func (a *app) askDatasetIDs(ctx context.Context, q *asker, n *interview) error {
	all, err := a.datasetsThere(ctx, n)
	if err != nil {
		return err
	}
	fmt.Fprintln(q.out, "\nWhich datasets? Search by words, such as: soil clay")
	s := shelf{all: all, query: n.where()}
	prompt := "words"
	for done := false; !done; {
		before := slices.Clone(s.chosen)
		err := q.ask(ctx, prompt, func(answer string) (err error) {
			done, err = s.answer(answer)
			return err
		})
		if errors.Is(err, errNoAnswer) && len(s.chosen) > 0 {
			break // Ctrl-D ends the choice as an empty line does
		}
		if err != nil {
			return err
		}
		if s.found {
			if err := a.printHits(q, &s); err != nil {
				return err
			}
		}
		if !slices.Equal(s.chosen, before) {
			fmt.Fprintln(q.out, "chosen:", strings.Join(s.chosen, ", "))
		}
		prompt = "numbers to choose, words to search again, or an empty line when done"
	}
	n.datasets = s.chosen
	return nil
}

// datasetsThere lists the datasets of the service, or without a service those of the catalog inside this program.
func (a *app) datasetsThere(ctx context.Context, n *interview) ([]cas.Dataset, error) {
	if !n.offline {
		all, err := a.askDatasets(ctx, catalog.Query{})
		if !isAway(err) {
			return all, err
		}
		fmt.Fprintln(a.err, "cas: note:", err)
		fmt.Fprintln(a.err, "cas: note: there is no service yet to run the command on:", a.hint(err))
	}
	a.tellCarried()
	return catalog.Search(catalog.Query{}), nil
}

// where is a query for datasets whose area touches that of the features.
func (n *interview) where() catalog.Query {
	e := n.contents.Extent
	if len(e) != 4 {
		return catalog.Query{}
	}
	return catalog.Query{BBox: &cas.BoundingBox{MinLon: e[0], MinLat: e[1], MaxLon: e[2], MaxLat: e[3]}}
}

// shelf has the datasets to choose from, those found by the last search, and those chosen.
type shelf struct {
	all    []cas.Dataset
	query  catalog.Query // without words
	hits   []cas.Dataset // of the last search
	found  bool          // the last answer was a search
	chosen []string      // ids
}

// answer handles numbers, an id, words to search for, or an empty line, which ends the choice.
func (s *shelf) answer(text string) (done bool, err error) {
	s.found = false
	if text == "" {
		if len(s.chosen) == 0 {
			return false, bad("no dataset is chosen yet: answer words to search for")
		}
		return true, nil
	}
	if numbers, ok, err := numbers(text, len(s.hits)); ok || err != nil {
		for _, i := range numbers {
			s.toggle(s.hits[i-1].ID)
		}
		return false, err
	}
	if slices.ContainsFunc(s.all, func(d cas.Dataset) bool { return d.ID == text }) {
		s.toggle(text)
		return false, nil
	}
	query := s.query
	query.Words = text
	hits := catalog.SearchIn(s.all, query)
	if len(hits) == 0 {
		return false, s.nothing(text)
	}
	s.hits, s.found = hits, true
	return false, nil
}

func (s *shelf) toggle(id string) {
	if i := slices.Index(s.chosen, id); i >= 0 {
		s.chosen = slices.Delete(s.chosen, i, i+1)
		return
	}
	s.chosen = append(s.chosen, id)
}

// nothing is the error for a search that found nothing.
func (s *shelf) nothing(words string) error {
	if strings.Contains(words, ":") {
		ids := make([]string, len(s.all))
		for i, d := range s.all {
			ids[i] = d.ID
		}
		return bad("there is no dataset %s%s", words, didYouMean(words, catalog.SuggestFrom(ids, words, 1)))
	}
	if elsewhere := catalog.SearchIn(s.all, catalog.Query{Words: words}); len(elsewhere) > 0 {
		return bad("%d datasets fit, such as %s, but none has anything where the features are", len(elsewhere), elsewhere[0].ID)
	}
	return bad("no dataset fits: every word must be in it; fewer or shorter ones find more")
}

// numbers reads a line such as "1 3-5" or "1,3". ok is false if the line is words; a number above most is an error.
func numbers(text string, most int) (list []int, ok bool, err error) {
	for _, field := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		from, to, span := strings.Cut(field, "-")
		if !span {
			to = from
		}
		first, err := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err != nil || err2 != nil {
			return nil, false, nil
		}
		switch {
		case most == 0:
			return nil, true, bad("%s: there is nothing to choose from yet: answer words to search for", field)
		case first < 1 || last > most || last < first:
			return nil, true, bad("%s: answer numbers from 1 to %d", field, most)
		}
		for i := first; i <= last; i++ {
			list = append(list, i)
		}
	}
	return list, len(list) > 0, nil
}

// printHits prints the datasets found, with numbers.
func (a *app) printHits(q *asker, s *shelf) error {
	more := len(s.hits) - mostHits
	s.hits = s.hits[:min(len(s.hits), mostHits)]
	columns, err := chooseColumns([]string{"id", "name", "units", "resolution", "time", "licence"})
	if err != nil {
		return err
	}
	number := column{"#", func(d cas.Dataset) string {
		return strconv.Itoa(1 + slices.IndexFunc(s.hits, func(h cas.Dataset) bool { return h.ID == d.ID }))
	}}
	if err := a.datasetTable(s.hits, append([]column{number}, columns...)); err != nil {
		return err
	}
	if more > 0 {
		fmt.Fprintf(q.out, "and %d more, which fit less well: another word makes them fewer\n", more)
	}
	return nil
}
