package table

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/community-attribute-service/cas-go/bulk/journal"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/table/internal/csvtext"
)

// FuzzCSVCell compares a line with what encoding/csv reads.
func FuzzCSVCell(f *testing.F) {
	for _, text := range []string{"", " a", "a\t", `"`, `a"b`, "a,b", "a\nb", "a\r\nb", "\r", `\.`, "é", "\ufeff", "\x00"} {
		f.Add(text, "b")
		f.Add("a", text)
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		line := append(csvtext.Append(append(csvtext.Append(nil, one), ','), two), '\n')
		if one == "" && two == "" {
			require.Equal(t, ",\n", string(line))
			return
		}
		read, err := csv.NewReader(strings.NewReader(string(line))).Read()
		require.NoError(t, err)
		// encoding/csv, unlike RFC 4180, turns CR LF inside quotes into LF.
		require.Equal(t, []string{strings.ReplaceAll(one, "\r\n", "\n"), strings.ReplaceAll(two, "\r\n", "\n")}, read)
	})
}

// anyFloat draws a finite number among all bit patterns.
func anyFloat(t *rapid.T, label string) float64 {
	f := math.Float64frombits(rapid.Uint64().Draw(t, label))
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0.1
	}
	return f
}

func anyText(t *rapid.T, label string) string {
	return strings.ReplaceAll(rapid.String().Draw(t, label), "\r\n", "\n")
}

// TestCSVReadsBack writes random tables and reads back every id, property and number, bit for bit.
func TestCSVReadsBack(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		type want struct {
			id, name, units string
			value           *float64
		}
		var wants []want
		var outcomes []bulk.Outcome
		for range rapid.IntRange(0, 8).Draw(rt, "features") {
			w := want{id: anyText(rt, "id"), name: anyText(rt, "name")}
			switch rapid.IntRange(0, 2).Draw(rt, "kind") {
			case 0:
				outcomes = append(outcomes, failed(w.id, anyText(rt, "reason")))
			case 1:
				outcomes = append(outcomes, answered(w.id, result(elevation, cas.Value{})))
				w.units = "m"
			case 2:
				f := anyFloat(rt, "value")
				w.value, w.units = &f, anyText(rt, "units")
				r := number(elevation, f)
				r.Units = w.units
				outcomes = append(outcomes, answered(w.id, r))
			}
			name, err := json.Marshal(w.name)
			require.NoError(rt, err)
			outcomes[len(outcomes)-1].Feature.Properties = map[string]json.RawMessage{"NAME": name}
			wants = append(wants, w)
		}
		plan, err := PlanColumns([]string{elevation}, "", []string{"NAME"}, nil)
		require.NoError(rt, err)
		path := filepath.Join(dir, "a.csv")
		_, err = Write(t.Context(), from(outcomes...), Options{
			Path: path, Format: CSV{}, Plan: plan,
			Parameters: journal.Fingerprint{DatasetIDs: []string{elevation}},
		})
		require.NoError(rt, err)
		_, rows := records(t, path)
		require.Len(rt, rows, len(wants))
		for i, w := range wants {
			require.Equal(rt, w.id, rows[i]["id"])
			require.Equal(rt, w.name, rows[i]["NAME"])
			require.Equal(rt, w.units, rows[i]["copernicus_dem_elevation_units"])
			cell := rows[i]["copernicus_dem_elevation"]
			if w.value == nil {
				require.Empty(rt, cell)
				continue
			}
			f, err := strconv.ParseFloat(cell, 64)
			require.NoError(rt, err)
			require.Equal(rt, math.Float64bits(*w.value), math.Float64bits(f), cell)
		}
	})
}

func TestALoneEmptyCellIsARow(t *testing.T) {
	var b strings.Builder
	w, err := CSV{}.NewWriter(&b, []Column{{Name: "id"}})
	require.NoError(t, err)
	require.NoError(t, w.WriteRow(&Row{Cells: []Cell{{Kind: TextCell}}}))
	require.NoError(t, w.Close())
	assert.Equal(t, "id\n\"\"\n", b.String(), "readers skip an empty line")
}

// TestPandasReadsTheSameNumbers compares the bits of numbers with those that pandas reads from a CSV.
func TestPandasReadsTheSameNumbers(t *testing.T) {
	random := rapid.Custom(func(t *rapid.T) []float64 {
		fs := []float64{0, math.Copysign(0, -1), 0.1, 1e-9, 1e21, 123456789, math.MaxFloat64, math.SmallestNonzeroFloat64}
		for range 500 {
			fs = append(fs, anyFloat(t, "f"))
		}
		return fs
	}).Example(1)
	var outcomes []bulk.Outcome
	for i, f := range random {
		outcomes = append(outcomes, answered("0"+strconv.Itoa(i), number(elevation, f)))
	}
	outcomes = append(outcomes, failed("é,1", "no"), answered("02", result(elevation, cas.Value{})))
	path, _ := write(t, CSV{}, []string{elevation}, nil, outcomes...)
	const program = `import sys, json, pandas
t = pandas.read_csv(sys.argv[1], dtype={"id": str}, float_precision="round_trip")
print(json.dumps({"ids": list(t["id"]), "values": [x.hex() for x in t["copernicus_dem_elevation"]]}))`
	out, err := exec.Command(service.Python(t, service.Latest), "-c", program, path).Output()
	require.NoError(t, err)
	var read struct{ IDs, Values []string }
	require.NoError(t, json.Unmarshal(out, &read))
	require.Len(t, read.Values, len(random)+2)
	for i, f := range random {
		r, err := strconv.ParseFloat(read.Values[i], 64) // hexadecimal: exact
		require.NoError(t, err)
		require.Equal(t, math.Float64bits(f), math.Float64bits(r), f)
		require.Equal(t, "0"+strconv.Itoa(i), read.IDs[i])
	}
	assert.Equal(t, []string{"nan", "nan"}, read.Values[len(random):])
	assert.Equal(t, "é,1", read.IDs[len(random)])
}
