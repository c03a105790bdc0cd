package tabulate

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
)

// catalogTime bounds the wait for the catalog: some providers ask other services for their datasets.
const catalogTime = time.Minute

// An unlistedError means that a provider lists datasets, but not this one, or that the service does not have the provider.
type unlistedError struct {
	dataset string
	text    string
}

func (e *unlistedError) Error() string { return e.text }

// Describe asks the service's catalog about datasets. It returns the known ones, in the order of ids, and an error for each provider
// that did not answer and for each dataset that its provider does not list.
func Describe(ctx context.Context, client *cas.Client, ids []string, opts ...cas.CallOption) (known []cas.Dataset, problems []error) {
	listed := map[string]*cas.ProviderDetail{}
	for _, id := range ids {
		slug, _, _ := strings.Cut(id, ":")
		detail, asked := listed[slug]
		if !asked {
			var err error
			detail, err = client.Provider(ctx, slug, opts...)
			if unknownProvider(err) {
				problems = append(problems, &unlistedError{id, fmt.Sprintf("the catalog of %q: %v", slug, err)})
			} else if err != nil {
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
		switch text := fmt.Sprintf("the catalog of %q does not list %s", slug, id); {
		case i >= 0:
			known = append(known, detail.Datasets[i])
		case len(detail.Datasets) > 0:
			problems = append(problems, &unlistedError{id, text})
		default: // the service could not read the catalog
			problems = append(problems, errors.New(text))
		}
	}
	return known, problems
}

// unknownProvider reports the service's own 404: a service behind another path, or without a catalog, has no such text.
func unknownProvider(err error) bool {
	var failed *cas.Error
	return errors.As(err, &failed) && failed.Type == cas.ErrorTypeNotFound && failed.Message != http.StatusText(http.StatusNotFound)
}

// unanswered reports whether the service did not answer at all, so that another request is useless.
func unanswered(err error) bool {
	var failed *cas.Error
	return errors.As(err, &failed) && failed.StatusCode == 0
}

// catalogFirst is a client that requests the catalog before the first features, and refuses a dataset that the service does not list: it
// would fail for every feature. A run without requests does not need the catalog.
type catalogFirst struct {
	*cas.Client
	job     *Job
	soft    context.Context
	journal *journal.Journal

	mu      sync.Mutex
	asked   bool
	known   []cas.Dataset
	refusal error
	version string
}

func (c *catalogFirst) StreamBatch(ctx context.Context, r cas.BatchExtractRequest, opts ...cas.CallOption) iter.Seq2[*cas.AttributeResponse, error] {
	return func(yield func(*cas.AttributeResponse, error) bool) {
		if err := c.look(); err != nil {
			yield(nil, err)
			return
		}
		c.Client.StreamBatch(ctx, r, opts...)(yield)
	}
}

// look requests the catalog, unless it was answered before.
func (c *catalogFirst) look() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked {
		return c.refusal
	}
	ctx, cancel := context.WithTimeout(c.soft, catalogTime)
	defer cancel()
	known, problems := Describe(ctx, c.Client, c.job.Ask.DatasetIDs, cas.WithRetryIf(func(*cas.Error) bool { return false }))
	if slices.ContainsFunc(problems, unanswered) {
		return nil // the requests for features get the error, and wait for the service
	}
	c.asked, c.known = true, known
	for _, problem := range problems {
		var unlisted *unlistedError
		if !errors.As(problem, &unlisted) || c.hasAnswers() {
			c.job.warn("%v; the description of the table will lack its name, licence and citation", problem)
			continue
		}
		hint := "'cas datasets' lists them"
		if c.job.Suggest != nil {
			if text := strings.TrimPrefix(c.job.Suggest(ctx, unlisted.dataset), "; "); text != "" {
				hint = text
			}
		}
		c.refusal = &Refusal{Problem: problem.Error(), Hint: hint}
		return c.refusal
	}
	if c.job.ServiceVersion != nil {
		c.version = c.job.ServiceVersion(ctx)
		c.journal.Describe(c.job.About.ServiceURL, c.version, c.job.About.Client)
	}
	return nil
}

// hasAnswers reports whether the service answered an earlier run with these datasets.
func (c *catalogFirst) hasAnswers() bool { return c.journal.State().Done > 0 }

// datasets returns what the catalog says. It requests the catalog if no feature was requested.
func (c *catalogFirst) datasets() []cas.Dataset {
	_ = c.look()
	return c.known
}
