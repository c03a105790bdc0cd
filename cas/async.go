package cas

import (
	"context"
	"net"
	"slices"

	"github.com/community-attribute-service/cas-go/gen"
)

// AsyncClient is a [Client] whose calls return a [Future] at once. It has the same methods with the same parameters, and shares
// connections, rate limit and Close with the Client it was made from. It is safe for use by many goroutines.
//
// A method checks and encodes the request before it returns, so the caller may change the request afterwards. The method's context
// bounds the call; the context of Wait bounds only the wait.
type AsyncClient struct {
	core *core
}

// NewAsyncClient makes a [Client] and returns its AsyncClient. Parameters and errors are those of [NewClient].
func NewAsyncClient(baseURL string, opts ...Option) (*AsyncClient, error) {
	c, err := NewClient(baseURL, opts...)
	if err != nil {
		return nil, err
	}
	return c.Async(), nil
}

// Async returns an AsyncClient that shares everything with the client. Closing one closes both.
func (c *Client) Async() *AsyncClient { return &AsyncClient{core: c.shared()} }

func (c *AsyncClient) shared() *core { return (*Client)(c).shared() }

// Future is the result of a call that may still be running. The methods of [AsyncClient] return one; [Resolved] makes one for a test. A
// zero Future never has a result.
type Future[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// Resolved returns a Future that already has this result, for tests of code that waits for a Future.
func Resolved[T any](value T, err error) *Future[T] {
	f := &Future[T]{done: make(chan struct{}), value: value, err: err}
	close(f.done)
	return f
}

// Done returns a channel that is closed when the call has ended. After that, the [ResponseInfo] of [WithResponseInfo] may be read.
func (f *Future[T]) Done() <-chan struct{} { return f.done }

// Wait waits for the call and returns its result. If ctx ends first, Wait returns the error of ctx, and the call goes on. Wait may be
// called any number of times, from any goroutine.
func (f *Future[T]) Wait(ctx context.Context) (T, error) {
	select {
	case <-f.done: // a result that is there counts, even if ctx has ended
		return f.value, f.err
	default:
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var none T
		return none, contextError(ctx)
	}
}

// start runs call in its own goroutine, unless the request is bad or the client closed. If Close comes later, the call counts as in flight,
// even before its goroutine runs.
func start[T any](c *core, requestErr error, opts []CallOption, call func([]CallOption) (T, error)) *Future[T] {
	if requestErr == nil && c != nil && c.closed.Load() {
		requestErr = ErrClosed
	}
	if requestErr != nil {
		var none T
		return Resolved(none, requestErr)
	}
	f := &Future[T]{done: make(chan struct{})}
	opts = append(opts[:len(opts):len(opts)], callOption(func(config *callConfig) error { config.begun = true; return nil }))
	go func() {
		defer close(f.done)
		f.value, f.err = call(opts)
	}()
	return f
}

// later is one in its own goroutine.
func later[T gen.Model](ctx context.Context, c *AsyncClient, op operation, bad error, opts []CallOption) *Future[*T] {
	return start(c.shared(), bad, opts, func(opts []CallOption) (*T, error) { return one[T](ctx, c.shared(), op, nil, opts) })
}

// Extract is [Client.Extract].
func (c *AsyncClient) Extract(ctx context.Context, r ExtractRequest, opts ...CallOption) *Future[*AttributeResponse] {
	body, err := r.encode()
	op := extractOperation(net.Buffers{slices.Concat(body...)}) // a copy, because the caller may change the text at once
	return later[AttributeResponse](ctx, c, op, err, opts)
}

// BatchExtract is [Client.BatchExtract].
func (c *AsyncClient) BatchExtract(ctx context.Context, r BatchExtractRequest, opts ...CallOption) *Future[*BatchAttributeResponse] {
	body, err := r.encode()
	return start(c.shared(), err, opts, func(opts []CallOption) (*BatchAttributeResponse, error) {
		return collect(ctx, c.shared(), batchOperation(body), nil, opts)
	})
}

// Providers is [Client.Providers].
func (c *AsyncClient) Providers(ctx context.Context, page Page, opts ...CallOption) *Future[*ProviderListResponse] {
	op, err := providersOperation(page)
	return later[ProviderListResponse](ctx, c, op, err, opts)
}

// Provider is [Client.Provider].
func (c *AsyncClient) Provider(ctx context.Context, slug string, opts ...CallOption) *Future[*ProviderDetail] {
	op, err := providerOperation(slug)
	return later[ProviderDetail](ctx, c, op, err, opts)
}

// Datasets is [Client.Datasets].
func (c *AsyncClient) Datasets(ctx context.Context, filter DatasetFilter, opts ...CallOption) *Future[*DatasetListResponse] {
	op, err := datasetsOperation(filter)
	return later[DatasetListResponse](ctx, c, op, err, opts)
}

// Health is [Client.Health].
func (c *AsyncClient) Health(ctx context.Context, opts ...CallOption) *Future[*Health] {
	return later[Health](ctx, c, healthOperation(), nil, opts)
}

// Close closes the AsyncClient and the [Client] that it shares. Calls in flight finish.
func (c *AsyncClient) Close() error { return (*Client)(c).Close() }
