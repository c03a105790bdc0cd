package tabulate

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
func (j *Job) checkKept(soft context.Context) error {
	if len(j.Keep) == 0 || j.Input.Source.Once() {
		return nil
	}
	missing := slices.Clone(j.Keep)
	var names []string
	for f, err := range drained(soft, j.Input.Source.Pass(features.Pass{TrustIDs: true})) {
		if err != nil {
			return err
		}
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
	if names == nil {
		return nil // there is no feature, or none with properties
	}
	slices.Sort(names)
	problem := fmt.Sprintf("no feature has the property %q", missing[0])
	for _, name := range names {
		if strings.EqualFold(name, missing[0]) {
			return &Refusal{Problem: problem, Hint: fmt.Sprintf("did you mean %q?", name)}
		}
	}
	if len(names) > 20 {
		names = append(names[:20], "…")
	}
	return &Refusal{Problem: problem, Hint: "there are: " + strings.Join(names, ", ")}
}
