package contract_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/contract/facts"
)

// verdicts collects what became of the mutants, by their names.
type verdicts struct {
	mu       sync.Mutex
	mutants  int
	accepted map[string]bool
}

func (v *verdicts) note(name string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.mutants++
	if err == nil {
		v.accepted[name] = true
	}
}

// against compares the mutants that were accepted with those that a reviewed file lists: no more, and no less.
func (v *verdicts) against(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	review, err := facts.ParseReview(string(text))
	require.NoError(t, err)
	unlisted, vanished := review.Check(slices.Sorted(maps.Keys(v.accepted)))
	assert.Emptyf(t, unlisted, "mutants that the document accepts and %s does not list", file)
	assert.Emptyf(t, vanished, "mutants that %s lists and the document refuses", file)
	t.Logf("%d mutants, %d kinds of them accepted", v.mutants, len(v.accepted))
}

// each runs f for every exchange, several at a time.
func each(t *testing.T, exchanges []exchange, f func(exchange)) {
	t.Helper()
	var group sync.WaitGroup
	work := make(chan exchange)
	for range 4 {
		group.Go(func() {
			for e := range work {
				f(e)
			}
		})
	}
	for _, e := range exchanges {
		work <- e
	}
	close(work)
	group.Wait()
}

// Every captured answer, changed in one place of its body, is refused.
func TestMutatedAnswers(t *testing.T) {
	t.Parallel()
	checker := newChecker(t)
	v := verdicts{accepted: map[string]bool{}}
	each(t, captured(t), func(e exchange) {
		asked := e.asked(t)
		if asked == nil || !e.isJSON() {
			return
		}
		for m := range mutants(e.body) {
			where := strings.ReplaceAll(m.where, "responses[].", "")
			v.note(fmt.Sprintf("%d %s: %s", e.status, where, m.what), checker.Response(asked, e.status, e.header, m.body))
		}
	})
	assert.Greater(t, v.mutants, 10_000)
	v.against(t, "testdata/reviewed-mutations-of-answers.txt")
}

// Every captured request that was accepted, changed in one place of its body, is refused.
func TestMutatedRequests(t *testing.T) {
	t.Parallel()
	checker := newChecker(t)
	v := verdicts{accepted: map[string]bool{}}
	each(t, captured(t), func(e exchange) {
		if len(e.sent) == 0 || e.unkept || !e.accepted() || requestExceptions[e.name] != "" {
			return
		}
		for m := range mutants(e.sent) {
			where := strings.ReplaceAll(m.where, "geometries[].", "geometry.")
			v.note(fmt.Sprintf("%s: %s", where, m.what), checker.Request(e.request, m.body))
		}
	})
	assert.Greater(t, v.mutants, 3_000)
	v.against(t, "testdata/reviewed-mutations-of-requests.txt")
}
