package cas

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/http"
	"sync"
)

// pageSize is the largest page that the service gives; its whole catalog fits into one.
const pageSize = 1000

// AllProviders yields every provider, sorted by slug. It requests pages as you need them. It stops after an empty page, or after a page
// that is not full and reaches Total. An error is yielded last, with a zero provider. If the service returns another page than the
// requested one (a gateway may drop the query), the error is ErrMalformedResponse.
func (c *Client) AllProviders(ctx context.Context, opts ...CallOption) iter.Seq2[ProviderSummary, error] {
	return pages(Page{}, func(p Page) ([]ProviderSummary, listed, error) {
		list, err := c.Providers(ctx, p, opts...)
		if err != nil {
			return nil, listed{}, err
		}
		return list.Providers, listed{list.Total, list.Limit, list.Offset}, nil
	})
}

// AllDatasets yields every dataset that passes the filter, sorted by provider slug. It pages as [Client.AllProviders] does. The
// filter's Limit is the page size (0 is 1000); its Offset says where to start.
func (c *Client) AllDatasets(ctx context.Context, filter DatasetFilter, opts ...CallOption) iter.Seq2[Dataset, error] {
	return pages(filter.Page, func(p Page) ([]Dataset, listed, error) {
		filter := filter
		filter.Page = p
		list, err := c.Datasets(ctx, filter, opts...)
		if err != nil {
			return nil, listed{}, err
		}
		return list.Datasets, listed{list.Total, list.Limit, list.Offset}, nil
	})
}

// listed holds the fields of a page besides its items.
type listed struct{ total, limit, offset int }

func pages[T any](first Page, fetch func(Page) ([]T, listed, error)) iter.Seq2[T, error] {
	if first.Limit == 0 {
		first.Limit = pageSize
	}
	return func(yield func(T, error) bool) {
		for page := first; ; {
			items, got, err := fetch(page)
			if err == nil && got.offset != page.Offset && len(items) > 0 {
				err = &Error{StatusCode: http.StatusOK, Type: ErrorTypeMalformed, Message: fmt.Sprintf(
					"asked for the items from %d on, the answer has those from %d on: does something on the way drop the query?", page.Offset, got.offset)}
			}
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
			page.Offset += len(items)
			full := len(items) >= cmp.Or(got.limit, page.Limit)
			if len(items) == 0 || !full && page.Offset >= got.total {
				return
			}
		}
	}
}

// detailWorkers bounds the concurrent requests of ProviderDetails; the service lists a provider's datasets in one process.
const detailWorkers = 8

// ProviderDetails yields every provider with its datasets, in the order of [Client.AllProviders]. It requests a few at a time. The
// first error is yielded last, with a nil provider.
func (c *Client) ProviderDetails(ctx context.Context, opts ...CallOption) iter.Seq2[*ProviderDetail, error] {
	return func(yield func(*ProviderDetail, error) bool) {
		if c.shared() == nil || ctx == nil { // Provider returns the error
			yield(c.Provider(ctx, "any"))
			return
		}
		config, _ := c.core.configOf(opts)
		ctx, cancel := context.WithCancel(ctx)
		var workers sync.WaitGroup
		defer workers.Wait()
		defer cancel()

		type outcome struct {
			detail *ProviderDetail
			err    error
			info   ResponseInfo
		}
		queue := make(chan chan outcome, detailWorkers-1) // in list order; one more is being waited for
		stopped := false                                  // before the end of the list
		workers.Go(func() {
			defer close(queue)
			var info ResponseInfo // only the goroutine that yields may write to the caller's
			opts := append(opts[:len(opts):len(opts)], WithResponseInfo(&info))
			for provider, err := range c.AllProviders(ctx, opts...) {
				slot := make(chan outcome, 1)
				select {
				case queue <- slot:
				case <-ctx.Done():
					stopped = true
					return
				}
				if err != nil {
					slot <- outcome{err: err, info: info}
					return
				}
				workers.Go(func() {
					var o outcome
					o.detail, o.err = c.Provider(ctx, provider.Slug, append(opts[:len(opts)-1:len(opts)-1], WithResponseInfo(&o.info))...)
					slot <- o
				})
			}
		})
		for slot := range queue {
			o := <-slot
			if config.info != nil {
				*config.info = o.info
			}
			if !yield(o.detail, o.err) || o.err != nil {
				return
			}
		}
		if stopped { // because the caller's context ended
			yield(nil, contextError(ctx))
		}
	}
}
