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

// errStopped ends the reading of a batch whose consumer does not want the rest.
var errStopped = errors.New("the consumer stopped")

// batchStream yields a batch, over one or more attempts.
type batchStream struct {
	yield   func(*AttributeResponse, error) bool
	reuse   bool // every response gets the memory of the one before
	yielded int  // responses
	stopped bool // yield returned false
}

// read yields the responses of an answer behind those that earlier attempts yielded: responses are in the order of the geometries.
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
	switch {
	case s.stopped:
		err = nil
	case err == nil && n < s.yielded:
		err = fmt.Errorf("it has %d responses where an earlier one had %d", n, s.yielded)
	}
	return batch.RequestID, err
}

// collect makes a call whose answer is a batch. It decodes the answer while it arrives, so memory never holds its whole text.
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

// readBatch reads the answer to a batch, response by response. It skips the first skip responses. It reads every other one into the value
// that room returns, with reuse into the memory that this value holds, and then calls done. n is the number of responses; batch holds the
// rest of the answer.
func readBatch(a *answer, skip int, reuse bool, room func() *AttributeResponse, done func() error) (batch *BatchAttributeResponse, n int, err error) {
	s := jsonread.NewStream(a.limit.ctx, a.body)
	defer s.Release()
	batch = new(BatchAttributeResponse)
	found := false
	rest := []byte{'{'} // the object without its responses
	defer func() {
		if err != nil && batch.RequestID == "" {
			_ = gen.Decode(a.limit.ctx, append(rest, '}'), batch) // for the request id in the log
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

// appendMember appends the next member of the stream, its value as it is written.
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

// readResponses reads the array of responses. For null, n is -1.
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
			default: // Item calls again if the response had not arrived whole
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
