package shard

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/netcdf"
	"github.com/community-attribute-service/cas-go/table/parquet"
)

// TestMergeEqualsOneRun divides a run into 1 to 50 shards, which can be more than there are features.
func TestMergeEqualsOneRun(t *testing.T) {
	for _, f := range formats {
		t.Run(f.Name(), func(t *testing.T) {
			t.Parallel()
			for _, features := range []int{0, 1, 37, 160} {
				w := newWorld(uint64(features), features, f)
				single := filepath.Join(t.TempDir(), "attributes."+extension(f))
				w.run(t, Shard{}, single)
				want := files(t, single)
				counts := []int{1, 2, 3, 7, 50}
				if features == 160 {
					counts = []int{4, 13, 32}
				}
				if f == (table.CSV{}) && features == 37 {
					counts = upTo(50)
				}
				for _, n := range counts {
					output := filepath.Join(t.TempDir(), "attributes."+extension(f))
					shards := w.shards(t, n, output, rand.New(rand.NewPCG(1, uint64(n))))
					_, err := Merge(t.Context(), shards, output, formats...)
					require.NoError(t, err, "%d shards", n)
					require.Equal(t, want, files(t, output), "%d shards", n)
				}
			}
		})
	}
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i + 1
	}
	return all
}

// TestMergeProperty: any 1 to 50 shards, in any order, with any answers, give the bytes of one run. A shard that is left out, given twice,
// cut or of another run is refused and named.
func TestMergeProperty(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := rapid.SampledFrom(formats).Draw(r, "format")
		features := rapid.IntRange(0, 120).Draw(r, "features")
		n := rapid.IntRange(1, 50).Draw(r, "n")
		seed := rapid.Uint64().Draw(r, "seed")
		folder, err := os.MkdirTemp(t.TempDir(), "")
		require.NoError(r, err)
		defer os.RemoveAll(folder)
		random := rand.New(rand.NewPCG(seed, 2))

		w := newWorld(seed, features, f)
		w.form = rapid.SampledFrom(forms).Draw(r, "form")
		if f == (netcdf.Format{}) {
			w.form.Long = false // it has hru in place of rows
		}
		single := filepath.Join(folder, "single."+extension(f))
		w.run(t, Shard{}, single)
		output := filepath.Join(folder, "attributes."+extension(f))
		shards := w.shards(t, n, output, random)
		_, err = Merge(t.Context(), shards, output, formats...)
		require.NoError(r, err)
		want := files(t, single)
		got := files(t, output)
		require.Equal(r, want[filepath.Base(single)], got[filepath.Base(output)])
		require.Equal(r, want["single.errors.csv"], got["attributes.errors.csv"])
		require.Equal(r, strings.ReplaceAll(want["single.meta.json"], "single.", "attributes."), got["attributes.meta.json"])

		require.NoError(r, os.Remove(output))
		victim := random.IntN(n) + 1
		path := Shard{victim, n}.Path(output)
		damage := rapid.SampledFrom(slices.Collect(keys(damages))).Draw(r, "damage")
		shards, rerun := damages[damage](t, w, shards, path, Shard{victim, n}, output)
		_, err = Merge(t.Context(), shards, output, formats...)
		var refused *MergeError
		require.ErrorAs(r, err, &refused, damage)
		if n > 1 { // an only shard that is of another division leaves nothing to name it by
			require.Contains(r, err.Error(), ranges([]int{victim}))
		}
		if rerun && n > 1 {
			require.Equal(r, []int{victim}, refused.Rerun, "%s: %v", damage, err)
		}
		require.NoFileExists(r, output)
	})
}

// forms of tables; in each of them a merge gives the same as one run.
var forms = []table.Form{
	{}, {}, {Values: true, IDName: "gauge_id", IDPrefix: "camels"}, {SortByID: true}, {Long: true}, {Long: true, SortByID: true, IDPrefix: "a_"},
}

// TestMergeZeroesClassesOfOtherShards merges shards, each of which has a class of its own.
func TestMergeZeroesClassesOfOtherShards(t *testing.T) {
	for _, f := range formats {
		w := newWorld(1, 0, f)
		w.form = table.Form{ZeroClasses: true, Values: true}
		w.params.DatasetIDs = []string{cover}
		for i, class := range []string{"1", "2", "-1"} {
			w.outcomes = append(w.outcomes, bulk.Outcome{
				Feature: features.Feature{ID: class, Index: i},
				Response: &cas.AttributeResponse{Results: []cas.AttributeResult{{
					DatasetID: cover, Value: cas.DistributionValue(map[string]float64{class: 1}), Aggregation: cas.AggregationDistribution,
				}}},
			})
		}
		folder := t.TempDir()
		single, output := filepath.Join(folder, "one", "a."+extension(f)), filepath.Join(folder, "a."+extension(f))
		require.NoError(t, os.Mkdir(filepath.Dir(single), 0o777))
		w.run(t, Shard{}, single)
		_, err := Merge(t.Context(), w.shards(t, 3, output, rand.New(rand.NewPCG(1, 1))), output, formats...)
		require.NoError(t, err)
		require.Equal(t, files(t, single), files(t, output), f.Name())
		if f == (table.CSV{}) {
			require.Equal(t, "HYBAS_ID,NAME,UP,lc_cover_minus_1,lc_cover_1,lc_cover_2\n1,,,0,1,0\n2,,,0,0,1\n-1,,,1,0,0\n", files(t, output)["a.csv"])
		}
	}
}

// TestMergeSkipsListsOfFailures merges the files that a pattern of the shell matches: tables and lists of failures.
func TestMergeSkipsListsOfFailures(t *testing.T) {
	w := newWorld(3, 30, table.CSV{})
	output := filepath.Join(t.TempDir(), "q.csv")
	w.shards(t, 3, output, rand.New(rand.NewPCG(1, 1)))
	found, err := filepath.Glob(filepath.Join(filepath.Dir(output), "q.*.csv"))
	require.NoError(t, err)
	require.Len(t, found, 6)
	_, err = Merge(t.Context(), found, output, formats...)
	require.NoError(t, err)
	_, err = Merge(t.Context(), found[:1], output, formats...)
	require.Error(t, err, "%s is all there is", found[0])
}

func keys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// damages make shards that do not belong together. Each returns the tables to merge, and whether the shard has to run again.
var damages = map[string]func(t *testing.T, w *world, shards []string, path string, s Shard, output string) ([]string, bool){
	"left out": func(_ *testing.T, w *world, shards []string, path string, s Shard, _ string) ([]string, bool) {
		shards = slices.DeleteFunc(slices.Clone(shards), func(p string) bool { return p == path })
		if len(shards) == 0 { // the only one: another run's in its place
			return []string{path + ".nothing" + filepath.Ext(path)}, false
		}
		return shards, true
	},
	"without its manifest": func(t *testing.T, _ *world, shards []string, path string, _ Shard, _ string) ([]string, bool) {
		require.NoError(t, os.Remove(ManifestPath(path)))
		return shards, true
	},
	"with a damaged manifest": func(t *testing.T, _ *world, shards []string, path string, _ Shard, _ string) ([]string, bool) {
		require.NoError(t, os.Truncate(ManifestPath(path), 100))
		return shards, true
	},
	"there twice": func(t *testing.T, _ *world, shards []string, path string, _ Shard, _ string) ([]string, bool) {
		other := filepath.Join(filepath.Dir(path), "copy"+filepath.Ext(path))
		for from, to := range map[string]string{path: other, ManifestPath(path): ManifestPath(other), table.ErrorsPath(path): table.ErrorsPath(other)} {
			text, err := os.ReadFile(from)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(to, text, 0o600))
		}
		return append(slices.Clone(shards), other), false
	},
	"cut": func(t *testing.T, _ *world, shards []string, path string, _ Shard, _ string) ([]string, bool) {
		for _, path := range []string{path, table.ErrorsPath(path)} { // one of them may be empty
			if info, err := os.Stat(path); err == nil && info.Size() > 0 {
				require.NoError(t, os.Truncate(path, info.Size()-1))
			}
		}
		return shards, true
	},
	"of another division": func(t *testing.T, w *world, shards []string, path string, s Shard, output string) ([]string, bool) {
		foreign := w.run(t, Shard{s.Number, s.Of + 1}, output)
		return replace(shards, path, foreign), s.Of > 2
	},
	"of other parameters": func(t *testing.T, w *world, shards []string, path string, s Shard, output string) ([]string, bool) {
		other := *w
		other.params.Aggregation = cas.AggregationMax
		return append(shards, other.run(t, s, filepath.Join(t.TempDir(), filepath.Base(output)))), false
	},
	"of another input": func(t *testing.T, w *world, shards []string, path string, s Shard, output string) ([]string, bool) {
		other := *w
		other.sha256 = strings.Repeat("f", 64)
		other.run(t, s, output)
		if s.Of == 1 { // alone it is a whole
			return append(shards, path+".nothing"+filepath.Ext(path)), false
		}
		return shards, s.Of > 2
	},
}

func replace(paths []string, old, replacement string) []string {
	paths = slices.Clone(paths)
	paths[slices.Index(paths, old)] = replacement
	return paths
}

func TestMergeSaysWhatToDo(t *testing.T) {
	w := newWorld(1, 1000, table.CSV{})
	folder := t.TempDir()
	t.Chdir(folder)
	shards := w.shards(t, 16, "attributes.csv", rand.New(rand.NewPCG(1, 1)))
	slices.Sort(shards)
	other := *w
	other.params.Aggregation, other.sha256 = cas.AggregationMax, strings.Repeat("f", 64)
	other.run(t, Shard{9, 16}, "attributes.csv")
	require.NoError(t, os.Remove("attributes.0003-of-0016.shard.json"))
	require.NoError(t, os.Truncate("attributes.0010-of-0016.csv", 1000))
	_, err := Merge(t.Context(), shards[:15], "attributes.csv", formats...)
	require.EqualError(t, err, strings.ReplaceAll(`the shards do not make a whole:
  attributes.0003-of-0016.csv has no manifest attributes.0003-of-0016.shard.json beside it: its run has not come to its end
  attributes.0009-of-0016.csv is of another run than attributes.0001-of-0016.csv: input SHA-256 FFFF, not `+w.sha256+`; aggregation max, not median
  shard 16/16 is missing: features 937 to 999
  attributes.0010-of-0016.csv is not as shard 10/16 was written: it was changed or cut since
run these again with their own command, --shard i/16: 3,9-10,16 (in an array job that sets CAS_SHARDS=16: these tasks)`, "FFFF", strings.Repeat("f", 64)))
	assert.NoFileExists(t, "attributes.csv")

	_, err = Merge(t.Context(), nil, "attributes.csv", formats...)
	assert.ErrorIs(t, err, cas.ErrInvalidRequest)
	_, err = Merge(t.Context(), shards, "attributes.ndjson", formats...)
	assert.ErrorIs(t, err, cas.ErrInvalidRequest)
	_, err = Merge(t.Context(), shards, shards[3], formats...)
	assert.ErrorIs(t, err, cas.ErrInvalidRequest)
}

func TestMergeStopsWithItsContext(t *testing.T) {
	for _, f := range formats {
		w := newWorld(1, 30, f)
		output := filepath.Join(t.TempDir(), "attributes."+extension(f))
		shards := w.shards(t, 3, output, rand.New(rand.NewPCG(1, 1)))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := Merge(ctx, shards, output, formats...)
		require.ErrorIs(t, err, context.Canceled)
		require.NoFileExists(t, output)
	}
}

// TestServicesOfTheirOwn: the description has no URL if every shard had a service of its own.
func TestServicesOfTheirOwn(t *testing.T) {
	shared := part{Manifest: &Manifest{ServiceURL: "http://a", ServiceVersion: "0.4.0", Client: "cas-go/1"}}
	other := part{Manifest: &Manifest{ServiceURL: "http://b", ServiceVersion: "0.4.0", Client: "cas-go/2"}}
	assert.Equal(t, table.About{ServiceURL: "http://a", ServiceVersion: "0.4.0", Client: "cas-go/1"}, about([]part{shared, shared}))
	assert.Equal(t, table.About{ServiceVersion: "0.4.0", Client: "cas-go/1, cas-go/2"}, about([]part{shared, other}))
}

var _ table.Reader = parquet.Format{}
