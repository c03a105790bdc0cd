package cas_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// shapes are answers to a batch that grow with n and cost a decoder that looks back over what it has read more than their length.
var shapes = map[string]func(n int) string{
	"unknown members": func(n int) string { return inBatch("", numbered(n, `"member %d":1,`)) },
	"unknown members of an item": func(n int) string {
		return inBatch(`{`+numbered(n, `"member %d":1,`)+`"request_id":"a","results":[]}`, "")
	},
	"unknown objects":       func(n int) string { return inBatch("", numbered(n, `"member %d":{"a":[1,2]},`)) },
	"a wide unknown object": func(n int) string { return inBatch("", `"x":{`+numbered(n, `"member %d":1,`)+`"y":1},`) },
	"a long name":           func(n int) string { return inBatch("", `"`+strings.Repeat(strings.Repeat("long name ", 10), n)+`":1,`) },
	"a long string":         func(n int) string { return inBatch("", `"x":"`+strings.Repeat("long text ", n)+`",`) },
	"a string of escapes": func(n int) string {
		return inBatch(`{"request_id":"`+strings.Repeat(`\u00e9\n`, n)+`","results":[]}`, "")
	},
	"blanks before a name":  func(n int) string { return inBatch("", strings.Repeat(" \t\r\n      ", n)) },
	"blanks before a colon": func(n int) string { return inBatch("", `"x"`+strings.Repeat(" \t\r\n      ", n)+`:1,`) },
	"a long number":         func(n int) string { return inBatch("", `"x":`+strings.Repeat("1", n)+`,`) },
	"nested arrays":         func(n int) string { return inBatch("", `"x":`+nest(n)+`,`) },
	"classes": func(n int) string {
		return inBatch(`{"request_id":"a","results":[{"dataset_id":"a:b","value":{`+numbered(n, `"class %d":0.5,`)+`"z":0}}]}`, "")
	},
	"warnings": func(n int) string {
		return inBatch(`{"request_id":"a","results":[],"warnings":[`+numbered(n, `"warning %d",`)+`""]}`, "")
	},
}

func inBatch(response, more string) string {
	return `{"request_id":"a",` + more + `"responses":[` + response + `],"total_geometries":1,"total_results":0,"elapsed_ms":1}`
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// nest is n small values nested as deep as arrays may lie.
func nest(n int) string {
	const depth = 5000
	one := strings.Repeat("[", depth) + strings.Repeat("]", depth)
	return "[" + strings.TrimSuffix(strings.Repeat(one+",", max(n/depth, 1)), ",") + "]"
}

// inPieces sends a text as it would arrive over a network.
func inPieces(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for rest := text; len(rest) > 0; {
			piece := rest[:min(4096, len(rest))]
			if _, err := io.WriteString(w, piece); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			rest = rest[len(piece):]
		}
	}
}

// Decoding takes time in proportion to the answer, whatever its shape and however it arrives: sixteen times the answer takes nothing like
// the 256 times that looking back would take. The machine has other things to do, so that one of a few tries is enough.
func TestDecodingIsLinear(t *testing.T) {
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			small := serve(t, inPieces(shape(5_000))).client(t)
			large := serve(t, inPieces(shape(80_000))).client(t)
			best := func(client *cas.Client, calls int) time.Duration {
				took := time.Hour
				for range calls {
					started := time.Now()
					_, err := client.BatchExtract(t.Context(), aBatch(1))
					require.NoError(t, err)
					took = min(took, time.Since(started))
				}
				return took
			}
			linear := false
			for try := 0; try < 10 && !linear; try++ {
				one, sixteen := best(small, 5), best(large, 2)
				t.Logf("%v for 5,000, %v for 80,000", one, sixteen)
				linear = sixteen < 64*one+100*time.Millisecond // what is beyond 16 is the machine's
			}
			assert.True(t, linear)
		})
	}
}

// The end of the context ends the decoding, wherever that is: a decoder that did not look would be late by a third of the whole or more. The best
// of a few tries counts.
func TestDecodingLooksAtTheContext(t *testing.T) {
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			text := shape(40_000)
			client := serve(t, reply(200, text)).client(t)
			for part := time.Duration(1); part <= 2; part++ { // of the time that the whole takes, where the context ends
				inTime := false
				for try := 0; try < 20 && !inTime; try++ { // the machine has other things to do: what counts is the time here and now
					started := time.Now()
					_, err := client.BatchExtract(t.Context(), aBatch(1))
					require.NoError(t, err)
					whole := time.Since(started)
					limit := whole * part / 3
					ctx, cancel := context.WithTimeout(t.Context(), limit)
					started = time.Now()
					_, err = client.BatchExtract(ctx, aBatch(1))
					late := time.Since(started) - limit
					cancel()
					if err != nil {
						require.ErrorIs(t, err, context.DeadlineExceeded)
					}
					inTime = late < whole/6+25*time.Millisecond
					t.Logf("ends after %v of %v: %v late", limit, whole, late)
				}
				assert.True(t, inTime)
			}
		})
	}
}
