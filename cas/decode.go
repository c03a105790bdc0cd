package cas

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/community-attribute-service/cas-go/gen"
)

// one makes a call whose answer is one value, decoded when it has arrived whole. required names a top-level member that the
// contract promises and the value lacks.
func one[T gen.Model](ctx context.Context, c *core, op operation, required func(*T) string, opts []CallOption) (*T, error) {
	var value *T
	err := c.call(ctx, op, opts, func(a *answer) (string, error) {
		text, release, err := a.body.all(a.length)
		defer release()
		if err != nil {
			return "", err
		}
		v := new(T)
		if err := gen.Decode(text, v); err != nil {
			return "", err
		}
		if missing := required(v); missing != "" {
			return "", missingMember(missing)
		}
		value = v
		if response, ok := any(v).(*AttributeResponse); ok {
			return response.RequestID, nil
		}
		return "", nil
	})
	if err != nil {
		return nil, err
	}
	return value, nil
}

func missingMember(name string) error {
	return fmt.Errorf("%q is missing or null", name)
}

// isJSON refuses what calls itself something else: a login page or a proxy's own answer may come as 200.
func isJSON(res *http.Response) error {
	if res.StatusCode == http.StatusNoContent {
		return errors.New("204 has no content")
	}
	header := res.Header.Get("Content-Type")
	if header == jsonType { // as a rule, and parsing takes a microsecond
		return nil
	}
	mediaType, _, err := mime.ParseMediaType(header)
	if header == "" || (err == nil && (mediaType == jsonType || strings.HasSuffix(mediaType, "+json"))) {
		return nil
	}
	return fmt.Errorf("its Content-Type is %q, not %s: does the base URL point at the service itself?", header, jsonType)
}
