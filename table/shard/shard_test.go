package shard

import (
	"iter"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/geojson"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/cas"
)

// TestRangesAreAPartition: ranges are disjoint, complete and in order, and their lengths differ by at most one.
func TestRangesAreAPartition(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		features := rapid.OneOf(rapid.IntRange(0, 1000), rapid.IntRange(0, math.MaxInt-1)).Draw(r, "features")
		n := rapid.OneOf(rapid.IntRange(1, 50), rapid.IntRange(1, Most)).Draw(r, "n")
		next := 0
		for i := 1; i <= n; i++ {
			first, end := Shard{i, n}.Range(features)
			require.Equal(r, next, first)
			require.GreaterOrEqual(r, end-first, features/n)
			require.LessOrEqual(r, end-first, features/n+1)
			next = end
		}
		require.Equal(r, features, next)
	})
}

func TestSelect(t *testing.T) {
	for _, features := range []int{0, 1, 5, 40} {
		for n := 1; n <= 45; n++ {
			var all []int
			for i := 1; i <= n; i++ {
				read := 0
				s := Shard{i, n}
				first, end := s.Range(features)
				for f, err := range s.Select(counting(features, &read), features) {
					require.NoError(t, err)
					all = append(all, f.Index)
				}
				if first == end {
					end = 0
				}
				require.Equal(t, end, read, "nothing is read beyond the shard")
			}
			require.Len(t, all, features)
			for i, index := range all {
				require.Equal(t, i, index)
			}
		}
	}
}

func counting(n int, read *int) iter.Seq2[features.Feature, error] {
	return func(yield func(features.Feature, error) bool) {
		for i := range n {
			*read++
			if !yield(features.Feature{Index: i}, nil) {
				return
			}
		}
	}
}

func TestSelectPassesErrorsOn(t *testing.T) {
	broken := func(yield func(features.Feature, error) bool) { yield(features.Feature{}, geojson.ErrNotGeoJSON) }
	for _, err := range (Shard{2, 2}).Select(broken, 10) {
		assert.ErrorIs(t, err, geojson.ErrNotGeoJSON)
	}
}

func TestNames(t *testing.T) {
	assert.Equal(t, "out/attributes.0003-of-0016.csv", Shard{3, 16}.Path("out/attributes.csv"))
	assert.Equal(t, "out/attributes.0003-of-0016.shard.json", ManifestPath("out/attributes.0003-of-0016.csv"))
	assert.Equal(t, "attributes.csv", Shard{}.Path("attributes.csv"))
	number, of := numbersIn("out/attributes.0003-of-0016.csv")
	assert.Equal(t, []int{3, 16}, []int{number, of})
	number, of = numbersIn("attributes.csv")
	assert.Equal(t, []int{0, 0}, []int{number, of})
	assert.Equal(t, "1-3,7,9-10", ranges([]int{1, 2, 3, 7, 9, 10}))
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Shard{"1/1": {1, 1}, "3/16": {3, 16}, "9999/9999": {9999, 9999}} {
		s, err := Parse(text)
		require.NoError(t, err)
		assert.Equal(t, want, s)
		assert.Equal(t, text, s.String())
	}
	for _, text := range []string{"", "3", "0/16", "17/16", "-1/2", "1/0", "1/10000", "a/b", "1/2/3", " 1/2"} {
		_, err := Parse(text)
		assert.ErrorIs(t, err, cas.ErrInvalidRequest, text)
	}
}

func TestFromEnvironment(t *testing.T) {
	type env map[string]string
	slurm := func(id, first, last, count string) env {
		return env{"SLURM_ARRAY_TASK_ID": id, "SLURM_ARRAY_TASK_MIN": first, "SLURM_ARRAY_TASK_MAX": last, "SLURM_ARRAY_TASK_COUNT": count}
	}
	with := func(e env, shards string) env { e[CountVariable] = shards; return e }
	fresh, known, torn := t.TempDir(), t.TempDir(), t.TempDir()
	for _, path := range []string{
		known + "/a.0001-of-0006.csv", known + "/a.0002-of-0006.shard.json", known + "/ab.0001-of-0009.csv",
		torn + "/a.0001-of-0006.csv", torn + "/a.0001-of-0007.journal",
	} {
		require.NoError(t, os.WriteFile(path, nil, 0o666))
	}
	for _, c := range []struct {
		env    env
		folder string
		want   Shard
		errs   string
	}{
		{slurm("3", "1", "16", "16"), fresh, Shard{3, 16}, ""},
		{with(slurm("7", "3", "7", "2"), "16"), fresh, Shard{7, 16}, ""},
		{slurm("3", "3", "5", "3"), known, Shard{3, 6}, ""}, // 3-5 are left of 6
		{slurm("3", "1", "3", "3"), known, Shard{3, 6}, ""}, // 1-3 are
		{slurm("3", "3", "5", "3"), fresh, Shard{}, "3 tasks from 3 to 5, which does not tell how many"},
		{slurm("3", "1", "7", "2"), fresh, Shard{}, "2 tasks from 1 to 7"},
		{slurm("3", "3", "5", "3"), torn, Shard{}, "files of 6 shards and of 7"},
		{slurm("7", "7", "7", "1"), known, Shard{}, "no shard 7 of 6"},
		{slurm("0", "0", "15", "16"), fresh, Shard{}, "begins with 0"},
		{slurm("3", "0", "5", "6"), known, Shard{}, "begins with 0"},
		{with(slurm("3", "0", "5", "6"), "6"), known, Shard{}, "begins with 0"},
		{env{"SLURM_ARRAY_TASK_ID": "3"}, fresh, Shard{}, "set CAS_SHARDS"},
		{env{"SLURM_ARRAY_TASK_ID": "0", CountVariable: "16"}, fresh, Shard{}, "begins with 0"},
		{env{"PBS_ARRAY_INDEX": "3", CountVariable: "16"}, fresh, Shard{3, 16}, ""},
		{env{"PBS_ARRAYID": "3"}, known, Shard{3, 6}, ""},
		{env{"PBS_ARRAY_INDEX": "3"}, fresh, Shard{}, "PBS_ARRAY_INDEX says which shard this is, but not of how many"},
		{env{"PBS_ARRAY_INDEX": "0"}, known, Shard{}, "begins with 0"},
		{env{"SGE_TASK_ID": "3", "SGE_TASK_FIRST": "1", "SGE_TASK_LAST": "8", "SGE_TASK_STEPSIZE": "1"}, fresh, Shard{3, 8}, ""},
		{env{"SGE_TASK_ID": "3", "SGE_TASK_FIRST": "3", "SGE_TASK_LAST": "5", "SGE_TASK_STEPSIZE": "1"}, fresh, Shard{}, "from 3 to 5"},
		{env{"SGE_TASK_ID": "3", "SGE_TASK_FIRST": "1", "SGE_TASK_LAST": "9", "SGE_TASK_STEPSIZE": "2"}, fresh, Shard{}, "does not tell"},
		{env{"SGE_TASK_ID": "undefined"}, fresh, Shard{}, "give --shard i/n"},
		{env{"JOB_COMPLETION_INDEX": "0", CountVariable: "16"}, fresh, Shard{1, 16}, ""},
		{env{"JOB_COMPLETION_INDEX": "15", CountVariable: "16"}, fresh, Shard{16, 16}, ""},
		{env{"JOB_COMPLETION_INDEX": "3"}, fresh, Shard{}, "set CAS_SHARDS"},
		{env{"JOB_COMPLETION_INDEX": "16", CountVariable: "16"}, fresh, Shard{}, "no shard 17 of 16"},
		{env{"JOB_COMPLETION_INDEX": "x", CountVariable: "16"}, fresh, Shard{}, `JOB_COMPLETION_INDEX is "x"`},
		{env{}, fresh, Shard{}, "give --shard i/n"},
	} {
		s, err := FromEnvironment(func(name string) string { return c.env[name] }, filepath.Join(c.folder, "a.csv"))
		if c.errs != "" {
			assert.ErrorContains(t, err, c.errs, "%v", c.env)
			assert.ErrorIs(t, err, cas.ErrInvalidRequest)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, c.want, s)
	}
}
