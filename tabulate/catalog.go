package tabulate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// catalogTime bounds the wait for the catalog: some providers list their datasets by asking others.
const catalogTime = time.Minute

// Describe asks the service's catalog about datasets. It gives those that it knows, in the order asked, and an error for each provider
// that did not answer and for each dataset that its provider does not list.
func Describe(ctx context.Context, client *cas.Client, ids []string) (known []cas.Dataset, problems []error) {
	listed := map[string]*cas.ProviderDetail{}
	for _, id := range ids {
		slug, _, _ := strings.Cut(id, ":")
		detail, asked := listed[slug]
		if !asked {
			var err error
			if detail, err = client.Provider(ctx, slug); err != nil {
				problems = append(problems, fmt.Errorf("the catalog of %q: %w", slug, err))
			}
			if unanswered(err) {
				break
			}
			listed[slug] = detail
		}
		if detail == nil {
			continue
		}
		i := slices.IndexFunc(detail.Datasets, func(d cas.Dataset) bool { return d.ID == id })
		if i < 0 {
			problems = append(problems, fmt.Errorf("the catalog of %q does not list %s", slug, id))
			continue
		}
		known = append(known, detail.Datasets[i])
	}
	return known, problems
}

// unanswered reports a service that is not there: another question would find it no better.
func unanswered(err error) bool {
	var failed *cas.Error
	return errors.As(err, &failed) && failed.StatusCode == 0
}

// describe is [Describe] for the table's description. That the catalog says nothing is no error of the run, but told at once: a
// dataset that its provider does not list is likely to fail for every feature.
func (j *Job) describe(ctx context.Context) []cas.Dataset {
	ctx, cancel := context.WithTimeout(ctx, catalogTime)
	defer cancel()
	known, problems := Describe(ctx, j.Client, j.Ask.DatasetIDs)
	for _, problem := range problems {
		j.warn("%v; the description of the table will lack its name, licence and citation", problem)
	}
	return known
}
