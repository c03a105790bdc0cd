package bulk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// fake is a service in this process. Its answer to a geometry has the number that is in the longitude.
type fake struct {
	// answer, if set, may refuse a request of these geometries, by position in the input.
	answer func(ctx context.Context, positions []int) error
	// respond, if set, may change a response.
	respond func(position int, r *cas.AttributeResponse)
	// point, if set, may refuse the request for a point of a probe.
	point func(ctx context.Context) error

	mu       sync.Mutex
	probes   int
	datasets [][]string // of each request
	requests [][]int
	inFlight int
	most     int // in flight at a time
}

func (s *fake) StreamBatch(ctx context.Context, r cas.BatchExtractRequest, _ ...cas.CallOption) iter.Seq2[*cas.AttributeResponse, error] {
	return func(yield func(*cas.AttributeResponse, error) bool) {
		if isProbe(r) {
			yield(nil, s.probe(ctx))
			return
		}
		positions := make([]int, len(r.Geometries))
		for i, g := range r.Geometries {
			positions[i] = positionOf(g.(json.RawMessage))
		}
		s.begin(positions, r.DatasetIDs)
		defer s.end()
		if s.answer != nil {
			if err := s.answer(ctx, positions); err != nil {
				yield(nil, err)
				return
			}
		}
		if ctx.Err() != nil {
			yield(nil, ctx.Err())
			return
		}
		for _, position := range positions {
			response := responseFor(position, r.DatasetIDs)
			if s.respond != nil {
				s.respond(position, response)
			}
			if !yield(response, nil) {
				return
			}
		}
	}
}

// isProbe recognizes the point of a probe by its spelling.
func isProbe(r cas.BatchExtractRequest) bool {
	text, ok := r.Geometries[0].([]byte)
	return ok && bytes.HasPrefix(text, []byte(`{"type": `))
}

func (s *fake) probe(ctx context.Context) error {
	s.mu.Lock()
	s.probes++
	s.mu.Unlock()
	if s.point == nil {
		return nil
	}
	return s.point(ctx)
}

func (s *fake) begin(positions []int, datasets []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.datasets = append(s.datasets, datasets)
	s.requests = append(s.requests, positions)
	s.inFlight++
	s.most = max(s.most, s.inFlight)
}

func (s *fake) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight--
}

// asked counts the requests for each position.
func (s *fake) asked() map[int]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[int]int{}
	for _, positions := range s.requests {
		for _, p := range positions {
			counts[p]++
		}
	}
	return counts
}

func responseFor(position int, datasetIDs []string) *cas.AttributeResponse {
	r := &cas.AttributeResponse{RequestID: "285d971167bf", GeometryHash: fmt.Sprintf("%016x", position), Warnings: []string{}}
	for _, id := range datasetIDs {
		r.Results = append(r.Results, cas.AttributeResult{
			DatasetID: id, Variable: "x", Value: cas.NumberValue(float64(position) / 3), Units: "m",
			Aggregation: cas.AggregationMean, Quality: cas.QualityGood, CoverageFraction: 1, PixelCount: 9, Provider: "p",
		})
	}
	return r
}

// feature returns the feature at a position: a point whose longitude is a thousandth of the position.
func feature(position int) features.Feature {
	return features.Feature{
		ID: fmt.Sprintf("%05d", position), Index: position,
		Geometry: fmt.Appendf(nil, `{"type":"Point","coordinates":[%d.%03d,0]}`, position/1000, position%1000),
	}
}

func positionOf(geometry json.RawMessage) int {
	var whole, thousandths int
	if _, err := fmt.Sscanf(string(geometry), `{"type":"Point","coordinates":[%d.%03d,0]}`, &whole, &thousandths); err != nil {
		panic(fmt.Sprintf("%s: %v", geometry, err))
	}
	return 1000*whole + thousandths
}

func someFeatures(n int) iter.Seq2[features.Feature, error] {
	return func(yield func(features.Feature, error) bool) {
		for i := range n {
			if !yield(feature(i), nil) {
				return
			}
		}
	}
}

// collect ranges over a run to its end.
func collect(outcomes iter.Seq2[Outcome, error]) (all []Outcome, err error) {
	for o, e := range outcomes {
		if e != nil {
			err = e
			continue
		}
		all = append(all, o)
	}
	return all, err
}

// requireWhole requires one outcome for each of n features, in order, with the answer to its own geometry unless it failed. It returns the
// failed positions.
func requireWhole(t require.TestingT, outcomes []Outcome, n int) (failed []int) {
	require.Len(t, outcomes, n)
	for i, o := range outcomes {
		require.Equal(t, feature(i), o.Feature)
		if o.Err != nil {
			failed = append(failed, i)
		}
		if o.Response == nil {
			require.Error(t, o.Err)
			continue
		}
		require.Equal(t, fmt.Sprintf("%016x", i), o.Response.GeometryHash)
		if o.Err == nil {
			value, ok := o.Response.Results[0].Value.Float64()
			require.True(t, ok)
			require.Equal(t, float64(i)/3, value)
		}
	}
	return failed
}

func status(code int) error {
	types := map[int]cas.ErrorType{500: cas.ErrorTypeInternal, 401: cas.ErrorTypeUnauthorized, 422: cas.ErrorTypeValidation, 429: cas.ErrorTypeRateLimited}
	kind, ok := types[code]
	if !ok {
		kind = cas.ErrorTypeHTTP
	}
	return &cas.Error{StatusCode: code, Type: kind, Message: http.StatusText(code), RequestID: "0123456789ab", Attempts: 4}
}

// timeout is the client's error of an attempt that took too long.
type timeout struct{}

func (timeout) Error() string { return "no whole answer in time" }
func (timeout) Unwrap() error { return context.DeadlineExceeded }
func (timeout) Timeout() bool { return true }

var dataset = []string{"p:x"}

func openJournal1(t testing.TB, path string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(path, Options{DatasetIDs: dataset}.Fingerprint("id"))
	require.NoError(t, err)
	t.Cleanup(func() { j.Close() })
	return j
}

// wait sleeps for d or until the context ends, as a request does.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
