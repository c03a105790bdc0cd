package shard

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/table"
)

// A MergeError says why tables are not all shards of one run. Nothing was written.
type MergeError struct {
	Problems []error // what is wrong
	Of       int     // shards of the whole
	Rerun    []int   // numbers of the shards that have to run again, ascending; none if that would not help
}

// Error names each problem on a line of its own, and which shards to run again.
func (e *MergeError) Error() string {
	text := "the shards do not make a whole:"
	for _, problem := range e.Problems {
		text += "\n  " + problem.Error()
	}
	if len(e.Rerun) > 0 {
		text += fmt.Sprintf("\nrun these again with their own command, --shard i/%d: %s (in an array job that sets CAS_SHARDS=%d: these tasks)", e.Of, e.Array(), e.Of)
	}
	return text
}

// Array returns Rerun as sbatch --array reads it, such as 3,7-9.
func (e *MergeError) Array() string { return ranges(e.Rerun) }

// ranges writes 1,2,3,7 as 1-3,7.
func ranges(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		part := strconv.Itoa(numbers[i])
		if j > i {
			part += "-" + strconv.Itoa(numbers[j])
		}
		parts, i = append(parts, part), j+1
	}
	return strings.Join(parts, ",")
}

// part is one table with its manifest.
type part struct {
	path string
	*Manifest
}

// checker collects what is wrong.
type checker struct {
	MergeError
	again map[int]bool // numbers for Rerun
}

func (c *checker) refuse(number int, format string, args ...any) {
	c.Problems = append(c.Problems, fmt.Errorf(format, args...))
	if number > 0 {
		c.again[number] = true
	}
}

func (c *checker) verdict() error {
	if len(c.Problems) == 0 {
		return nil
	}
	c.Rerun = slices.Sorted(maps.Keys(c.again))
	return &c.MergeError
}

// gather reads the manifests of tables and returns the shards of one run in order, or a *MergeError.
func gather(tables []string) ([]part, error) {
	c := checker{again: map[int]bool{}}
	var parts []part
	for _, path := range tables {
		m, err := ReadManifest(path)
		switch {
		case err == nil:
			parts = append(parts, part{path, m})
		case errors.Is(err, fs.ErrNotExist):
			number, of := numbersIn(path)
			c.Of = max(c.Of, of)
			c.refuse(number, "%s has no manifest %s beside it: its run has not come to its end", path, filepath.Base(ManifestPath(path)))
		default:
			number, _ := numbersIn(path)
			c.refuse(number, "%w", err)
		}
	}
	if len(parts) == 0 {
		return nil, c.verdict()
	}
	parts = c.sameRun(parts)
	c.Of = parts[0].Of
	parts = c.once(parts)
	c.complete(parts)
	for _, p := range parts {
		c.intact(p)
	}
	return parts, c.verdict()
}

var shardName = regexp.MustCompile(`\.(\d{4})-of-(\d{4})\.[^.]+$`)

// numbersIn returns the shard in a file's name; 0 is unknown.
func numbersIn(path string) (number, of int) {
	if m := shardName.FindStringSubmatch(path); m != nil {
		number, _ = strconv.Atoi(m[1])
		of, _ = strconv.Atoi(m[2])
	}
	return number, of
}

// sameRun keeps the parts of the run that most parts belong to.
func (c *checker) sameRun(parts []part) []part {
	count := map[string]int{}
	for _, p := range parts {
		count[p.run()]++
	}
	whole := slices.MaxFunc(parts, func(a, b part) int { return cmp.Compare(count[a.run()], count[b.run()]) })
	var same []part
	for _, p := range parts {
		if p.run() == whole.run() {
			same = append(same, p)
			continue
		}
		number := p.Number
		if p.Of != whole.Of {
			number = 0
		}
		c.refuse(number, "%s is of another run than %s: %s", p.path, filepath.Base(whole.path), strings.Join(p.differences(whole.Manifest), "; "))
	}
	return same
}

// run returns what the shards of one run have in common, as text.
func (m *Manifest) run() string {
	text, err := json.Marshal([]any{m.Of, m.Features, m.InputSHA256, m.Parameters, m.Keep, m.Form, m.Format})
	if err != nil {
		panic(err) // texts and numbers
	}
	return string(text)
}

func (m *Manifest) differences(whole *Manifest) []string {
	var d []string
	differ := func(what string, is, other any) {
		if is, other := fmt.Sprint(is), fmt.Sprint(other); is != other {
			d = append(d, fmt.Sprintf("%s %s, not %s", what, is, other))
		}
	}
	differ("shards", m.Of, whole.Of)
	differ("features", m.Features, whole.Features)
	differ("input SHA-256", m.InputSHA256, whole.InputSHA256)
	for _, change := range m.Parameters.Changes(whole.Parameters) {
		differ(change.Parameter, change.New, change.Old)
	}
	if len(d) == 0 {
		differ("datasets in the order", m.Parameters.DatasetIDs, whole.Parameters.DatasetIDs)
	}
	differ("kept properties", m.Keep, whole.Keep)
	differ("format", m.Format, whole.Format)
	differ("form", m.Form, whole.Form)
	if len(d) == 0 {
		differ("parameters", m.Parameters, whole.Parameters)
	}
	return d
}

// once sorts the parts and keeps one for each shard.
func (c *checker) once(parts []part) []part {
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.Number, b.Number) })
	return slices.CompactFunc(parts, func(a, b part) bool {
		if a.Number == b.Number {
			c.refuse(0, "shard %s is there twice, as %s and %s: give one of them", a.Shard, a.path, b.path)
		}
		return a.Number == b.Number
	})
}

// complete looks for shards that are missing.
func (c *checker) complete(parts []part) {
	there := map[int]bool{}
	for _, p := range parts {
		there[p.Number] = true
	}
	whole := parts[0]
	for number := 1; number <= whole.Of; number++ {
		if !there[number] && !c.again[number] {
			what := "it has no features, but a table"
			if first, end := (Shard{number, whole.Of}).Range(whole.Features); first < end {
				what = fmt.Sprintf("features %d to %d", first, end-1)
			}
			c.refuse(number, "shard %d/%d is missing: %s", number, whole.Of, what)
		}
	}
}

// intact compares a part's files with its manifest.
func (c *checker) intact(p part) {
	first, end := p.Range(p.Features)
	if p.Number < 1 || p.Number > p.Of || p.First != first || p.Rows != end-first || p.Summary.Features != p.Rows {
		c.refuse(p.Number, "%s is not shard %s of %d features: it says that it has %d from %d on", p.path, p.Shard, p.Features, p.Rows, p.First)
		return
	}
	for _, file := range []struct{ path, sum string }{{p.path, p.Table.SHA256}, {table.ErrorsPath(p.path), p.Failures.SHA256}} {
		switch sum, err := hashFile(file.path); {
		case err != nil:
			c.refuse(p.Number, "shard %s: %w", p.Shard, err)
		case sum != file.sum:
			c.refuse(p.Number, "%s is not as shard %s was written: it was changed or cut since", file.path, p.Shard)
		}
	}
}
