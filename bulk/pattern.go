package bulk

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
)

// fewest is how many features have to lack a dataset, all for one reason, for a run to be ended: those are the first of the input.
const fewest = 200

// A pattern looks for a dataset that no feature has, for one and the same reason, in the beginning of a run that has no answers yet.
type pattern struct {
	left    int
	reasons map[string]string // by dataset that all features so far lack
}

func newPattern(o *Options) pattern {
	if len(o.Periods) > 0 {
		return pattern{} // the data of a dataset may begin behind the first period
	}
	if o.Journal != nil && o.Journal.State().Records > 0 {
		return pattern{} // who goes on has seen what there is
	}
	return pattern{left: fewest}
}

// numbered are the words of a reason that differ from feature to feature: numbers, times, the ids of requests.
var numbered = regexp.MustCompile(`\w*[0-9]\w*`)

// see takes in the error of a feature that was answered. What it returns ends the run.
func (p *pattern) see(err error) error {
	if p.left == 0 {
		return nil
	}
	lacks := map[string]string{}
	var lacking *PartialError
	if errors.As(err, &lacking) {
		for _, f := range lacking.Failures {
			lacks[f.DatasetID] = numbered.ReplaceAllString(f.Reason, "#")
		}
	}
	if p.left == fewest {
		p.reasons = lacks
	}
	for id, reason := range p.reasons {
		if now, still := lacks[id]; !still || now != reason {
			delete(p.reasons, id)
		}
	}
	if p.left--; len(p.reasons) == 0 {
		p.left = 0
	}
	if p.left > 0 || len(p.reasons) == 0 {
		return nil
	}
	e := &HopelessError{Features: fewest}
	for _, f := range lacking.Failures {
		if _, ok := p.reasons[f.DatasetID]; ok {
			e.Failures = append(e.Failures, f)
		}
	}
	return e
}

// notice looks for a pattern while there may be one.
func (r *run) notice(o Outcome) {
	if o.Response == nil || !r.watching.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.pattern.see(o.Err); err != nil {
		r.endWith(err)
	}
	r.watching.Store(r.pattern.left > 0)
}

// A HopelessError ends a new run if its first features all lack the same datasets for the same reason. A journal keeps their answers. A
// run that resumes from it skips this check, and so does a run with [Options.Periods].
type HopelessError struct {
	Features int                  // number of features that were tried
	Failures []cas.DatasetFailure // the datasets, with the reason that one of the features got
}

// Error names the datasets and the reasons.
func (e *HopelessError) Error() string {
	text := fmt.Sprintf("none of the first %d features has a result for", e.Features)
	for i, f := range e.Failures {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(" %s (%s)", f.DatasetID, strings.Join(strings.Fields(f.Reason), " "))
	}
	return text
}
