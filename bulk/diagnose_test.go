package bulk

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/community-attribute-service/cas-go/features"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/cas"
)

func transport(cause error) error {
	return fmt.Errorf("call: %w", errors.Join(&cas.Error{Type: cas.ErrorTypeTransport, Attempts: 1, Message: "x"}, cause))
}

func refusal422(details string) error {
	return &cas.Error{StatusCode: 422, Type: cas.ErrorTypeValidation, Message: "Request validation failed", Detail: json.RawMessage(details), Attempts: 1}
}

func TestDiagnose(t *testing.T) {
	t.Parallel()
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	_, badPeriod := refusedByClient(t, cas.BatchExtractRequest{Geometries: cas.Geometries(cas.Point(0, 0)), TimeRange: cas.Dates{"x", "y"}})
	_, badGeometry := refusedByClient(t, cas.BatchExtractRequest{Geometries: cas.Geometries(cas.Point(0, 0), cas.Point(math.NaN(), 0))})
	for name, c := range map[string]struct {
		err  error
		want diagnosis
	}{
		"unauthorized":                   {status(401), diagnosis{remedy: endRun}},
		"forbidden":                      {status(403), diagnosis{remedy: endRun}},
		"no such route":                  {status(404), diagnosis{remedy: endRun, stray: true}},
		"redirect":                       {&cas.Error{StatusCode: 307, Type: cas.ErrorTypeRedirect}, diagnosis{remedy: endRun, stray: true}},
		"closed client":                  {cas.ErrClosed, diagnosis{remedy: endRun}},
		"another's error":                {errors.New("what"), diagnosis{remedy: endRun}},
		"refused connection":             {transport(dial), diagnosis{remedy: divide, away: true}},
		"slow connection":                {transport(&net.OpError{Op: "dial", Err: timeout{}}), diagnosis{remedy: divide, away: true}},
		"unknown host":                   {transport(&net.DNSError{Name: "x"}), diagnosis{remedy: divide, away: true}},
		"wrong certificate":              {transport(&tls.CertificateVerificationError{Err: errors.New("x")}), diagnosis{remedy: endRun}},
		"wrong period":                   {badPeriod, diagnosis{remedy: endRun}},
		"too many datasets":              {&cas.Error{StatusCode: 422, Type: cas.ErrorTypeRequestLimit, Message: "Too many datasets: 51 > limit 50"}, diagnosis{remedy: endRun}},
		"datasets":                       {refusal422(`[{"loc":["body","dataset_ids"],"msg":"too short","type":"too_short"}]`), diagnosis{remedy: endRun}},
		"long Retry-After":               {&cas.Error{StatusCode: 429, RetryAfter: time.Hour, Attempts: 1}, diagnosis{remedy: divide, crowded: true, away: true, status: 429, after: time.Hour}},
		"rate limit":                     {status(429), diagnosis{remedy: divide, crowded: true, away: true, status: 429, after: 1}},
		"unavailable":                    {status(503), diagnosis{remedy: divide, crowded: true, away: true, status: 503}},
		"bad gateway":                    {status(502), diagnosis{remedy: divide, crowded: true, stray: true, status: 502}},
		"internal error":                 {status(500), diagnosis{remedy: divide, failed: true, status: 500}},
		"another 5xx":                    {status(520), diagnosis{remedy: divide, failed: true, status: 520}},
		"gateway timeout":                {status(504), diagnosis{remedy: divide, timedOut: true, status: 504}},
		"request timeout":                {status(408), diagnosis{remedy: divide, timedOut: true, status: 408}},
		"attempt timeout":                {transport(timeout{}), diagnosis{remedy: divide, timedOut: true}},
		"too large":                      {status(413), diagnosis{remedy: divide, tooLarge: true, status: 413}},
		"not decodable":                  {&cas.Error{StatusCode: 400, Type: cas.ErrorTypeBadRequest}, diagnosis{remedy: divide}},
		"a gateway's refusal":            {status(400), diagnosis{remedy: divide, stray: true}},
		"a gateway's 422":                {&cas.Error{StatusCode: 422, Type: cas.ErrorTypeHTTP}, diagnosis{remedy: divide, stray: true}},
		"cut":                            {transport(io.ErrUnexpectedEOF), diagnosis{remedy: divide, stray: true}},
		"HTML":                           {&cas.Error{StatusCode: 200, Type: cas.ErrorTypeMalformed}, diagnosis{remedy: divide, stray: true, status: 200}},
		"miscounted":                     {miscounted(3, 4), diagnosis{remedy: divide, stray: true, status: 200}},
		"answer too large":               {&cas.Error{StatusCode: 200, Type: cas.ErrorTypeTooLarge}, diagnosis{remedy: divide}},
		"whole body":                     {refusal422(`[{"loc":["body",30],"msg":"JSON decode error","type":"json_invalid"}]`), diagnosis{remedy: divide}},
		"geometries":                     {refusal422(`[{"loc":["body","geometries"],"msg":"too long","type":"too_long"}]`), diagnosis{remedy: divide}},
		"422 without a place":            {refusal422(`"nonsense"`), diagnosis{remedy: divide}},
		"a geometry elsewhere":           {refusal422(`[{"loc":["body","geometries",7,"type"],"msg":"m"}]`), diagnosis{remedy: divide}},
		"geometry refused by the client": {badGeometry, diagnosis{remedy: dropNamed, named: map[int]error{1: badGeometry}}},
	} {
		assert.Equal(t, c.want, diagnose(c.err, 4), name)
	}

	d := diagnose(refusal422(`[{"loc":["body","geometries",1,"type"],"msg":"should match","type":"p"},
		{"loc":["body","geometries",1,"coordinates"],"msg":"a list"},{"loc":["body","geometries",3],"msg":"missing"}]`), 4)
	assert.Equal(t, dropNamed, d.remedy)
	assert.EqualError(t, d.named[1], "[422 validation_error] geometry.type: should match; geometry.coordinates: a list")
	assert.EqualError(t, d.named[3], "[422 validation_error] geometry: missing")
	assert.ErrorIs(t, d.named[3], cas.ErrValidation)
	assert.Len(t, d.named, 2)
}

func refusedByClient(t *testing.T, r cas.BatchExtractRequest) (*cas.BatchAttributeResponse, error) {
	t.Helper()
	client, err := cas.NewClient("http://127.0.0.1:1")
	require.NoError(t, err)
	response, err := client.BatchExtract(t.Context(), r)
	require.ErrorIs(t, err, cas.ErrInvalidRequest)
	return response, err
}

func TestHalves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(0, 1000), 2, 50).Draw(t, "sizes")
		var items []*item
		for i, size := range sizes {
			items = append(items, &item{position: i, feature: features.Feature{Geometry: make([]byte, size)}})
		}
		c := newChunk(items, false)
		halves := c.halves()
		require.Equal(t, items, append(append([]*item{}, halves[0].items...), halves[1].items...))
		require.Equal(t, c.bytes, halves[0].bytes+halves[1].bytes)
		for _, half := range halves {
			require.True(t, half.part)
			require.GreaterOrEqual(t, len(half.items), max(1, len(items)/4))
		}
	})
}

// poison is how a feature spoils the request that it is in; the worst spoils it first.
type poison int

const (
	harmless poison = iota
	missesDataset
	refusedIn200
	crashes   // 500
	tooSlow   // the attempt times out
	proxySlow // 504
	tooBig    // 413
	cuts      // the connection breaks off
	spoilsAnswer
	named // in a 422
	badShape
	poisons
)

// poisonous is a service that fails on such features.
func poisonous(kinds []poison) *fake {
	s := &fake{}
	s.answer = func(_ context.Context, positions []int) error {
		worst, at := harmless, 0
		for i, p := range positions {
			if kinds[p] > worst {
				worst, at = kinds[p], i
			}
		}
		switch worst {
		case crashes:
			return status(500)
		case tooSlow:
			return transport(timeout{})
		case proxySlow:
			return status(504)
		case tooBig:
			return status(413)
		case cuts:
			return transport(io.ErrUnexpectedEOF)
		case spoilsAnswer:
			return &cas.Error{StatusCode: 200, Type: cas.ErrorTypeMalformed, Message: "HTML"}
		case named:
			return refusal422(`[{"loc":["body","geometries",` + strconv.Itoa(at) + `,"type"],"msg":"no"}]`)
		}
		return nil
	}
	s.respond = func(p int, r *cas.AttributeResponse) {
		switch kinds[p] {
		case missesDataset:
			r.Results, r.Warnings = []cas.AttributeResult{}, []string{"p:x: gone"}
		case refusedIn200:
			*r = cas.AttributeResponse{RequestID: "b", GeometryHash: "error", Warnings: []string{"Geometry too complex: 10001 vertices > limit 10000"}}
		}
	}
	return s
}

// poisonedFeatures yields features, some of which do not pass the preflight.
func poisonedFeatures(kinds []poison) func(func(features.Feature, error) bool) {
	return func(yield func(features.Feature, error) bool) {
		for i, kind := range kinds {
			f := feature(i)
			if kind == badShape {
				f.Geometry = []byte(`null`)
			}
			if !yield(f, nil) {
				return
			}
		}
	}
}

// For any features that spoil requests and any sizes, every feature has one outcome, in order: the poisoned features have failed, and all
// others have their answer.
func TestPoisonIsIsolated(t *testing.T) {
	defer goleak.VerifyNone(t)
	rapid.Check(t, func(t *rapid.T) {
		kinds := make([]poison, rapid.IntRange(0, 300).Draw(t, "features"))
		for range rapid.IntRange(0, 15).Draw(t, "poisoned") {
			if len(kinds) > 0 {
				kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "at")] = poison(rapid.IntRange(1, int(poisons)-1).Draw(t, "poison"))
			}
		}
		o := Options{
			DatasetIDs:  dataset,
			BatchSize:   rapid.IntRange(0, 100).Draw(t, "size"),
			BatchBytes:  rapid.SampledFrom([]int{0, 1, 100, 1000, 10000}).Draw(t, "bytes"),
			Concurrency: rapid.IntRange(1, 5).Draw(t, "concurrency"),
		}
		service := poisonous(kinds)
		outcomes, err := collect(Extract(context.Background(), service, poisonedFeatures(kinds), o))
		require.NoError(t, err)
		require.Len(t, outcomes, len(kinds))
		poisoned := 0
		for i, o := range outcomes {
			require.Equal(t, i, o.Feature.Index)
			if kinds[i] == harmless {
				require.NoError(t, o.Err)
				require.Equal(t, fmt.Sprintf("%016x", i), o.Response.GeometryHash)
				continue
			}
			poisoned++
			require.Errorf(t, o.Err, "feature %d, poison %d", i, kinds[i])
			require.Equal(t, kinds[i] == missesDataset, o.Response != nil)
			require.NotEmpty(t, o.Failures())
		}
		// Each poison costs at most two requests a level of division, and every harmless feature one request at worst.
		levels := 2 + int(math.Ceil(math.Log(float64(len(kinds)+1))/math.Log(4.0/3)))
		require.LessOrEqual(t, len(service.requests), len(kinds)+2*poisoned*levels)
	})
}
