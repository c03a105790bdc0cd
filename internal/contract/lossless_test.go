package contract_test

import (
	"bytes"
	stdjson "encoding/json"
	"math/big"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/gen"
)

// answers are the generated types of what each operation answers.
var answers = map[string]func() any{
	"extractAttributes":      func() any { return new(gen.AttributeResponse) },
	"batchExtractAttributes": func() any { return new(gen.BatchAttributeResponse) },
	"listDatasets":           func() any { return new(gen.DatasetListResponse) },
	"listProviders":          func() any { return new(gen.ProviderListResponse) },
	"getProvider":            func() any { return new(gen.ProviderDetail) },
	"getHealth":              func() any { return new(gen.Health) },
}

// undecodable are the captured answers that the generated types do not take, each with the reason.
var undecodable = map[string]string{
	"providers_offset_huge": "the service echoes an offset of any size; Go counts to 2^63",
}

// Every captured 2xx, decoded into its generated type and encoded again, is the same JSON, by either JSON library.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	checker := newChecker(t)
	libraries := map[string]struct {
		unmarshal func([]byte, any) error
		marshal   func(any) ([]byte, error)
	}{
		"encoding/json": {stdjson.Unmarshal, stdjson.Marshal},
		"json v2": {
			func(b []byte, v any) error { return json.Unmarshal(b, v) },
			func(v any) ([]byte, error) { return json.Marshal(v) },
		},
	}
	count, seen := 0, map[string]bool{}
	for _, e := range captured(t) {
		if e.status/100 != 2 || e.request == nil {
			continue
		}
		answer := answers[checker.OperationID(e.request)]
		if answer == nil {
			continue
		}
		count++
		seen[checker.OperationID(e.request)] = true
		for name, library := range libraries {
			value := answer()
			err := library.unmarshal(e.body, value)
			if reason := undecodable[e.name]; reason != "" {
				assert.Errorf(t, err, "%s is decoded after all (%s)", e.name, reason)
				continue
			}
			require.NoErrorf(t, err, "%s, %s", e.name, name)
			again, err := library.marshal(value)
			require.NoErrorf(t, err, "%s, %s", e.name, name)
			assert.Equalf(t, exactly(t, e.body), exactly(t, again), "%s, %s", e.name, name)
		}
	}
	t.Logf("%d answers", count)
	assert.GreaterOrEqual(t, count, 140)
	assert.Len(t, seen, len(answers), "every operation with a JSON answer")
}

// exactly reads JSON so that two texts are equal if and only if they mean the same: members in any order, numbers by their value
// (388.0 is 388) and to the last digit.
func exactly(t *testing.T, text []byte) any {
	t.Helper()
	var tree any
	d := stdjson.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&tree))
	return exact(t, tree)
}

func exact(t *testing.T, node any) any {
	switch v := node.(type) {
	case stdjson.Number:
		value, ok := new(big.Rat).SetString(v.String())
		require.True(t, ok, v)
		return value.RatString()
	case map[string]any:
		for name := range v {
			v[name] = exact(t, v[name])
		}
	case []any:
		for i := range v {
			v[i] = exact(t, v[i])
		}
	case string:
		return "text " + v // or "388" would be 388
	}
	return node
}
