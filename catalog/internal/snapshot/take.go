package snapshot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// Take reads the whole catalog of a running service. Its version is the caller's to know: no route tells it.
//
// The first call after the service's start takes about ten seconds, as it makes every connector.
func Take(ctx context.Context, client *cas.Client, serviceVersion string, day time.Time) (*Snapshot, error) {
	s := &Snapshot{Taken: day.UTC().Format(time.DateOnly), ServiceVersion: serviceVersion}
	for provider, err := range client.AllProviders(ctx) {
		if err != nil {
			return nil, fmt.Errorf("list the providers: %w", err)
		}
		s.Providers = append(s.Providers, provider)
	}
	for dataset, err := range client.AllDatasets(ctx, cas.DatasetFilter{}) {
		if err != nil {
			return nil, fmt.Errorf("list the datasets: %w", err)
		}
		s.Datasets = append(s.Datasets, dataset)
	}
	health, err := client.Health(ctx)
	if err != nil {
		return nil, fmt.Errorf("count the providers: %w", err)
	}
	if int(health.ProvidersRegistered) != len(s.Providers) {
		return nil, fmt.Errorf("the service registers %d providers and lists %d", health.ProvidersRegistered, len(s.Providers))
	}
	slices.SortFunc(s.Providers, func(a, b cas.ProviderSummary) int { return compare(a.Slug, b.Slug) })
	slices.SortFunc(s.Datasets, func(a, b cas.Dataset) int { return compare(a.ID, b.ID) })
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}
