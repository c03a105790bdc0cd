package shard

import (
	"iter"
	"math"
	"testing"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/geojson"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/cas"
)

// TestRangesAreAPartition: disjoint, complete, in order, of equal length but for one.
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
	for _, c := range []struct {
		env  env
		want Shard
	}{
		{env{"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "16", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "16"}, Shard{3, 16}},
		{env{"SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_COUNT": "16", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_MAX": "15"}, Shard{1, 16}},
		{env{"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_MAX": "7", "CAS_SHARDS": "16"}, Shard{7, 16}},
		{env{"JOB_COMPLETION_INDEX": "0", "CAS_SHARDS": "16"}, Shard{1, 16}},
		{env{"JOB_COMPLETION_INDEX": "15", "CAS_SHARDS": "16"}, Shard{16, 16}},
	} {
		s, err := FromEnvironment(func(name string) string { return c.env[name] })
		require.NoError(t, err)
		assert.Equal(t, c.want, s)
	}
	for _, c := range []struct {
		env  env
		want string
	}{
		{env{}, "neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set"},
		{env{"JOB_COMPLETION_INDEX": "3"}, "set CAS_SHARDS"},
		{env{"JOB_COMPLETION_INDEX": "16", "CAS_SHARDS": "16"}, "no shard 17 of 16"},
		{env{"JOB_COMPLETION_INDEX": "x", "CAS_SHARDS": "16"}, `JOB_COMPLETION_INDEX is "x"`},
		{env{"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_MAX": "7"}, "with gaps"},
		{env{"SLURM_ARRAY_TASK_ID": "3"}, "with gaps"},
		{env{"SLURM_ARRAY_TASK_ID": "0", "CAS_SHARDS": "16"}, "no shard 0 of 16"},
	} {
		_, err := FromEnvironment(func(name string) string { return c.env[name] })
		assert.ErrorContains(t, err, c.want)
		assert.ErrorIs(t, err, cas.ErrInvalidRequest)
	}
}
