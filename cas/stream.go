package cas

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
)

// StreamBatch is [Client.BatchExtract] that yields the responses one at a time, in the order of the geometries, while the rest still
// arrives, so that memory holds one of them. What is yielded is the caller's to keep, unless [WithReuse] says otherwise.
//
// A transfer that breaks off is asked for again, as any other is, and goes on behind what was yielded. What fails in the end is
// yielded last, once, with a nil response: ErrInvalidRequest before anything is sent, otherwise an *[Error]. The client's timeout
// does not count the time that the consumer takes. Breaking out of the loop ends the request.
func (c *Client) StreamBatch(ctx context.Context, r BatchExtractRequest, opts ...CallOption) iter.Seq2[*AttributeResponse, error] {
	encoded, err := r.encode()
	var first atomic.Pointer[requestBody]
	first.Store(encoded)
	return func(yield func(*AttributeResponse, error) bool) {
		body, err := first.Swap(nil), err
		if body == nil && err == nil { // the sequence runs again
			body, err = r.encode()
		}
		if err != nil {
			yield(nil, err)
			return
		}
		defer body.release()
		s := batchStream{yield: yield, reuse: configOf(opts).reuse}
		if err := c.core.call(ctx, batchOperation(c.core, body), opts, s.read); err != nil && !s.stopped {
			yield(nil, err)
		}
	}
}

// batchStream is a batch that is being yielded, over as many attempts as it takes.
type batchStream struct {
	yield   func(*AttributeResponse, error) bool
	reuse   bool // of the memory of a response for the next
	yielded int
	stopped bool
}

// read yields what one answer has beyond what earlier ones had: answers are positional.
func (s *batchStream) read(a *answer) (requestID string, err error) {
	var response *AttributeResponse
	batch, n, err := readBatch(a, s.yielded, s.reuse,
		func() *AttributeResponse {
			if response == nil || !s.reuse {
				response = new(AttributeResponse)
			}
			return response
		},
		func() error {
			s.yielded++
			a.limit.pause()
			s.stopped = !s.yield(response, nil)
			a.limit.resume()
			if s.stopped {
				return errStopped
			}
			return nil
		})
	if err == nil && n < s.yielded {
		err = fmt.Errorf("it has %d responses where an earlier one had %d", n, s.yielded)
	}
	return batch.RequestID, err
}
