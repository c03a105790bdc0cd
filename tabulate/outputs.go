package tabulate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
)

// An Output is a table to write.
type Output struct {
	Path   string       // of the file
	Format table.Format // that it is written in
}

// invalid is a job that cannot be right: errors.Is finds cas.ErrInvalidRequest.
type invalid struct{ error }

func (invalid) Is(target error) bool { return target == cas.ErrInvalidRequest }
func (e invalid) Unwrap() error      { return e.error }

// checkOutputs refuses outputs that one run cannot have.
func (j *Job) checkOutputs() error {
	if len(j.Outputs) == 0 {
		return invalid{errors.New("a run needs an output")}
	}
	for i, o := range j.Outputs {
		if slices.ContainsFunc(j.Outputs[:i], func(other Output) bool { return filepath.Clean(other.Path) == filepath.Clean(o.Path) }) {
			return invalid{fmt.Errorf("the output %s is named twice", o.Path)}
		}
		if stem(filepath.Clean(o.Path)) != stem(filepath.Clean(j.Outputs[0].Path)) {
			return invalid{fmt.Errorf("the outputs %s and %s of one run have to differ in their endings alone", j.Outputs[0].Path, o.Path)}
		}
	}
	if !j.Shard.Whole() && len(j.Outputs) > 1 {
		return invalid{errors.New("a shard writes one table: give one output")}
	}
	return nil
}

// plans are the columns of each output.
func (j *Job) plans() (plans []*table.Plan, err error) {
	for _, o := range j.Outputs {
		plan, err := j.Form.PlanRun(j.Ask.Fingerprint(j.IDField), j.Keep, o.Format)
		if err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

// checkReplaced refuses to write over the input, or where a folder is.
func (j *Job) checkReplaced() error {
	var inputs []os.FileInfo
	for _, path := range append(j.Input.Source.Files(), j.Input.Source.Path()) {
		if in, err := os.Stat(path); err == nil {
			inputs = append(inputs, in)
		}
	}
	first := j.Outputs[0].Path
	paths := []string{table.ErrorsPath(first), table.MetaPath(first), JournalPath(first), spoolPath(first)}
	for _, o := range j.Outputs {
		paths = append(paths, o.Path)
	}
	for _, path := range paths {
		out, err := os.Stat(path)
		if err == nil && slices.ContainsFunc(inputs, func(in os.FileInfo) bool { return os.SameFile(in, out) }) {
			return invalid{fmt.Errorf("the output %s would replace the input", filepath.Base(path))}
		}
		if err == nil && out.IsDir() {
			return invalid{fmt.Errorf("the output %s is a folder", path)}
		}
	}
	return nil
}

// shapes reports that an output has the geometries.
func (j *Job) shapes() bool {
	return slices.ContainsFunc(j.Outputs, func(o Output) bool {
		shaper, ok := o.Format.(table.Shaper)
		return ok && shaper.HasGeometries()
	})
}
