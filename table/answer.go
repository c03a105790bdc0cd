package table

import (
	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
)

// An answer is an outcome taken apart: the result of each dataset, and what failed.
type answer struct {
	datasets []string
	index    map[string]int
	results  []*cas.AttributeResult // by dataset; nil where there is none
	failures []cas.DatasetFailure   // none if the feature has not failed
}

func newAnswer(datasets []string) *answer {
	a := &answer{datasets: datasets, index: make(map[string]int, len(datasets)), results: make([]*cas.AttributeResult, len(datasets))}
	for i, id := range datasets {
		a.index[id] = i
	}
	return a
}

// take reads an outcome. What it shows is valid until the next one.
func (a *answer) take(o *bulk.Outcome) {
	clear(a.results)
	found := 0
	if o.Response != nil {
		for i := range o.Response.Results {
			r := &o.Response.Results[i]
			if d, asked := a.find(i, r.DatasetID); asked && a.results[d] == nil {
				a.results[d] = r
				found++
			}
		}
	}
	a.failures = o.Failures()
	if len(a.failures) == 0 && found < len(a.datasets) { // an outcome of someone else's making: nothing goes unsaid
		a.failures = cas.Missing(o.Response, a.datasets)
	}
}

// find is the number of the dataset of the i-th result. Results mostly stand in the order in which they were asked for.
func (a *answer) find(i int, dataset string) (d int, asked bool) {
	if i < len(a.datasets) && a.datasets[i] == dataset {
		return i, true
	}
	d, asked = a.index[dataset]
	return d, asked
}
