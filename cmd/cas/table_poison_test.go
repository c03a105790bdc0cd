package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

// Of 1000 features 7 are poisoned, each in another way, and two of them only the service can see. The others get their answers, the
// poisoned a reason each; a resumed run asks for the two again, and for no other.
func TestTableOfPoisonedFeatures(t *testing.T) {
	poison := map[int]string{
		3:   `null`,
		111: `{"type":"Polygon","coordinates":[[[-84.3,36.2],[-84.2,36.2],[-84.2,36.3],[-84.3,36.3]]]}`,
		222: `{"type":"Polygon","coordinates":[[[-84.3,36.2],[-84.2,36.3],[-84.2,36.2],[-84.3,36.3],[-84.3,36.2]]]}`,
		333: `{"type":"Point","coordinates":[731000,4010000]}`,
		444: manyVertices(10_001),
		555: `{"type":"Point","coordinates":[-84.5551,36.2]}`, // the service crashes
		999: `{"type":"Point","coordinates":[-84.5552,36.2]}`, // the provider fails
	}
	reasons := map[int]string{
		3: "geometry is null", 111: "not closed", 222: "crosses or touches itself", 333: "looks like metres; reproject to EPSG:4326",
		444: "10001", 555: "500 internal_error", 999: "[local_dem] upstream returned HTTP 503",
	}
	path := writeFeatures(t, 1000, func(i int) string {
		if geometry, poisoned := poison[i]; poisoned {
			return geometry
		}
		return gauge(i)
	})
	server := castest.NewServer(castest.WithDatasets(castest.Dataset{
		Dataset: cas.Dataset{ID: "local_dem:upstream"},
		Answer: func(_ context.Context, q castest.Query) (cas.AttributeResult, error) {
			if strings.Contains(string(q.Geometry.Coordinates), "-84.5552") {
				return cas.AttributeResult{}, castest.ProviderError("upstream returned HTTP 503")
			}
			return cas.AttributeResult{Value: cas.NumberValue(1)}, nil
		},
	}))
	defer server.Close()
	var l ledger
	l.watch(server, func(geometries []string) *castest.Fault {
		if slices.Contains(geometries, poison[555]) {
			return &castest.Fault{Status: 500}
		}
		return nil
	})

	table := filepath.Join(t.TempDir(), "attributes.csv")
	args := []string{
		"extract", "-g", "@" + path, "-d", "local_dem:elevation", "-d", "local_dem:upstream", "-o", table,
		"--id-field", "GAUGE", "--keep", "NAME", "--url", server.URL(), "--quiet", "--batch-size", "100",
	}
	code, out, errs := runHere(t, args...)
	assert.Equal(t, exitPartial, code, errs)
	assert.Empty(t, out)
	assert.Contains(t, errs, "6 of 1000 features failed, 1 without some results: ")

	rows := readCSV(t, table)
	require.Len(t, rows, 1001)
	whole := 0
	for i, row := range rows[1:] {
		assert.Equal(t, []string{gaugeID(i), fmt.Sprintf("gauge %d", i)}, row[:2])
		if !slices.Contains(row, "") {
			whole++
			assert.NotContains(t, poison, i)
		}
	}
	assert.Equal(t, 993, whole)
	failures := readCSV(t, strings.TrimSuffix(table, ".csv")+".errors.csv")
	require.Equal(t, []string{"id", "dataset", "reason", "service", "time"}, failures[0])
	require.Len(t, failures, 1+len(reasons))
	for i, position := range []int{3, 111, 222, 333, 444, 555, 999} {
		failure := failures[i+1]
		assert.Equal(t, gaugeID(position), failure[0])
		assert.Contains(t, failure[2], reasons[position])
		sent := map[bool]string{true: server.URL()}
		assert.Equal(t, sent[position == 555 || position == 999], failure[3], "only what was sent has a service")
		at, err := time.Parse(time.RFC3339, failure[4])
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now(), at, time.Hour)
	}
	assert.Equal(t, "local_dem:upstream", failures[7][1], "the other dataset has its result")
	assert.Equal(t, "", failures[6][1])

	before, err := os.ReadFile(table)
	require.NoError(t, err)
	l.turn(nil)
	code, _, errs = runHere(t, append(args, "--resume")...)
	assert.Equal(t, exitPartial, code, errs)
	after, err := os.ReadFile(table)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
	// A point is asked for to see whether the service is there, while nothing else succeeds.
	asked := slices.DeleteFunc(keysOf(l.turn(nil)), func(geometry string) bool { return strings.HasPrefix(geometry, `{"type": "Point"`) })
	assert.ElementsMatch(t, []string{poison[555], poison[999]}, asked)
	_, err = os.Stat(strings.TrimSuffix(table, ".csv") + ".journal")
	assert.NoError(t, errors.Join(err), "the journal stays")
}

func keysOf(m map[string]int) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

// manyVertices is a polygon with that many positions.
func manyVertices(n int) string {
	var b strings.Builder
	b.WriteString(`{"type":"Polygon","coordinates":[[`)
	for i := range n - 2 {
		fmt.Fprintf(&b, "[%g,36.2],", -84.4+float64(i)/1e6)
	}
	b.WriteString(`[-84.4,36.3],[-84.4,36.2]]]}`)
	return b.String()
}
