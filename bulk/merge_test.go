package bulk

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
)

func openFor(t testing.TB, path string, datasets []string) (*journal.Journal, error) {
	t.Helper()
	j, err := journal.Open(path, Options{DatasetIDs: datasets}.Fingerprint("id"))
	if err == nil {
		t.Cleanup(func() { j.Close() })
	}
	return j, err
}

// lacks is a service that has no result for some datasets of some features.
func lacks(lack func(position int, dataset string) string) func(int, *cas.AttributeResponse) {
	return func(position int, r *cas.AttributeResponse) {
		for i := len(r.Results) - 1; i >= 0; i-- {
			if reason := lack(position, r.Results[i].DatasetID); reason != "" {
				r.Warnings = append(r.Warnings, r.Results[i].DatasetID+": "+reason)
				r.Results = slices.Delete(r.Results, i, i+1)
			}
		}
	}
}

// runOn resumes a journal, and counts the values that it has.
func runOn(t testing.TB, path string, service *fake, n int, datasets ...string) (values int, outcomes []Outcome) {
	t.Helper()
	j, err := openFor(t, path, datasets)
	require.NoError(t, err)
	recording, err := Record(context.Background(), service, someFeatures(n), Options{DatasetIDs: datasets, Journal: j, Wait: -1})
	require.NoError(t, err)
	for o, err := range recording.Outcomes(nil) {
		require.NoError(t, err)
		if o.Response != nil {
			o.Response = &cas.AttributeResponse{Results: slices.Clone(o.Response.Results), Warnings: slices.Clone(o.Response.Warnings)}
			values += len(o.Response.Results)
			for _, r := range o.Response.Results {
				got, _ := r.Value.Float64()
				require.Equal(t, float64(o.Feature.Index)/3, got)
			}
		}
		outcomes = append(outcomes, o)
	}
	require.NoError(t, j.Finish())
	require.NoError(t, j.Close())
	return values, outcomes
}

// Forty features and two datasets, one of which every second feature lacks: the values stay, whatever happens to the next runs.
func TestATableNeverGetsWorse(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	values, _ := runOn(t, path, &fake{respond: lacks(func(p int, d string) string {
		if d == "p:a" && p%2 == 1 {
			return "gone"
		}
		return ""
	})}, 40, "p:a", "p:b")
	require.Equal(t, 60, values)

	down := &fake{respond: lacks(func(_ int, d string) string { return map[string]string{"p:b": "b is down"}[d] })}
	down.answer = func(_ context.Context, positions []int) error { return status(500) }
	values, outcomes := runOn(t, path, down, 40, "p:a", "p:b")
	require.Equal(t, 60, values)
	for _, datasets := range down.datasets {
		require.Equal(t, []string{"p:a"}, datasets, "only what lacks is asked for")
	}
	assert.Equal(t, []cas.DatasetFailure{{DatasetID: "p:a", Reason: status(500).Error()}}, outcomes[1].Failures())
	assert.NoError(t, outcomes[0].Err)

	down.answer = nil
	down.respond = lacks(func(int, string) string { return "all are down" })
	values, outcomes = runOn(t, path, down, 40, "p:a", "p:b")
	require.Equal(t, 60, values)
	assert.Equal(t, []cas.DatasetFailure{{DatasetID: "p:a", Reason: "all are down"}}, outcomes[1].Failures())
	assert.Equal(t, []string{"p:a: all are down"}, outcomes[1].Response.Warnings, "the newest reason")

	well := &fake{}
	values, outcomes = runOn(t, path, well, 40, "p:a", "p:b")
	require.Equal(t, 80, values)
	require.Len(t, well.asked(), 20)
	assert.Equal(t, "p:a", outcomes[1].Response.Results[0].DatasetID, "in the order asked")
	assert.Empty(t, outcomes[1].Response.Warnings)

	grown := &fake{}
	values, _ = runOn(t, path, grown, 40, "p:a", "p:b", "p:c")
	require.Equal(t, 120, values)
	for _, datasets := range grown.datasets {
		require.Equal(t, []string{"p:c"}, datasets)
	}
}

// Features that lack the same datasets share their requests.
func TestWhatLacksTheSameIsAskedTogether(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	first := &fake{respond: lacks(func(p int, d string) string {
		if d == fmt.Sprintf("p:%d", p%3) {
			return "gone"
		}
		return ""
	})}
	datasets := []string{"p:0", "p:1", "p:2", "p:3"}
	values, _ := runOn(t, path, first, 300, datasets...)
	require.Equal(t, 900, values)
	second := &fake{}
	values, _ = runOn(t, path, second, 300, datasets...)
	require.Equal(t, 1200, values)
	for i, positions := range second.requests {
		require.Len(t, second.datasets[i], 1)
		for _, p := range positions {
			require.Equal(t, fmt.Sprintf("p:%d", p%3), second.datasets[i][0])
		}
	}
	require.Less(t, len(second.requests), 60)
}

// If datasets and requests fail at random, no value is ever lost, and ten datasets that each fail three times in ten are complete after a
// few runs.
func TestFlakyDatasetsConverge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		random := rand.New(rand.NewPCG(seed, 1))
		crashes := rapid.Float64Range(0, 0.2).Draw(rt, "crashes")
		var datasets []string
		for i := range 10 {
			datasets = append(datasets, fmt.Sprintf("p:%d", i))
		}
		folder := t.TempDir()
		path := filepath.Join(folder, "journal")
		before, runs := 0, 0
		had := map[string]bool{}
		for before < 500 {
			if runs++; runs > 12 && crashes == 0 {
				rt.Fatalf("%d values after 12 runs", before)
			}
			require.Less(rt, runs, 40)
			service := &fake{respond: lacks(func(int, string) string {
				if random.Float64() < 0.3 {
					return "not now"
				}
				return ""
			}), answer: func(context.Context, []int) error {
				if random.Float64() < crashes {
					return status(500)
				}
				return nil
			}}
			j, err := openFor(t, path, datasets)
			require.NoError(rt, err)
			recording, err := Record(context.Background(), service, someFeatures(50), Options{DatasetIDs: datasets, Journal: j, Concurrency: 1})
			require.NoError(rt, err)
			values := 0
			for o, err := range recording.Outcomes(nil) {
				require.NoError(rt, err)
				if o.Response == nil {
					continue
				}
				values += len(o.Response.Results)
				has := map[string]bool{}
				for _, r := range o.Response.Results {
					has[r.DatasetID] = true
				}
				for _, d := range datasets {
					key := fmt.Sprint(o.Feature.Index, d)
					require.False(rt, had[key] && !has[d], "%s was lost", key)
					had[key] = had[key] || has[d]
				}
			}
			require.GreaterOrEqual(rt, values, before)
			before = values
			require.NoError(rt, j.Close())
		}
	})
}

func TestMergeKeepsWhatIsNotAskedFor(t *testing.T) {
	t.Parallel()
	all := []string{"p:a", "p:b", "p:c"}
	before := responseFor(1, []string{"p:a", "p:c"})
	before.Warnings = []string{"p:a: coarse", "p:b: gone", "of nobody"}
	newer := responseFor(1, []string{"p:b"})
	newer.RequestID, newer.Warnings = "new", []string{"p:b: late"}
	m := merge(before, newer, []string{"p:b"}, all)
	assert.Equal(t, responseFor(1, all).Results, m.Results)
	assert.Equal(t, []string{"p:a: coarse", "of nobody", "p:b: late"}, m.Warnings)
	assert.Equal(t, "new", m.RequestID)
	it := &item{before: before, datasets: []string{"p:b"}, slot: &slot{datasets: all}}
	f := it.fail(errors.New("no")).Response
	assert.Equal(t, before.Results, f.Results)
	assert.Equal(t, []string{"p:a: coarse", "of nobody", "p:b: no"}, f.Warnings)
	assert.Len(t, before.Warnings, 3, "it is not changed")
}

// What nobody asked for replaces nothing.
func TestAnAnswerToAnotherQuestionReplacesNothing(t *testing.T) {
	result := func(id string, v float64) cas.AttributeResult {
		return cas.AttributeResult{DatasetID: id, Value: cas.NumberValue(v)}
	}
	before := &cas.AttributeResponse{Results: []cas.AttributeResult{result("p:b", 1)}}
	newer := &cas.AttributeResponse{Results: []cas.AttributeResult{result("p:b", -5), result("p:a", 2)}}
	m := merge(before, newer, []string{"p:a"}, []string{"p:a", "p:b"})
	assert.Equal(t, []cas.AttributeResult{result("p:a", 2), result("p:b", 1)}, m.Results)
}
