package cas_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// trickle answers with the text in pieces of so many bytes.
func trickle(text string, size int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			_, _ = io.WriteString(w, rest[:n])
			w.(http.Flusher).Flush()
			rest = rest[n:]
		}
	}
}

// A batch is the same, however it arrives and however it is asked for: whole, streamed, or decoded by the JSON library.
func TestBatchArrival(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"captured":        captured(t, "batch_3_ok"),
		"spaced":          strings.NewReplacer(`{`, " {\n", `}`, "\t} ", `,`, " ,\r\n", `:"`, ` : "`).Replace(captured(t, "batch_3_ok")),
		"responses first": `{"responses":[{"request_id":"r","results":[],"warnings":["é\n"]}],"request_id":"b","unknown":{"a":[1,"]}"]}}`,
		"none":            emptyBatch,
		"large":           fmt.Sprintf(`{"request_id":"b","responses":[{"request_id":%q,"results":[]},{"request_id":"r","results":[]}]}`, strings.Repeat("long", 50_000)),
	} {
		var want cas.BatchAttributeResponse
		require.NoError(t, json.Unmarshal([]byte(text), &want))
		for _, size := range []int{1, 7, 1000, 1 << 20} {
			if len(text)/size > 5000 {
				continue
			}
			t.Run(fmt.Sprint(name, " by ", size), func(t *testing.T) {
				t.Parallel()
				client := serve(t, trickle(text, size)).client(t)
				whole, err := client.BatchExtract(t.Context(), aBatch(3))
				require.NoError(t, err)
				assert.Equal(t, &want, whole)
				streamed := []cas.AttributeResponse{}
				for response, err := range client.StreamBatch(t.Context(), aBatch(3)) {
					require.NoError(t, err)
					streamed = append(streamed, *response)
				}
				assert.Equal(t, want.Responses, streamed)
			})
		}
	}
}
