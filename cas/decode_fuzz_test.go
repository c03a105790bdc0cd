package cas

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/gen"
	"github.com/community-attribute-service/cas-go/wire"
)

// plainly decodes by the JSON library what the client decodes by generated code, and says whether it is a success.
func plainly[T any](text []byte, required func(*T) string) (value *T, ok bool) {
	value = new(T)
	return value, json.Unmarshal(text, value) == nil && required(value) == ""
}

// agree fails unless the generated code and the JSON library make the same of a text.
func agree[T gen.Model](t *testing.T, text []byte) {
	want, ok := plainly(text, func(v *T) string { return missingFrom(v) })
	got := new(T)
	err := gen.Decode(context.Background(), text, got)
	require.Equal(t, ok, err == nil && missingFrom(got) == "", "%T: %v", got, err)
	if ok {
		same(t, want, got)
	}
}

// same compares by the JSON that they encode to, for NaN is not NaN.
func same(t *testing.T, want, got any) {
	a, err := json.Marshal(want)
	require.NoError(t, err)
	b, err := json.Marshal(got)
	require.NoError(t, err)
	require.Equal(t, string(a), string(b))
}

// Whatever the text: what is called a success is what the JSON library reads, and all else is an error, never a panic. A batch is the
// same, read in one piece or as it arrives.
func FuzzDecodeResponse(f *testing.F) {
	for _, text := range capturedAnswers(f) {
		f.Add(text)
	}
	for _, text := range []string{
		"", "null", "{}", "[]", `{"request_id":"e","results":[]}`, `{"request_id":"b","responses":[{"request_id":"e","results":[]},null]}`, `{"request_id":"b","responses":null}`,
		`{"responses":[],"request_id":"b","responses":[]}`, `{"status":"ok","cache":null}`, `{"slug":"p","datasets":[{"id":"a","bbox":null,"resolution_m":null}]}`,
		`{"request_id":"e","results":[{"dataset_id":"a","value":{"1":null},"timestamp":"2020-01-02","valid_range":[null,1]}],"warnings":null,"x":{"a":[1,"\u00e9"]}}`,
		`{"request_id":"e","results":[{"dataset_id":"a","pixel_count":1e3,"elapsed_ms":9223372036854775808}]}`, "{\"request_id\":\"\xff\",\"results\":[]}", `{"request_id":"\ud800","results":[]}`,
		`{"request_id":"e","results":[],"elapsed_ms":-0}`, `{"request_id":"e","results":[],"elapsed_ms":1.0}`, ` {"request_id" : "e" , "results" : [ ] } `, `{"request_id":"e","results":[]}x`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		agree[AttributeResponse](t, text)
		agree[ProviderListResponse](t, text)
		agree[ProviderDetail](t, text)
		agree[DatasetListResponse](t, text)
		agree[Health](t, text)

		want, ok := plainly(text, func(r *BatchAttributeResponse) string {
			if r.RequestID == "" || r.Responses == nil {
				return "a member"
			}
			for i := range r.Responses {
				if missing := missingFromMember(&r.Responses[i]); missing != "" {
					return missing
				}
			}
			return ""
		})
		for _, from := range []*bodyReader{
			bounded(bytes.NewReader(text), len(text)),
			bounded(iotest.OneByteReader(bytes.NewReader(text)), len(text)),
			bounded(iotest.DataErrReader(iotest.HalfReader(bytes.NewReader(text))), len(text)),
		} {
			got, err := gathered(from)
			require.Equal(t, ok, err == nil, "%v", err)
			if ok {
				same(t, want, got)
			}
		}
		got, err := copied(bounded(iotest.HalfReader(bytes.NewReader(text)), len(text)))
		require.Equal(t, ok, err == nil, "%v", err)
		if ok {
			same(t, want, got)
		}
		if len(text) > 0 {
			_, err := gathered(bounded(bytes.NewReader(text), len(text)-1))
			require.Error(t, err, "a byte over the limit")
		}
	})
}

func bounded(from io.Reader, limit int) *bodyReader {
	return newBodyReader(&http.Response{Body: io.NopCloser(from)}, int64(limit), 0)
}

// gathered is a batch, read response by response.
func gathered(from *bodyReader) (*BatchAttributeResponse, error) {
	limit := newTimeLimit(context.Background(), time.Hour)
	defer limit.stop()
	responses := []AttributeResponse{}
	batch, _, err := readBatch(&answer{body: from, limit: limit}, 0, false,
		func() *AttributeResponse {
			responses = append(responses, AttributeResponse{})
			return &responses[len(responses)-1]
		},
		func() error { return nil })
	batch.Responses = responses
	return batch, err
}

// copied is gathered from responses that are all read into the same memory.
func copied(from *bodyReader) (*BatchAttributeResponse, error) {
	limit := newTimeLimit(context.Background(), time.Hour)
	defer limit.stop()
	var response AttributeResponse
	responses := []AttributeResponse{}
	batch, _, err := readBatch(&answer{body: from, limit: limit}, 0, true,
		func() *AttributeResponse { return &response },
		func() error {
			own := response
			own.Warnings, own.Results = slices.Clone(own.Warnings), slices.Clone(own.Results)
			for i := range own.Results {
				r := &own.Results[i]
				r.Timestamp, r.ValidRange = cloned(r.Timestamp), cloned(r.ValidRange)
				if r.Value.NumClasses() > 0 {
					r.Value, _ = wire.ClassesValue(r.Value.Classes())
				}
			}
			responses = append(responses, own)
			return nil
		})
	batch.Responses = responses
	return batch, err
}

func cloned[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
