package table

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
)

// from returns a source of these outcomes.
func from(outcomes ...bulk.Outcome) Source {
	return func() iter.Seq2[bulk.Outcome, error] {
		return func(yield func(bulk.Outcome, error) bool) {
			for _, o := range outcomes {
				if !yield(o, nil) {
					return
				}
			}
		}
	}
}

// result is an answer of one dataset as the service gives it.
func result(dataset string, value cas.Value) cas.AttributeResult {
	r := cas.AttributeResult{
		DatasetID: dataset, Value: value, Units: "m", Aggregation: cas.AggregationMean,
		Quality: cas.QualityGood, CoverageFraction: 1, PixelCount: 12, Provenance: "made by " + dataset,
	}
	if _, ok := value.Distribution(); ok {
		r.Units, r.Aggregation = "class", cas.AggregationDistribution
	}
	return r
}

func number(dataset string, f float64) cas.AttributeResult {
	return result(dataset, cas.NumberValue(f))
}

func classes(dataset string, shares map[string]float64) cas.AttributeResult {
	return result(dataset, cas.DistributionValue(shares))
}

// answered is the outcome of a feature with these results, none of which is missing.
func answered(id string, results ...cas.AttributeResult) bulk.Outcome {
	return bulk.Outcome{Feature: features.Feature{ID: id}, Response: &cas.AttributeResponse{Results: results}}
}

func failed(id, reason string) bulk.Outcome {
	return bulk.Outcome{Feature: features.Feature{ID: id}, Err: errors.New(reason)}
}

func keeping(o bulk.Outcome, properties string) bulk.Outcome {
	if err := json.Unmarshal([]byte(properties), &o.Feature.Properties); err != nil {
		panic(err)
	}
	return o
}

// write writes a table of the datasets into a new folder.
func write(t testing.TB, f Format, datasets, keep []string, outcomes ...bulk.Outcome) (path string, s *Summary) {
	t.Helper()
	plan, err := PlanColumns(datasets, "", keep, nil)
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "attributes."+f.Name())
	s, err = Write(t.Context(), from(outcomes...), Options{
		Path: path, Format: f, Plan: plan, Parameters: journal.Fingerprint{DatasetIDs: datasets},
	})
	require.NoError(t, err)
	return path, s
}

func text(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

// records reads a CSV file: a map of column to cell for every row, and the head.
func records(t testing.TB, path string) (head []string, rows []map[string]string) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	all, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	for _, record := range all[1:] {
		row := map[string]string{}
		for i, cell := range record {
			row[all[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return all[0], rows
}

// folder lists the names of the files in a folder.
func folder(t testing.TB, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
