package mcpserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/internal/mcpserver"
)

var update = flag.Bool("update", false, "write the transcript into docs/mcp.md")

// transcript is what a client that is asked for "mean elevation and slope of these basins" does, a call after the other.
var transcript = []struct{ why, tool, arguments string }{
	{"The client looks at the file first: is it readable, and what can be the id?", "describe_file", `{"path":"basins.geojson"}`},
	{"It looks for datasets where the basins are.", "search_datasets", `{"words":"slope","bbox":[-84.41,36.16,-84.08,36.45]}`},
	{"", "search_datasets", `{"words":"copernicus elevation","bbox":[-84.41,36.16,-84.08,36.45],"limit":1}`},
	{"It makes the table, and waits for it. The provider of the slopes is down in this run.", "extract_file", `{"path":"basins.geojson","output":"attributes.csv","id_field":"HYBAS_ID",` +
		`"datasets":["copernicus_dem:elevation","us_ned_slope:slope"],"aggregation":"mean","wait_seconds":60}`},
	{"It asks how to cite what it got.", "cite", `{"datasets":["copernicus_dem:elevation"]}`},
}

// TestTranscript holds docs/mcp.md to what the server answers.
func TestTranscript(t *testing.T) {
	server := castest.NewServer(castest.WithDatasets(castest.Dataset{
		Dataset: cas.Dataset{ID: "us_ned_slope:slope", Provider: "us_ned_slope"},
		Answer: func(context.Context, castest.Query) (cas.AttributeResult, error) {
			return cas.AttributeResult{}, castest.ProviderError("upstream returned HTTP 503")
		},
	}))
	t.Cleanup(server.Close)
	client := server.Client()
	t.Cleanup(func() { client.Close() })
	session := connect(t, mcpserver.Config{Client: client, ServiceURL: server.URL(), Root: folderOfBasins(t)})
	var text bytes.Buffer
	var table map[string]any
	for _, call := range transcript {
		out := answer(t, session, call.tool, call.arguments)
		if call.tool == "extract_file" {
			table = out
		}
		if call.why != "" {
			fmt.Fprintf(&text, "%s\n\n", call.why)
		}
		fmt.Fprintf(&text, "```text\n%s %s\n```\n\n```json\n%s\n```\n\n", call.tool, call.arguments, indented(t, out))
	}
	require.Len(t, table["missing"], 1, "nothing but the slope")
	missing := at(t, table, "missing", 0)
	fmt.Fprintf(&text, "So the client can say: the mean elevation of all %v basins is in %v, in %v. There is no slope: for %v of %v basins the service says %q. ",
		table["features"], at(t, table, "files", "table"), at(t, table, "columns", 1, "units"), at(t, missing, "features"), table["features"], at(t, missing, "reason"))
	text.WriteString("It does not say zero, and it does not leave the basins out. When the provider is back, the same call asks again for what is missing.\n")

	const page, begin, end = "../../docs/mcp.md", "<!-- transcript: go test ./internal/mcpserver -run TestTranscript -update -->\n\n", "\n<!-- end of transcript -->"
	whole, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(whole), begin)
	require.True(t, found)
	kept, after, found := strings.Cut(rest, end)
	require.True(t, found)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(before+begin+text.String()+end+after), 0o644)) //nolint:gosec // a document
		return
	}
	assert.Equal(t, kept, text.String(), "renew it: go test ./internal/mcpserver -run TestTranscript -update")
}

// indented is JSON for a page.
func indented(t *testing.T, value any) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	require.NoError(t, e.Encode(value))
	return strings.TrimSpace(out.String())
}
