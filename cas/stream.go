package cas

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/gen"
	"github.com/community-attribute-service/cas-go/internal/jsonread"
	"github.com/community-attribute-service/cas-go/internal/reuse"
)

// StreamBatch is [Client.BatchExtract], but yields the responses one at a time, in the order of the geometries, while the rest still
// arrives. Memory holds one response. The caller may keep what is yielded.
//
// If the transfer breaks, StreamBatch retries it and continues after the last response that it yielded. An error is yielded once, last,
// with a nil response: ErrInvalidRequest before anything is sent, otherwise an *[Error]. The client's timeout does not count the time
// that the consumer takes. Breaking out of the loop ends the request.
func (c *Client) StreamBatch(ctx context.Context, r BatchExtractRequest, opts ...CallOption) iter.Seq2[*AttributeResponse, error] {
	body, err := r.encode()
	return func(yield func(*AttributeResponse, error) bool) {
		if err != nil {
			yield(nil, err)
			return
		}
		s := batchStream{yield: yield, reuse: ctx != nil && reuse.Asked(ctx)}
		if err := c.shared().call(ctx, batchOperation(body), opts, s.read); err != nil && !s.stopped {
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

// collect makes a call whose answer is a batch. It is decoded while it arrives, so that its text is never held whole.
func collect(ctx context.Context, c *core, op operation, bad error, opts []CallOption) (*BatchAttributeResponse, error) {
	if bad != nil {
		return nil, bad
	}
	var whole *BatchAttributeResponse
	err := c.call(ctx, op, opts, func(a *answer) (string, error) {
		responses := []AttributeResponse{}
		batch, _, err := readBatch(a, 0, false,
			func() *AttributeResponse {
				responses = append(responses, AttributeResponse{})
				return &responses[len(responses)-1]
			},
			func() error { return nil })
		batch.Responses, whole = responses, batch
		return batch.RequestID, err
	})
	if err != nil {
		return nil, err
	}
	return whole, nil
}

// readBatch reads the answer to a batch, response by response. The first skip responses are passed over; every other one is read
// into what room gives, and then done is called; with reuse, into the memory of what that holds. n is the number
// of responses; batch holds all of the answer but those.
func readBatch(a *answer, skip int, reuse bool, room func() *AttributeResponse, done func() error) (batch *BatchAttributeResponse, n int, err error) {
	s := jsonread.NewStream(a.limit.ctx, a.body)
	defer s.Release()
	batch = new(BatchAttributeResponse)
	found := false
	rest := []byte{'{'} // the object without its responses
	defer func() {
		if err != nil && batch.RequestID == "" {
			_ = gen.Decode(a.limit.ctx, append(rest, '}'), batch) // its request id is worth logging
		}
	}()
	if err := s.Open('{'); err != nil {
		return batch, 0, err
	}
	for i := 0; ; i++ {
		name, ok, err := s.Name(i)
		if err != nil {
			return batch, n, err
		}
		if !ok {
			break
		}
		if name != "responses" {
			if rest, err = appendMember(rest, s, name); err != nil {
				return batch, n, err
			}
			continue
		}
		if found {
			return batch, n, errors.New(`"responses" stands twice`)
		}
		found = true
		if n, err = readResponses(s, skip, reuse, room, done); err != nil {
			return batch, n, err
		}
	}
	if err := s.End(); err != nil {
		return batch, n, err
	}
	if err := gen.Decode(a.limit.ctx, append(rest, '}'), batch); err != nil {
		return batch, n, err
	}
	switch {
	case !found || n < 0:
		return batch, n, missingMember("responses")
	case batch.RequestID == "":
		return batch, n, missingMember("request_id")
	}
	return batch, n, nil
}

// appendMember appends the next member of the stream as it stands in its text.
func appendMember(b []byte, s *jsonread.Stream, name string) ([]byte, error) {
	if len(b) > 1 {
		b = append(b, ',')
	}
	b, _ = jsontext.AppendQuote(b, name) // its only error is invalid UTF-8, which the stream has refused
	b = append(b, ':')
	start := len(b)
	err := s.Value(func(r *jsonread.Reader) { b = append(b[:start], r.Skip()...) })
	return b, err
}

// readResponses reads the array of responses; null, which is none, counts -1.
func readResponses(s *jsonread.Stream, skip int, reuse bool, room func() *AttributeResponse, done func() error) (n int, err error) {
	if null, err := s.Null(); null || err != nil {
		return -1, err
	}
	if err := s.Open('['); err != nil {
		return 0, err
	}
	for ; ; n++ {
		var response *AttributeResponse
		ok, err := s.Item(n, func(r *jsonread.Reader) {
			switch {
			case n < skip:
				r.Skip()
			case response == nil:
				response = room()
				fallthrough
			default: // again, because it had not arrived whole
				if reuse {
					r.Reuse()
				}
				gen.Read(r, response)
			}
		})
		if err != nil || !ok {
			return n, err
		}
		if response == nil {
			continue
		}
		if missing := missingFromMember(response); missing != "" {
			return n, missingMember(fmt.Sprintf("responses[%d].%s", n, missing))
		}
		if err := done(); err != nil {
			return n, err
		}
	}
}
