package shard

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
)

// CountVariable is the environment variable for the number of shards. Schedulers tell a task its number, and some of them the size of the
// array as it was submitted; if shards 3 to 5 are submitted again, that size is three.
const CountVariable = "CAS_SHARDS"

// FromEnvironment finds out which shard of a table this process has to make. Its number is that of its task in the array of a scheduler,
// which has to count from 1:
//
//	SLURM_ARRAY_TASK_ID            Slurm
//	PBS_ARRAY_INDEX, PBS_ARRAYID   PBS, Torque
//	SGE_TASK_ID                    Grid Engine
//	JOB_COMPLETION_INDEX           Kubernetes' Indexed Jobs, which count from 0
//
// The number of shards is CAS_SHARDS; without it, that in the names of other shards' files beside output; without such files, the size of
// a Slurm or Grid Engine array that begins with 1 and has no gaps, as it does when it is first submitted.
//
// Otherwise the error is cas.ErrInvalidRequest, and says which variable is missing or wrong.
func FromEnvironment(getenv func(string) string, output string) (Shard, error) {
	e := environment{getenv: getenv}
	a, found := e.array()
	if !found {
		return Shard{}, fmt.Errorf("%w: none of the variables by which Slurm, PBS, Grid Engine and Kubernetes number the tasks of an array is set: give --shard i/n",
			cas.ErrInvalidRequest)
	}
	n := e.number(CountVariable, 0)
	if e.err == nil && a.fromZero {
		e.err = fmt.Errorf("%w: the array of %s begins with 0; number its tasks from 1, as shards are", cas.ErrInvalidRequest, a.variable)
	}
	if e.err == nil && n == 0 {
		n, e.err = existing(output)
	}
	if e.err == nil && n == 0 {
		n, e.err = a.count()
	}
	if e.err != nil {
		return Shard{}, e.err
	}
	return newShard(a.task, n)
}

type environment struct {
	getenv func(string) string
	err    error // the first
}

// An array is what a scheduler tells a task.
type array struct {
	variable    string // that holds the task's number
	task        int    // from 1
	first, last int    // of the array as it was submitted; 0 if they are not known
	size        int
	fromZero    bool
}

func (e *environment) array() (a array, found bool) {
	for _, v := range []struct{ task, first, last, size string }{
		{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_COUNT"},
		{task: "PBS_ARRAY_INDEX"},
		{task: "PBS_ARRAYID"},
		{task: "SGE_TASK_ID", first: "SGE_TASK_FIRST", last: "SGE_TASK_LAST"},
		{task: "JOB_COMPLETION_INDEX"},
	} {
		if text := e.getenv(v.task); text == "" || text == "undefined" { // Grid Engine sets it for a job that is not an array
			continue
		}
		a = array{variable: v.task, task: e.number(v.task, 0), first: e.number(v.first, 0), last: e.number(v.last, 0)}
		a.size = e.number(v.size, a.last-a.first+1)
		if step := e.number("SGE_TASK_STEPSIZE", 1); v.task == "SGE_TASK_ID" && step > 1 {
			a.size = 0
		}
		if v.task == "JOB_COMPLETION_INDEX" {
			a.task++
		}
		a.fromZero = a.task == 0 || v.first != "" && e.getenv(v.first) == "0"
		return a, true
	}
	return a, false
}

// number reads a variable; no variable has the name "".
func (e *environment) number(name string, absent int) int {
	text := e.getenv(name)
	if text == "" {
		return absent
	}
	n, err := strconv.Atoi(text)
	if (err != nil || n < 0) && e.err == nil {
		e.err = fmt.Errorf("%w: %s is %q; it has to be a whole number", cas.ErrInvalidRequest, name, text)
	}
	return n
}

// count returns the size of an array that looks as when it is first submitted.
func (a array) count() (int, error) {
	switch {
	case a.last == 0:
		return 0, fmt.Errorf("%w: %s says which shard this is, but not of how many: set %s to the number of shards",
			cas.ErrInvalidRequest, a.variable, CountVariable)
	case a.first != 1 || a.size != a.last:
		return 0, fmt.Errorf("%w: the array has %d tasks from %d to %d, which does not tell how many shards there are: set %s to their number",
			cas.ErrInvalidRequest, a.size, a.first, a.last, CountVariable)
	}
	return a.last, nil
}

var partOf = regexp.MustCompile(`^\.\d{4}-of-(\d{4})\.`)

// existing returns the number of shards in the names of other shards' files beside a table; 0 if there are none.
func existing(output string) (n int, err error) {
	entries, err := os.ReadDir(filepath.Dir(output))
	if err != nil {
		return 0, nil // writing to the folder returns the error
	}
	stem := strings.TrimSuffix(filepath.Base(output), filepath.Ext(output))
	for _, entry := range entries {
		rest, ours := strings.CutPrefix(entry.Name(), stem)
		m := partOf.FindStringSubmatch(rest)
		if !ours || m == nil {
			continue
		}
		of, _ := strconv.Atoi(m[1])
		if n != 0 && of != n {
			return 0, fmt.Errorf("%w: beside %s are files of %d shards and of %d: set %s to their number, or remove what is of another run",
				cas.ErrInvalidRequest, output, n, of, CountVariable)
		}
		n = of
	}
	return n, nil
}
