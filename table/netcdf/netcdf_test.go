package netcdf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/table"
)

const elevation, cover, clay = "copernicus_dem:elevation", "modis_lc:land_cover", "isric_soilgrids:clay_0-5cm"

func from(outcomes []bulk.Outcome) table.Source {
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

// write writes the same outcomes as NetCDF and as CSV.
func write(t testing.TB, form table.Form, keep []string, source table.Source, datasets ...string) (nc, csv string) {
	t.Helper()
	folder := t.TempDir()
	for _, f := range []table.Format{Format{}, table.CSV{}} {
		plan, err := form.PlanRun(journal.Fingerprint{DatasetIDs: datasets, IDField: "HYBAS_ID"}, keep, f)
		require.NoError(t, err)
		csv, nc = filepath.Join(folder, "a."+f.Name()), csv
		if f.Name() == "netcdf" {
			csv = filepath.Join(folder, "a.nc")
		}
		_, err = table.Write(t.Context(), source, table.Options{
			Path: csv, Format: f, Plan: plan, Parameters: journal.Fingerprint{DatasetIDs: datasets},
			About: table.About{
				ServiceURL: "http://localhost:8000", ServiceVersion: "0.4.0", Client: "cas-go", Input: "basins.geojson",
				Datasets: []cas.Dataset{{ID: elevation, Name: "Copernicus DEM GLO-30", License: "free", Citation: "ESA (2021)"}},
			},
		})
		require.NoError(t, err)
	}
	return nc, csv
}

// scenario has every kind of outcome.
func scenario() []bulk.Outcome {
	properties := func(text string) (p map[string]json.RawMessage) {
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			panic(err)
		}
		return p
	}
	result := func(id, units string, v cas.Value) cas.AttributeResult {
		return cas.AttributeResult{DatasetID: id, Units: units, Value: v, Aggregation: cas.AggregationMean, Quality: cas.QualityGood, CoverageFraction: 0.5}
	}
	full := []cas.AttributeResult{
		result(elevation, "m", cas.NumberValue(388.1)), result(cover, "class", cas.DistributionValue(map[string]float64{"forêt": 0.25, "-1": 0.75, "10": math.NaN()})),
		result(clay, "g/kg", cas.NumberValue(-1.5e-9)),
	}
	null := []cas.AttributeResult{
		result(elevation, "m", cas.Value{}), result(cover, "class", cas.DistributionValue(map[string]float64{"10": 1})), result(clay, "%", cas.NumberValue(1e300)),
	}
	null[0].Quality, null[0].CoverageFraction = cas.QualityMissing, 0
	return []bulk.Outcome{
		{Feature: features.Feature{ID: "01013500", Index: 0, Properties: properties(`{"NAME":"Fish River","UP":7120000010,"n":5,"x":1.5,"coast":true,"a/b":{"c":[1]}}`)}, Response: &cas.AttributeResponse{Results: full}},
		{Feature: features.Feature{ID: "été", Index: 1, Properties: properties(`{"NAME":null,"UP":-3,"n":-2147483646,"x":2,"coast":false}`)}, Response: &cas.AttributeResponse{Results: null}},
		{Feature: features.Feature{ID: "a,b", Index: 2, Properties: properties(`{"NAME":"水"}`)}, Err: errors.New("ring 0 is not closed")},
	}
}

// judge runs a Python program on a file and decodes the JSON that it prints.
func judge(t testing.TB, program string, into any, arguments ...string) {
	t.Helper()
	out, err := exec.Command(service.Judges(t), append([]string{"-c", program}, arguments...)...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Log(string(failed.Stderr))
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, into), string(out))
}

var keepAll = []string{"NAME", "UP", "n", "x", "coast", "a/b"}

// TestNetCDF4ReadsAll reads a file with the Python binding of the reference library.
func TestNetCDF4ReadsAll(t *testing.T) {
	path, _ := write(t, table.Form{}, keepAll, from(scenario()), elevation, cover, clay)
	var got map[string]any
	judge(t, `
import json, sys, netCDF4, numpy as np
d = netCDF4.Dataset(sys.argv[1])
def value(v):
    a = v[:]
    if a.dtype.kind in "SU": return [str(x) for x in a]
    return [None if masked else x for x, masked in zip(np.ma.getdata(a).ravel().tolist(), np.ma.getmaskarray(a).ravel())]
def attributes(v): return {k: (x.tolist() if hasattr(x := v.getncattr(k), "tolist") else x) for k in v.ncattrs() if k != "_FillValue"}
out = {"format": d.data_model, "global": {k: d.getncattr(k) for k in d.ncattrs()}, "dimensions": {k: len(x) for k, x in d.dimensions.items()}, "unlimited": [k for k, x in d.dimensions.items() if x.isunlimited()]}
out["variables"] = {k: {"type": v.dtype.str if hasattr(v.dtype, "str") else "str", "dimensions": list(v.dimensions), "attributes": attributes(v),
  "values": [None if isinstance(x, float) and np.isnan(x) else x for x in np.ravel(np.array(value(v), dtype=object)).tolist()]} for k, v in d.variables.items()}
print(json.dumps(out))
`, &got, path)
	assert.Equal(t, "NETCDF3_64BIT_OFFSET", got["format"])
	assert.Equal(t, []any{}, got["unlimited"])
	assert.Equal(t, map[string]any{
		"hru": 3., "strlen": 8., "NAME_strlen": 10., "a_b_strlen": 9., "modis_lc_land_cover_class": 3., "modis_lc_land_cover_class_strlen": 6.,
		"isric_soilgrids_clay_0_5cm_units_strlen": 4.,
	}, got["dimensions"])
	assert.Equal(t, map[string]any{
		"Conventions": "CF-1.8", "title": "Attributes from CAS, the Community Attribute Service", "source": "http://localhost:8000 0.4.0", "history": "cas-go",
		"cas_input": "basins.geojson",
	}, got["global"])
	variables := got["variables"].(map[string]any)
	for name, want := range map[string]struct {
		kind       string
		dimensions []any
		values     []any
	}{
		"HYBAS_ID":                           {"|S1", []any{"hru", "strlen"}, []any{"01013500", "été", "a,b"}},
		"NAME":                               {"|S1", []any{"hru", "NAME_strlen"}, []any{"Fish River", "", "水"}},
		"UP":                                 {"<f8", []any{"hru"}, []any{7120000010., -3., nil}},
		"n":                                  {"<i4", []any{"hru"}, []any{5., -2147483646., nil}},
		"x":                                  {"<f8", []any{"hru"}, []any{1.5, 2., nil}},
		"coast":                              {"|i1", []any{"hru"}, []any{1., 0., nil}},
		"a_b":                                {"|S1", []any{"hru", "a_b_strlen"}, []any{`{"c":[1]}`, "", ""}},
		"copernicus_dem_elevation":           {"<f8", []any{"hru"}, []any{388.1, nil, nil}},
		"isric_soilgrids_clay_0_5cm":         {"<f8", []any{"hru"}, []any{-1.5e-9, 1e300, nil}},
		"modis_lc_land_cover_class_name":     {"|S1", []any{"modis_lc_land_cover_class", "modis_lc_land_cover_class_strlen"}, []any{"-1", "10", "forêt"}},
		"modis_lc_land_cover_class_fraction": {"<f8", []any{"hru", "modis_lc_land_cover_class"}, []any{0.75, nil, 0.25, nil, 1., nil, nil, nil, nil}},
		"isric_soilgrids_clay_0_5cm_units":   {"|S1", []any{"hru", "isric_soilgrids_clay_0_5cm_units_strlen"}, []any{"g/kg", "%", ""}},
		"copernicus_dem_elevation_quality":   {"|i1", []any{"hru"}, []any{0., 1., nil}},
		"copernicus_dem_elevation_coverage_fraction": {"<f8", []any{"hru"}, []any{0.5, 0., nil}},
	} {
		v, ok := variables[name].(map[string]any)
		require.True(t, ok, name)
		assert.Equal(t, want.kind, v["type"], name)
		assert.Equal(t, want.dimensions, v["dimensions"], name)
		assert.Equal(t, want.values, v["values"], name)
	}
	assert.NotContains(t, variables, "copernicus_dem_elevation_units", "an attribute says it")
	assert.Equal(t, map[string]any{
		"long_name": "Copernicus DEM GLO-30", "units": "m", "cell_methods": "area: mean", "coordinates": "HYBAS_ID",
		"ancillary_variables": "copernicus_dem_elevation_quality copernicus_dem_elevation_coverage_fraction",
		"cas_dataset":         elevation, "license": "free", "references": "ESA (2021)",
	}, variables["copernicus_dem_elevation"].(map[string]any)["attributes"])
	assert.Equal(t, map[string]any{"long_name": "id of the feature", "cf_role": "timeseries_id", "_Encoding": "utf-8"}, variables["HYBAS_ID"].(map[string]any)["attributes"])
	assert.Equal(t, map[string]any{"long_name": "quality of " + elevation, "coordinates": "HYBAS_ID", "cas_units": "m", "flag_values": []any{0., 1.}, "flag_meanings": "good missing"},
		variables["copernicus_dem_elevation_quality"].(map[string]any)["attributes"])
}

// TestXarrayEqualsCSV: xarray opens the file, and its numbers are the CSV's, bit for bit, in rows that fill several blocks.
func TestXarrayEqualsCSV(t *testing.T) {
	var datasets []string
	for i := range 12 {
		datasets = append(datasets, fmt.Sprintf("p:d%d", i))
	}
	const n = 60_000 // times 25 columns of 8 bytes: three blocks
	source := func() iter.Seq2[bulk.Outcome, error] {
		return func(yield func(bulk.Outcome, error) bool) {
			random := rand.New(rand.NewPCG(7, 8))
			for i := range n {
				r := &cas.AttributeResponse{}
				for d, id := range datasets {
					v := cas.NumberValue(math.Exp(random.NormFloat64() * 100))
					switch {
					case random.IntN(50) == 0:
						v = cas.Value{}
					case d == 3:
						v = cas.DistributionValue(map[string]float64{fmt.Sprint(i % 3): random.Float64(), fmt.Sprint(3 + i%4): random.Float64()})
					}
					r.Results = append(r.Results, cas.AttributeResult{DatasetID: id, Value: v, Units: "m", Quality: "good", CoverageFraction: random.Float64()})
				}
				if !yield(bulk.Outcome{Feature: features.Feature{ID: strings.Repeat("é", i%3) + fmt.Sprint(i), Index: i}, Response: r}, nil) {
					return
				}
			}
		}
	}
	nc, csv := write(t, table.Form{}, nil, source, datasets...)
	var got struct {
		Rows, Compared int
		Differ         []string
		Ids            bool
	}
	judge(t, `
import json, sys, numpy as np, pandas as pd, xarray as xr
x = xr.open_dataset(sys.argv[1]); c = pd.read_csv(sys.argv[2], dtype={"HYBAS_ID": str}, float_precision="round_trip")
differ, compared = [], 0
for name in c.columns:
    if name.startswith("p_d3") and not name.endswith(("units", "quality", "fraction")):
        a = x["p_d3_class_fraction"].values[:, x["p_d3_class_name"].values.astype(str).tolist().index(name[5:])]
    elif name in x.variables and x[name].dtype.kind == "f" and c[name].dtype.kind == "f": a = x[name].values
    else: continue
    compared += 1
    b = c[name].values
    if not ((a.view("i8") == b.view("i8")) | (np.isnan(a) & np.isnan(b))).all(): differ.append(name)
print(json.dumps({"Rows": int(x.sizes["hru"]), "Compared": compared, "Differ": differ, "Ids": bool((x["HYBAS_ID"].values.astype(str) == c["HYBAS_ID"].values.astype(str)).all())}))
`, &got, nc, csv)
	assert.Equal(t, n, got.Rows)
	assert.Equal(t, 11+7+12, got.Compared)
	assert.Empty(t, got.Differ)
	assert.True(t, got.Ids)
}

// TestEdges: no row, one row, only values, no units, an id column named as the dimension.
func TestEdges(t *testing.T) {
	one := scenario()[2:]
	for name, c := range map[string]struct {
		form     table.Form
		outcomes []bulk.Outcome
	}{
		"no rows":           {table.Form{}, nil},
		"a failure":         {table.Form{}, one},
		"values":            {table.Form{Values: true}, scenario()},
		"values of no rows": {table.Form{Values: true}, nil},
		"sorted, named hru": {table.Form{SortByID: true, IDName: "hru"}, scenario()},
	} {
		path, _ := write(t, c.form, []string{"NAME", "n"}, from(c.outcomes), elevation, cover)
		var got struct {
			Hru       int
			Units     string
			Variables []string
		}
		judge(t, `
import json, sys, netCDF4, xarray as xr
d = netCDF4.Dataset(sys.argv[1])
x = xr.open_dataset(sys.argv[1]); x.load()
print(json.dumps({"Hru": len(d.dimensions["hru"]), "Units": getattr(d["copernicus_dem_elevation"], "units", ""), "Variables": sorted(d.variables)}))
`, &got, path)
		assert.Equal(t, len(c.outcomes), got.Hru, name)
		if len(c.outcomes) == 3 {
			assert.Equal(t, "m", got.Units, name)
		}
		if c.form.Values {
			assert.NotContains(t, strings.Join(got.Variables, " "), "quality")
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		assert.Len(t, entries, 4, "two tables, and no temporary file: %v", entries)
	}
}

// TestNcdump lets ncdump, the program of the format, print a file in CDF-2 and in CDF-5.
func TestNcdump(t *testing.T) {
	path, _ := write(t, table.Form{}, keepAll, from(scenario()), elevation, cover, clay)
	kind, err := exec.Command("ncdump", "-k", path).CombinedOutput()
	require.NoError(t, err, "ncdump is missing? It is in Debian's netcdf-bin. %s", kind)
	assert.Equal(t, "64-bit offset", strings.TrimSpace(string(kind)))
	text, err := exec.Command("ncdump", path).CombinedOutput()
	require.NoError(t, err, string(text))
	assert.Contains(t, string(text), "copernicus_dem_elevation = 388.1, _, _ ;")
	assert.Contains(t, string(text), "hru = 3 ;")

	h := header{dimensions: []dimension{{"hru", 2}}, variables: []variable{
		{"x", doubleKind, []int{0}, []attribute{{"units", "m"}, {"flags", []int8{1, 2, 3}}, {"n", int32(-5)}, {"_FillValue", math.NaN()}}},
		{"b", byteKind, []int{0}, nil},
	}}
	head, err := h.encode(5)
	require.NoError(t, err)
	file := append(head, bytes.Repeat([]byte{0x40, 0, 0, 0, 0, 0, 0, 0}, 2)...)
	file = append(file, 7, 8, 0, 0)
	path = filepath.Join(t.TempDir(), "five.nc")
	require.NoError(t, os.WriteFile(path, file, 0o666))
	kind, err = exec.Command("ncdump", "-k", path).CombinedOutput()
	require.NoError(t, err, string(kind))
	assert.Equal(t, "cdf5", strings.TrimSpace(string(kind)))
	text, err = exec.Command("ncdump", path).CombinedOutput()
	require.NoError(t, err, string(text))
	for _, part := range []string{"x = 2, 2 ;", "b = 7, 8 ;", "x:flags = 1b, 2b, 3b ;", "x:n = -5 ;", `x:units = "m" ;`, "x:_FillValue = NaN ;"} {
		assert.Contains(t, string(text), part)
	}
}

// TestVersion: a variable larger than 2 GiB or a dimension longer than 2^31 needs CDF-5.
func TestVersion(t *testing.T) {
	h := header{dimensions: []dimension{{"hru", 1 << 28}, {"class", 1}}, variables: []variable{{"x", doubleKind, []int{0}, nil}}}
	assert.EqualValues(t, 5, h.version())
	h.dimensions[0].length--
	assert.EqualValues(t, 2, h.version())
	h.dimensions[1].length = 2
	h.variables[0].dimensions = []int{0, 1}
	assert.EqualValues(t, 5, h.version())
	h.variables = nil
	assert.EqualValues(t, 2, h.version())
	h.dimensions[0].length = 1 << 31
	assert.EqualValues(t, 5, h.version())
}

func TestPropertyColumn(t *testing.T) {
	for property, want := range map[string]string{"a": "a", "a/b": "a_b", "é ": "é", "-1": "_-1", "": "", "a\nb": "a_b", "1": "1", "\xff": "_"} {
		assert.Equal(t, want, Format{}.PropertyColumn(property), property)
	}
}

// TestManyQualities: the number of meanings is limited, because a flag is one byte.
func TestManyQualities(t *testing.T) {
	w, err := Format{}.NewWriter(io.Discard, []table.Column{{Name: "id"}, {Name: "q", Role: table.RoleQuality}})
	require.NoError(t, err)
	row := table.Row{Cells: []table.Cell{{Kind: table.TextCell, Text: "1"}, {Kind: table.TextCell}}}
	for i := range mostMeanings {
		row.Cells[1].Text = fmt.Sprint(i)
		require.NoError(t, w.WriteRow(&row))
	}
	row.Cells[1].Text = "x"
	require.ErrorContains(t, w.WriteRow(&row), `more than 100 different texts, such as "x"`)
	w.(table.Discarder).Discard()
}

// TestMemory: a million rows of twenty datasets are written in the memory of one block.
func TestMemory(t *testing.T) {
	columns := []table.Column{{Name: "id", Role: table.RoleID}}
	row := table.Row{Cells: []table.Cell{{Kind: table.TextCell, Text: "7120000000"}}}
	for i := range 20 {
		columns = append(columns, table.Column{Name: fmt.Sprint("d", i), Role: table.RoleValue, Dataset: fmt.Sprint("p:d", i)})
		row.Cells = append(row.Cells, table.Cell{Kind: table.NumberCell, Number: float64(i)})
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "a.nc"))
	require.NoError(t, err)
	defer file.Close()
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most := live(), uint64(0)
	w, err := Format{}.NewWriter(file, columns)
	require.NoError(t, err)
	const n = 1_000_000
	for i := range n {
		row.Cells[1].Number = float64(i)
		require.NoError(t, w.WriteRow(&row))
		if i%100_000 == 99_999 {
			most = max(most, live())
		}
	}
	require.NoError(t, w.Close())
	most = max(most, live())
	assert.Less(t, int64(most)-int64(before), int64(16<<20))
	t.Logf("%d MB of heap", (int64(most)-int64(before))>>20)
	info, err := file.Stat()
	require.NoError(t, err)
	assert.Greater(t, info.Size(), int64(n*(20*8+10)))
}

// TestReadRows reads back the rows that were written, in every form of the table.
func TestReadRows(t *testing.T) {
	for _, form := range []table.Form{{}, {Values: true}, {SortByID: true, IDPrefix: "x"}} {
		path, csv := write(t, form, keepAll, from(scenario()), elevation, cover, clay)
		file, err := os.Open(path)
		require.NoError(t, err)
		defer file.Close()
		info, err := file.Stat()
		require.NoError(t, err)
		var meta struct {
			Table struct{ Columns []table.Column }
		}
		text, err := os.ReadFile(table.MetaPath(path))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &meta))
		columns := meta.Table.Columns // of the CSV, which was written last
		for i := range columns {
			columns[i].Name = Format{}.PropertyColumn(columns[i].Name)
		}
		var b bytes.Buffer
		w, err := table.CSV{}.NewWriter(&b, columns)
		require.NoError(t, err)
		for row, err := range (Format{}).ReadRows(file, info.Size(), columns) {
			require.NoError(t, err)
			require.NoError(t, w.WriteRow(row))
		}
		require.NoError(t, w.Close())
		want, err := os.ReadFile(csv)
		require.NoError(t, err)
		assert.Equal(t, strings.Replace(string(want), "a/b", "a_b", 1), b.String())
	}
}

// FuzzReadRows: a broken file is an error, whatever is broken.
func FuzzReadRows(f *testing.F) {
	path, _ := write(f, table.Form{}, []string{"n"}, from(scenario()), elevation, cover)
	whole, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(whole)
	f.Add(whole[:200])
	f.Add([]byte("CDF\x05"))
	columns := []table.Column{
		{Name: "HYBAS_ID"},
		{Name: "n", Role: table.RoleKept},
		{Name: "copernicus_dem_elevation", Role: table.RoleValue, Dataset: elevation},
		{Name: "copernicus_dem_elevation_units", Role: table.RoleUnits, Dataset: elevation},
		{Name: "x", Role: table.RoleClass, Dataset: cover, Class: "10"},
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		rows := 0
		for _, err := range (Format{}).ReadRows(bytes.NewReader(file), int64(len(file)), columns) {
			if rows++; err != nil || rows > 1000 {
				return
			}
		}
	})
}
