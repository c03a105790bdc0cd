package cas

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/gen"
)

// The memory of a text is used again when it is decoded: no answer may hold on to it.
func TestAnAnswerKeepsNothingOfItsText(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join("testdata", "answers", "*.json"))
	require.NoError(t, err)
	decoded := map[string]int{}
	overwritten[ProviderDetail](t, decoded, []byte(`{"slug":"p","name":"P","protocol":"cog","base_url":"http://p","datasets":[{"id":"p:x","name":"X"}]}`))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		overwritten[AttributeResponse](t, decoded, text)
		overwritten[BatchAttributeResponse](t, decoded, text)
		overwritten[ProviderListResponse](t, decoded, text)
		overwritten[ProviderDetail](t, decoded, text)
		overwritten[DatasetListResponse](t, decoded, text)
		overwritten[Health](t, decoded, text)
	}
	assert.Len(t, decoded, 6, "kinds of answers: %v", decoded)
}

func overwritten[T gen.Model](t *testing.T, decoded map[string]int, answer []byte) {
	t.Helper()
	text := append([]byte(nil), answer...)
	v := new(T)
	if gen.Decode(context.Background(), text, v) != nil || missingFrom(v) != "" {
		return
	}
	before, err := json.Marshal(v)
	require.NoError(t, err)
	for i := range text {
		text[i] = 'x'
	}
	after, err := json.Marshal(v)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
	decoded[fmt.Sprintf("%T", v)]++
}
