package tabulate

import (
	"context"
	"fmt"
	"slices"

	"github.com/community-attribute-service/cas-go/features"
)

// unchanged makes sure, after a pass for a table, that the bytes of a file are those that were asked for.
func (j *Job) unchanged(src source) error {
	if j.Input.Source.Once() {
		return nil
	}
	sum, err := hashFiles(context.Background(), j.Input.Source.Files())
	if err == nil && sum != src.sha256() {
		err = fmt.Errorf("%s: %w", j.Input.Name, errChanged)
	}
	return err
}

// checkKept refuses properties to keep that no feature has. It reads on as long as one was not seen, where the input can be read again.
func (in Input) checkKept(soft context.Context, keep []string) error {
	if len(keep) == 0 || in.Source.Once() {
		return nil
	}
	missing := slices.Clone(keep)
	var names []string
	some := false
	for f, err := range drained(soft, in.Source.Pass(features.Pass{TrustIDs: true})) {
		if err != nil {
			return err
		}
		some = true
		missing = slices.DeleteFunc(missing, func(name string) bool { _, has := f.Properties[name]; return has })
		if len(missing) == 0 {
			return nil
		}
		for name := range f.Properties {
			if len(names) < 1000 && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if !some {
		return nil
	}
	slices.Sort(names)
	return &features.FieldError{Field: missing[0], Use: "keep", Fields: names}
}
