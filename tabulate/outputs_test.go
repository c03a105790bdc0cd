package tabulate

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/table"
)

// TestDescriptionsOfNamesWithDots: a run and a conversion find the description of attributes.v2.csv, and not that of attributes.csv.
func TestDescriptionsOfNamesWithDots(t *testing.T) {
	server := castest.NewServer()
	defer server.Close()
	folder := t.TempDir()
	output := filepath.Join(folder, "attributes.v2.csv")
	run := func(name string, text []byte) error {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, text, 0o666))
		input, err := Open(path, features.Options{IDField: "HYBAS_ID"})
		require.NoError(t, err)
		defer input.Source.Close()
		job := Job{
			Client: server.Client(), Input: input, Outputs: []Output{{output, table.CSV{}}}, IDField: "HYBAS_ID",
			Ask: bulk.Options{DatasetIDs: []string{"local_dem:elevation"}}, About: table.About{ServiceURL: server.URL()},
		}
		_, err = job.Run(t.Context())
		return err
	}
	require.NoError(t, run("one.geojson", basins.GeoJSON()))
	var refusal *Refusal
	require.ErrorAs(t, run("two.geojson", bytes.ReplaceAll(basins.GeoJSON(), []byte("08401"), []byte("18401"))), &refusal)
	assert.Contains(t, refusal.Problem, "was made of one.geojson")

	converted := Conversion{Journal: JournalPath(output), Output: filepath.Join(folder, "c.csv"), Format: table.CSV{}}
	_, err := converted.Run(t.Context())
	require.NoError(t, err)
	about := readDescription(filepath.Join(folder, "c.meta.json")).about
	assert.Equal(t, server.URL(), about.ServiceURL)
	require.Len(t, about.Datasets, 1)
	assert.Equal(t, "Jacksboro fault elevation", about.Datasets[0].Name)
}

func TestMetaBesideJournal(t *testing.T) {
	for journal, meta := range map[string]string{
		"a.journal": "a.meta.json", "a.csv.journal": "a.meta.json", "a.v2.journal": "a.v2.meta.json", "a.v2.parquet.journal": "a.v2.meta.json",
		"a.0003-of-0016.journal": "a.0003-of-0016.meta.json",
	} {
		assert.Equal(t, meta, metaBeside(journal), journal)
	}
}
