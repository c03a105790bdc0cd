package cas

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/community-attribute-service/cas-go/gen"
)

// one makes a call whose answer is one value, decoded when its body has arrived whole. If the request is bad, one returns that error.
func one[T gen.Model](ctx context.Context, c *core, op operation, bad error, opts []CallOption) (*T, error) {
	if bad != nil {
		return nil, bad
	}
	var value *T
	err := c.call(ctx, op, opts, func(a *answer) (string, error) {
		value = new(T)
		err := a.body.all(func(text []byte) error {
			if err := gen.Decode(a.limit.ctx, text, value); err != nil {
				return err
			}
			if missing := missingFrom(value); missing != "" {
				return missingMember(missing)
			}
			return nil
		})
		if response, ok := any(value).(*AttributeResponse); ok && err == nil {
			return response.RequestID, nil
		}
		return "", err
	})
	if err != nil {
		return nil, err
	}
	return value, nil
}

// missingFrom names a required member that an answer lacks, its own or the id of an item in its list; "" if it has all.
func missingFrom(answer any) string {
	switch r := answer.(type) {
	case *AttributeResponse:
		switch {
		case r.RequestID == "":
			return "request_id"
		case r.Results == nil:
			return "results"
		}
		return missingFromResults(r)
	case *ProviderListResponse:
		if r.Providers == nil {
			return "providers"
		}
		return missingFromList("providers[%d].slug", r.Providers, func(p *ProviderSummary) string { return p.Slug })
	case *ProviderDetail:
		if r.Slug == "" {
			return "slug"
		}
		return missingFromList("datasets[%d].id", r.Datasets, func(d *Dataset) string { return d.ID })
	case *DatasetListResponse:
		if r.Datasets == nil {
			return "datasets"
		}
		return missingFromList("datasets[%d].id", r.Datasets, func(d *Dataset) string { return d.ID })
	case *Health:
		if r.Status == "" {
			return "status"
		}
	}
	return ""
}

// missingFromMember is missingFrom for a response inside a batch; it asks less, and finds one that is null or {}.
func missingFromMember(r *AttributeResponse) string {
	if r.RequestID == "" && r.GeometryHash == "" && r.Results == nil {
		return "results"
	}
	return missingFromResults(r)
}

func missingFromResults(r *AttributeResponse) string {
	return missingFromList("results[%d].dataset_id", r.Results, func(r *AttributeResult) string { return r.DatasetID })
}

// missingFromList finds an item without an id, such as null.
func missingFromList[T any](place string, list []T, id func(*T) string) string {
	for i := range list {
		if id(&list[i]) == "" {
			return fmt.Sprintf(place, i)
		}
	}
	return ""
}

func missingMember(name string) error {
	return fmt.Errorf("%q is missing or null", name)
}

// isJSON returns an error if the answer is of another type: a login page or a proxy's own answer may come as 200.
func isJSON(res *http.Response) error {
	if res.StatusCode == http.StatusNoContent {
		return errors.New("204 has no content")
	}
	header := res.Header.Get("Content-Type")
	if header == jsonType { // nearly always
		return nil
	}
	mediaType, _, _ := strings.Cut(header, ";") // parameters may be malformed
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	if header == "" || mediaType == jsonType || strings.HasSuffix(mediaType, "+json") {
		return nil
	}
	return fmt.Errorf("its Content-Type is %q, not %s: does the base URL point at the service itself?", header, jsonType)
}
