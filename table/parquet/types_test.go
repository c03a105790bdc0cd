package parquet

import (
	"encoding/json"
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

// TestPyArrowReadsTypedProperties: kept properties are numbers or booleans if all their values are, even if a value after the first thousand
// rows decides it.
func TestPyArrowReadsTypedProperties(t *testing.T) {
	property := map[string]func(i int) string{
		"n":     func(i int) string { return []string{"1159100.0", "2", "2.5", "null"}[i%4] },
		"whole": func(i int) string { return fmt.Sprint(7_120_000_000 + i) },
		"flag":  func(i int) string { return fmt.Sprint(i%2 == 0) },
		"late":  func(i int) string { return []string{"1", `"x"`}[i/1500] },
		"none":  func(int) string { return "null" },
	}
	keep := []string{"n", "whole", "flag", "late", "none"}
	source := func() iter.Seq2[bulk.Outcome, error] {
		return func(yield func(bulk.Outcome, error) bool) {
			for i := range 2000 {
				f := features.Feature{ID: fmt.Sprint(i), Index: i, Properties: map[string]json.RawMessage{}}
				for name, value := range property {
					f.Properties[name] = json.RawMessage(value(i))
				}
				if !yield(answered(f, cas.AttributeResult{DatasetID: elevation, Value: cas.NumberValue(1)}), nil) {
					return
				}
			}
		}
	}
	path := write(t, Format{}, keep, source, elevation)
	var got struct {
		Types []string `json:"types"`
		Rows  [][]any  `json:"rows"`
	}
	python(t, `
import json, sys, pyarrow.parquet as pq
t = pq.read_table(sys.argv[1]).select(["n", "whole", "flag", "late", "none"])
print(json.dumps({"types": [str(f.type) for f in t.schema], "rows": [list(r.values()) for r in t.slice(0, 4).to_pylist() + t.slice(1999, 1).to_pylist()]}))
`, path, &got)
	require.Equal(t, []string{"double", "int64", "bool", "string", "string"}, got.Types)
	require.Equal(t, [][]any{
		{1159100., 7120000000., true, "1", nil},
		{2., 7120000001., false, "1", nil},
		{2.5, 7120000002., true, "1", nil},
		{nil, 7120000003., false, "1", nil},
		{nil, 7120001999., false, "x", nil},
	}, got.Rows)
}
