package main

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
)

// initFolder is a folder with the basins as the test's working folder.
func initFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	require.NoError(t, os.WriteFile("basins.geojson", basins.GeoJSON(), 0o666))
}

func TestConversationOfInit(t *testing.T) {
	server := castest.NewServer()
	defer server.Close()
	const usual = "cas extract basins.geojson --id-field HYBAS_ID -d local_dem:elevation -o attributes.csv\n"
	for name, c := range map[string]struct {
		args    []string
		answers []string
		code    int
		command string   // on standard output
		said    []string // on standard error
	}{
		"three answers": {answers: []string{"basins.geojson", "HYBAS_ID", "local_dem:elevation", ""}, command: usual},
		"what is usual": {answers: []string{"basins.geojson", "", "elevation jacksboro", "1", ""}, command: usual},
		"options":       {args: []string{"basins.geojson", "--id-field", "HYBAS_ID"}, answers: []string{"local_dem:elevation", ""}, command: usual},
		"dry run": {
			args: []string{"basins.geojson"}, answers: []string{"1", "local_dem:elevation", "", "yes"}, command: usual,
			said: []string{"Nothing was sent", "FEATURES  REFUSED", "53        0"},
		},
		"no dry run": {args: []string{"basins.geojson"}, answers: []string{"1", "local_dem:elevation", "", "no"}, command: usual},
		"no file": {
			answers: []string{"", "-", "basin.geojson", "basins.geojson", "1", "local_dem:elevation", ""}, command: usual,
			said: []string{"give the name of a file", "basin.geojson: "},
		},
		"dragged to the terminal": {answers: []string{"'basins.geojson'", "1", "local_dem:elevation", ""}, command: usual},
		"bad ids": {
			answers: []string{"basins.geojson", "HYBASID", "ORDER", "9", "0", "local_dem:elevation", ""},
			command: "cas extract basins.geojson -d local_dem:elevation -o attributes.csv\n",
			said: []string{
				`"HYBASID" is no field: answer a number from 0 to 2, or a name; did you mean HYBAS_ID?`, "ORDER cannot be the id: a value of it is missing or comes twice",
				`"9" is no field: answer a number from 0 to 2, or a name`,
			},
		},
		"several searches": {
			args:    []string{"basins.geojson"},
			answers: []string{"1", "", "1", "slope", "1", "jacksboro elevation", "2", "1-2", "3-1 1", "99", "elevation daily", "1", ""},
			command: "cas extract basins.geojson --id-field HYBAS_ID -d local_dem:slope_class -d local_dem:elevation -d local_dem:elevation_daily -o attributes.csv\n",
			said: []string{
				"no dataset is chosen yet", "there is nothing to choose from yet", "99: answer numbers from 1 to ", "3-1: answer numbers from 1 to ",
				"chosen: local_dem:slope_class\n", "chosen: local_dem:slope_class, local_dem:elevation_daily\n", "chosen: local_dem:slope_class, local_dem:elevation\n",
			},
		},
		"nothing fits": {
			args: []string{"basins.geojson"}, answers: []string{"1", "flying saucers", "local_dem:elevatoin", "local_dem:elevation", ""}, command: usual,
			said: []string{"no dataset fits: every word must be in it", "there is no dataset local_dem:elevatoin; did you mean local_dem:elevation?"},
		},
		"the service by a flag": {
			args:    []string{"basins.geojson", "--url", server.URL()},
			answers: []string{"1", "local_dem:elevation", ""},
			command: strings.TrimSuffix(usual, "\n") + " --url " + server.URL() + "\n",
		},
		"no service": {
			args: []string{"basins.geojson", "--offline"}, answers: []string{"1", "austria dem", "copernicus_dem:elevation", ""},
			command: strings.ReplaceAll(usual, "local_dem", "copernicus_dem"), said: []string{"the catalog of service"},
		},
		"no answers":      {code: exitUsage, said: []string{"cas init asks on a terminal, or reads answers from standard input"}},
		"too few answers": {answers: []string{"basins.geojson", "1", "elevation"}, code: exitFailed, said: []string{"there is no command yet"}},
		"a file that is not there": {
			args: []string{"nowhere.geojson"}, code: exitUsage, said: []string{"nowhere.geojson: "},
		},
		"an id that is none": {
			args: []string{"basins.geojson", "--id-field", "ORDER"}, code: exitUsage, said: []string{"--id-field: ORDER cannot be the id"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			initFolder(t)
			t.Setenv("CAS_URL", server.URL())
			var out, errs bytes.Buffer
			code := run(t.Context(), append([]string{"init"}, c.args...), streams{in: strings.NewReader(lines(c.answers)), out: &out, err: &errs})
			assert.Equal(t, c.code, code, errs.String())
			assert.Equal(t, c.command, out.String())
			for _, want := range c.said {
				assert.Contains(t, errs.String(), want)
			}
		})
	}
}

func lines(texts []string) string {
	var b strings.Builder
	for _, text := range texts {
		b.WriteString(text + "\n")
	}
	return b.String()
}

func TestInitNamesNewTables(t *testing.T) {
	initFolder(t)
	require.NoError(t, os.WriteFile("attributes.journal", nil, 0o666))
	require.NoError(t, os.WriteFile("attributes-2.csv", nil, 0o666))
	n := interview{file: "-basins.csv", datasets: []string{"a:b"}, reading: reading{layer: "two words", x: "Länge", y: "y", assumeCRS: "EPSG:4326"}}
	assert.Equal(t, `cas extract ./-basins.csv --layer 'two words' --x 'Länge' --y y --assume-crs EPSG:4326 -d a:b -o attributes-3.csv`,
		commandLine(n.command("")))
}

func TestInitAsksForALayer(t *testing.T) {
	server := castest.NewServer()
	defer server.Close()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, ending := range []string{".shp", ".shx", ".dbf", ".prj"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "features", "shapefile", "testdata", "small"+ending))
		require.NoError(t, err)
		for _, layer := range []string{"lakes", "rivers"} {
			f, err := w.Create(layer + ending)
			require.NoError(t, err)
			_, err = f.Write(text)
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	initFolder(t)
	t.Setenv("CAS_URL", server.URL())
	require.NoError(t, os.WriteFile("two.zip", archive.Bytes(), 0o666))
	for _, layer := range []string{"2", "rivers"} {
		var out, errs bytes.Buffer
		answers := lines([]string{"two.zip", "3", "river", layer, "0", "local_dem:elevation", ""})
		require.Equal(t, exitOK, run(t.Context(), []string{"init"}, streams{in: strings.NewReader(answers), out: &out, err: &errs}), errs.String())
		assert.Equal(t, "cas extract two.zip --layer rivers -d local_dem:elevation -o attributes.csv\n", out.String())
		assert.Contains(t, errs.String(), `"3" is no layer: answer a number from 1 to 2, or a name`)
		assert.Contains(t, errs.String(), `or a name; did you mean rivers?`)
	}
}

// Ctrl-C in front of a question ends with a sentence.
func TestInitIsInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	silent, end := io.Pipe()
	defer end.Close()
	said := make(lineWriter, 100)
	code := make(chan int)
	go func() { code <- run(ctx, []string{"init"}, streams{in: silent, out: io.Discard, err: said}) }()
	for !strings.HasSuffix(<-said, "file> ") {
	}
	interrupt()
	assert.Equal(t, exitFailed, <-code)
	close(said)
	var last string
	for text := range said {
		last = text
	}
	assert.Equal(t, "cas: stopped before all three questions were answered: there is no command yet\n", last)
}

type lineWriter chan string

func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}
