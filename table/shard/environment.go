package shard

import (
	"fmt"
	"strconv"

	"github.com/community-attribute-service/cas-go/cas"
)

// CountVariable is the environment variable that gives n where the scheduler does not, or gives the size of a part of the
// job: Kubernetes does not tell a pod its Job's completions, and Slurm counts the tasks of the array as it was
// submitted, which for a repetition of shards 3 and 7 is two.
const CountVariable = "CAS_SHARDS"

// FromEnvironment finds out which shard this process is, from what its scheduler tells it:
//
//   - Slurm's job arrays by SLURM_ARRAY_TASK_ID. Without CAS_SHARDS, n is SLURM_ARRAY_TASK_COUNT, and the array has to be
//     without gaps; its first task, SLURM_ARRAY_TASK_MIN, is shard 1. With CAS_SHARDS the task id is the shard.
//   - Kubernetes' Indexed Jobs by JOB_COMPLETION_INDEX, which counts from 0, and CAS_SHARDS.
//
// Errors are cas.ErrInvalidRequest, and say which variable is missing or wrong.
func FromEnvironment(getenv func(string) string) (Shard, error) {
	e := environment{getenv: getenv}
	n := e.number(CountVariable, 0)
	var i int
	switch {
	case getenv("SLURM_ARRAY_TASK_ID") != "":
		i = e.number("SLURM_ARRAY_TASK_ID", 0)
		if n == 0 {
			i, n = e.slurm(i)
		}
	case getenv("JOB_COMPLETION_INDEX") != "":
		i = e.number("JOB_COMPLETION_INDEX", 0) + 1
		if n == 0 && e.err == nil {
			e.err = fmt.Errorf("%w: JOB_COMPLETION_INDEX says which shard this is, but not of how many: set %s to the Job's completions",
				cas.ErrInvalidRequest, CountVariable)
		}
	default:
		return Shard{}, fmt.Errorf("%w: neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set: this is no task of an array; give --shard i/n",
			cas.ErrInvalidRequest)
	}
	if e.err != nil {
		return Shard{}, e.err
	}
	return newShard(i, n)
}

type environment struct {
	getenv func(string) string
	err    error // the first
}

// number reads a variable.
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

// slurm is the shard of a task by the array alone.
func (e *environment) slurm(task int) (i, n int) {
	n = e.number("SLURM_ARRAY_TASK_COUNT", 0)
	first := e.number("SLURM_ARRAY_TASK_MIN", 1)
	last := e.number("SLURM_ARRAY_TASK_MAX", first+n-1)
	if e.err == nil && (n == 0 || last-first+1 != n) {
		e.err = fmt.Errorf("%w: the array has %d tasks from %d to %d, with gaps: set %s to the number of shards, so that the task id is the shard",
			cas.ErrInvalidRequest, n, first, last, CountVariable)
	}
	return task - first + 1, n
}
