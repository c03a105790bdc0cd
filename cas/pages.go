package cas

import (
	"context"
	"iter"
	"sync"
)

// pageSize is the largest page that the service gives; its whole catalog fits into one.
const pageSize = 1000

// AllProviders yields every provider, sorted by slug, asking for pages as they are needed. It ends with the first empty page, not by
// Total, which may change between pages, or after an error, which is yielded last with a zero provider.
func (c *Client) AllProviders(ctx context.Context) iter.Seq2[ProviderSummary, error] {
	return pages(Page{}, func(p Page) ([]ProviderSummary, error) {
		list, err := c.Providers(ctx, p)
		if err != nil {
			return nil, err
		}
		return list.Providers, nil
	})
}

// AllDatasets yields every dataset that the filter leaves, sorted by provider slug, as [Client.AllProviders] does for providers.
// The filter's Limit is the page size (0 is 1000) and its Offset where to start.
func (c *Client) AllDatasets(ctx context.Context, filter DatasetFilter) iter.Seq2[Dataset, error] {
	return pages(filter.Page, func(p Page) ([]Dataset, error) {
		filter := filter
		filter.Page = p
		list, err := c.Datasets(ctx, filter)
		if err != nil {
			return nil, err
		}
		return list.Datasets, nil
	})
}

func pages[T any](first Page, fetch func(Page) ([]T, error)) iter.Seq2[T, error] {
	if first.Limit == 0 {
		first.Limit = pageSize
	}
	return func(yield func(T, error) bool) {
		for page := first; ; {
			items, err := fetch(page)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if len(items) == 0 {
				return
			}
			page.Offset += len(items)
		}
	}
}

// detailWorkers bounds the requests under way for ProviderDetails; the service lists a provider's datasets in one process.
const detailWorkers = 8

// ProviderDetails yields every provider with its datasets, in the order of the list, asking for a few at a time. It ends after the
// first error, which is yielded last with a nil provider.
func (c *Client) ProviderDetails(ctx context.Context) iter.Seq2[*ProviderDetail, error] {
	return func(yield func(*ProviderDetail, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var workers sync.WaitGroup
		defer workers.Wait()
		defer cancel()

		type outcome struct {
			detail *ProviderDetail
			err    error
		}
		queue := make(chan chan outcome, detailWorkers-1) // in list order; it and the one waited for bound the requests under way
		left := false                                     // before the list's end
		workers.Go(func() {
			defer close(queue)
			for provider, err := range c.AllProviders(ctx) {
				slot := make(chan outcome, 1)
				select {
				case queue <- slot:
				case <-ctx.Done():
					left = true
					return
				}
				if err != nil {
					slot <- outcome{err: err}
					return
				}
				workers.Go(func() {
					detail, err := c.Provider(ctx, provider.Slug)
					slot <- outcome{detail, err}
				})
			}
		})
		for slot := range queue {
			o := <-slot
			if !yield(o.detail, o.err) || o.err != nil {
				return
			}
		}
		if left { // because the caller's context ended
			yield(nil, contextError(ctx))
		}
	}
}
