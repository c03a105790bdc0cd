package cas

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
)

// one makes a call whose answer is one value, decoded when it has arrived whole. required names a top-level member that the
// contract promises and the value lacks.
func one[T any](ctx context.Context, c *core, op operation, required func(*T) string, opts []CallOption) (*T, error) {
	var value *T
	err := c.call(ctx, op, opts, func(a *answer) (string, error) {
		text, release, err := a.body.all(a.length)
		defer release()
		if err != nil {
			return "", err
		}
		v := new(T)
		if err := json.Unmarshal(text, v); err != nil {
			return "", err
		}
		if missing := required(v); missing != "" {
			return "", missingMember(missing)
		}
		value = v
		return bodyRequestID(v), nil
	})
	if err != nil {
		return nil, err
	}
	return value, nil
}

func missingMember(name string) error {
	return fmt.Errorf("%q is missing or null", name)
}

// bodyRequestID is the request id in the body of an extraction, which differs from the header's.
func bodyRequestID(v any) string {
	switch v := v.(type) {
	case *AttributeResponse:
		return v.RequestID
	case *BatchAttributeResponse:
		return v.RequestID
	default:
		return ""
	}
}

// isJSON refuses what calls itself something else: a login page or a proxy's own answer may come as 200.
func isJSON(res *http.Response) error {
	if res.StatusCode == http.StatusNoContent {
		return errors.New("204 has no content")
	}
	header := res.Header.Get("Content-Type")
	mediaType, _, err := mime.ParseMediaType(header)
	if header == "" || (err == nil && (mediaType == jsonType || strings.HasSuffix(mediaType, "+json"))) {
		return nil
	}
	return fmt.Errorf("its Content-Type is %q, not %s: does the base URL point at the service itself?", header, jsonType)
}
