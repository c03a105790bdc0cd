package cas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// StreamBatch is [Client.BatchExtract] that yields the responses one at a time, in the order of the geometries, while the rest still
// arrives, so that memory holds one of them. What is yielded is the caller's to keep.
//
// A transfer that breaks off is asked for again, as any other is, and goes on behind what was yielded. What fails in the end is
// yielded last, once, with a nil response: ErrInvalidRequest before anything is sent, otherwise an *[Error]. The client's timeout
// does not count the time that the consumer takes. Breaking out of the loop ends the request.
func (c *Client) StreamBatch(ctx context.Context, r BatchExtractRequest, opts ...CallOption) iter.Seq2[*AttributeResponse, error] {
	body, err := r.encode()
	return func(yield func(*AttributeResponse, error) bool) {
		if err != nil {
			yield(nil, err)
			return
		}
		s := batchStream{yield: yield}
		if err := c.core.call(ctx, batchOperation(body), opts, s.read); err != nil && !s.stopped {
			yield(nil, err)
		}
	}
}

// batchStream is a batch that is being yielded, over as many attempts as it takes.
type batchStream struct {
	yield   func(*AttributeResponse, error) bool
	yielded int
	stopped bool
}

// read yields what one answer has beyond what earlier ones had: answers are positional.
func (s *batchStream) read(a *answer) (requestID string, err error) {
	d := jsontext.NewDecoder(a.body)
	found := false
	if d.PeekKind() != '{' {
		v, err := d.ReadValue()
		if err != nil {
			return "", err
		}
		return "", fmt.Errorf("it is %s, not an object", abbreviate(v))
	}
	err = eachMember(d, func(name string) error {
		switch name {
		case "request_id":
			return json.UnmarshalDecode(d, &requestID)
		case "responses":
			if d.PeekKind() == 'n' {
				return d.SkipValue()
			}
			found = true
			return s.responses(a, d)
		default:
			return d.SkipValue()
		}
	})
	switch {
	case err != nil:
		return requestID, err
	case !found:
		return requestID, missingMember("responses")
	case requestID == "":
		return "", missingMember("request_id")
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return requestID, errors.New("text follows the JSON value")
	}
	return requestID, nil
}

func (s *batchStream) responses(a *answer, d *jsontext.Decoder) error {
	if kind := d.PeekKind(); kind != '[' {
		if err := d.SkipValue(); err != nil {
			return err
		}
		return fmt.Errorf(`"responses" is not an array`)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	n := 0
	for ; ; n++ {
		if kind := d.PeekKind(); kind == ']' || kind == 0 {
			break
		}
		if n < s.yielded {
			if err := d.SkipValue(); err != nil {
				return err
			}
			continue
		}
		response := new(AttributeResponse)
		if err := json.UnmarshalDecode(d, response); err != nil {
			return err
		}
		if missing := requiredOfMember(response); missing != "" {
			return missingMember(fmt.Sprintf("responses[%d].%s", n, missing))
		}
		s.yielded++
		a.limit.pause()
		s.stopped = !s.yield(response, nil)
		a.limit.resume()
		if s.stopped {
			return errStopped
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	if n < s.yielded {
		return fmt.Errorf("it has %d responses where an earlier one had %d", n, s.yielded)
	}
	return nil
}
