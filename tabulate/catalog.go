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

// catalogTime bounds the wait for the catalog: some providers list their datasets by asking others.
const catalogTime = time.Minute

// An unlistedError is a dataset that its provider does not list, though it lists others, or a provider that the service does not have.
type unlistedError struct {
	dataset string
	text    string
}

func (e *unlistedError) Error() string { return e.text }

// Describe asks the service's catalog about datasets. It returns the known ones, in the order of ids, and an error for each provider
// that did not answer and for each dataset that its provider does not list.
func Describe(ctx context.Context, client *cas.Client, ids []string) (known []cas.Dataset, problems []error) {
	return describe(ctx, client, ids)
}

func describe(ctx context.Context, client *cas.Client, ids []string, opts ...cas.CallOption) (known []cas.Dataset, problems []error) {
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
		default: // the service could not read it
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

// unanswered reports a service that is not there: another question would find it no better.
func unanswered(err error) bool {
	var failed *cas.Error
	return errors.As(err, &failed) && failed.StatusCode == 0
}

// catalogFirst is a service that is asked for its catalog before the first features: a dataset that it does not list is refused, for it
// would fail for every feature. A run that has nothing to ask does without.
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

// look asks for the catalog, until it was answered once.
func (c *catalogFirst) look() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked {
		return c.refusal
	}
	ctx, cancel := context.WithTimeout(c.soft, catalogTime)
	defer cancel()
	known, problems := describe(ctx, c.Client, c.job.Ask.DatasetIDs, cas.WithRetryIf(func(*cas.Error) bool { return false }))
	if slices.ContainsFunc(problems, unanswered) {
		return nil // what becomes of the request tells more
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

// hasAnswers reports that an earlier run with these datasets was answered by the service.
func (c *catalogFirst) hasAnswers() bool { return c.journal.State().Done > 0 }

// datasets gives what the catalog says, which is asked for now where nothing else was.
func (c *catalogFirst) datasets() []cas.Dataset {
	_ = c.look()
	return c.known
}
