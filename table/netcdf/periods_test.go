package netcdf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/table"
)

var monthly = journal.Fingerprint{
	DatasetIDs: []string{"lc:c", "dem:z", "era:t"}, Static: []string{"dem:z"}, IDField: "HYBAS_ID",
	Periods: []string{"2020-01-01T00:00:00/2020-01-31T23:59:59", "2020-02-01T00:00:00/2020-02-29T23:59:59", "2020-03-01/2020-03-31T12:00:00"},
}

// seasons are the outcomes of n features in every period. A feature in three lacks a dataset in February, and a feature in four failed there.
func seasons(n int) table.Source {
	return func() iter.Seq2[bulk.Outcome, error] {
		return func(yield func(bulk.Outcome, error) bool) {
			for i := range n {
				f := features.Feature{ID: fmt.Sprintf("%05d", i), Index: i, Properties: map[string]json.RawMessage{"time": json.RawMessage(fmt.Sprint(i))}}
				static := &cas.AttributeResponse{Results: []cas.AttributeResult{{DatasetID: "dem:z", Value: cas.NumberValue(float64(i) / 7), Units: "m", Quality: "good", CoverageFraction: 1}}}
				if !yield(bulk.Outcome{Feature: f, Response: static}, nil) {
					return
				}
				for p, period := range monthly.Periods {
					o := bulk.Outcome{Feature: f, Period: period, Response: &cas.AttributeResponse{}}
					if p == 1 && i%4 == 3 {
						o.Response, o.Err = nil, &cas.Error{StatusCode: 500, Type: cas.ErrorTypeInternal, Message: "no"}
					} else {
						o.Response.Results = []cas.AttributeResult{{
							DatasetID: "era:t", Value: cas.NumberValue(float64(i)*100 + float64(p)/3), Units: []string{"K", "K", "degC"}[p], Quality: "good", CoverageFraction: 0.5,
						}}
						if p != 1 || i%3 > 0 {
							o.Response.Results = append(o.Response.Results, cas.AttributeResult{
								DatasetID: "lc:c", Value: cas.DistributionValue(map[string]float64{fmt.Sprint(p): 0.25, "9": 0.75}), Units: "class", Quality: "partial", CoverageFraction: 0.25,
							})
						}
					}
					if !yield(o, nil) {
						return
					}
				}
			}
		}
	}
}

func writeMonthly(t testing.TB, n int) (nc, wide, long string) {
	t.Helper()
	folder := t.TempDir()
	paths := make([]string, 3)
	for i, c := range []struct {
		name   string
		format table.Format
		form   table.Form
	}{{"a.nc", Format{}, table.Form{}}, {"wide.csv", table.CSV{}, table.Form{Wide: true}}, {"long.csv", table.CSV{}, table.Form{}}} {
		plan, err := c.form.PlanRun(monthly, []string{"time"}, c.format)
		require.NoError(t, err)
		paths[i] = filepath.Join(folder, c.name)
		_, err = table.Write(t.Context(), seasons(n), table.Options{Path: paths[i], Format: c.format, Plan: plan, Parameters: monthly})
		require.NoError(t, err)
	}
	return paths[0], paths[1], paths[2]
}

// TestXarrayReadsPeriods: xarray reads the periods as times, and every value is the same as in the long table.
func TestXarrayReadsPeriods(t *testing.T) {
	nc, _, long := writeMonthly(t, 30)
	var got struct {
		Sizes                     map[string]int
		Times, Start, End         []string
		Dims                      map[string][]string
		Calendar, Bounds, Units   string
		Compared, Differ, Classes int
		Kept                      []float64
		March                     float64
	}
	judge(t, `
import json, sys, numpy as np, pandas as pd, xarray as xr
x = xr.open_dataset(sys.argv[1]); raw = xr.open_dataset(sys.argv[1], decode_times=False)
c = pd.read_csv(sys.argv[2], dtype={"HYBAS_ID": str, "class": str}, float_precision="round_trip")
time = [v for v in x.variables if "axis" in x[v].attrs and x[v].attrs["axis"] == "T"][0]
periods = c[c.dataset == "era:t"].period.drop_duplicates().tolist()
ids = x["HYBAS_ID"].values.astype(str).tolist()
names = x["lc_c_class_name"].values.astype(str).tolist()
compared = differ = classes = 0
for r in c.itertuples():
    h = ids.index(r.HYBAS_ID)
    if r.dataset == "dem:z": v = x["dem_z"].values[h]
    elif r.dataset == "era:t": v = x["era_t"].values[h, periods.index(r.period)]
    elif isinstance(r._5, str):
        v = x["lc_c_class_fraction"].values[h, periods.index(r.period), names.index(r._5)]; classes += 1
    else: v = x["lc_c_class_fraction"].values[h, periods.index(r.period)].max()
    compared += 1
    differ += not (v == r.value or (np.isnan(v) and np.isnan(r.value)))
bounds = x[raw[time].attrs["bounds"]]
print(json.dumps({
    "Sizes": dict(x.sizes), "Times": x[time].dt.strftime("%F").values.tolist(), "Start": bounds[:, 0].dt.strftime("%FT%T").values.tolist(), "End": bounds[:, 1].dt.strftime("%FT%T").values.tolist(),
    "Dims": {v: list(x[v].dims) for v in x.variables}, "Calendar": raw[time].attrs["calendar"], "Bounds": raw[time].attrs["bounds"], "Units": raw[time].attrs["units"],
    "Compared": compared, "Differ": differ, "Classes": classes, "Kept": x["time"].values[:3].tolist(), "March": float(x["era_t"].isel({time: 2, "hru": 5})),
}))
`, &got, nc, long)
	assert.Equal(t, []string{"2020-01-01", "2020-02-01", "2020-03-01"}, got.Times)
	assert.Equal(t, []string{"2020-01-01T00:00:00", "2020-02-01T00:00:00", "2020-03-01T00:00:00"}, got.Start)
	assert.Equal(t, []string{"2020-02-01T00:00:00", "2020-03-01T00:00:00", "2020-03-31T12:00:00"}, got.End)
	assert.Equal(t, []string{"proleptic_gregorian", "time_2_bnds", "days since 1970-01-01 00:00:00"}, []string{got.Calendar, got.Bounds, got.Units}, "a kept property has the name time")
	assert.Equal(t, 30, got.Sizes["hru"])
	assert.Equal(t, 3, got.Sizes["time_2"])
	assert.Equal(t, 4, got.Sizes["lc_c_class"])
	for name, dims := range map[string][]string{
		"dem_z": {"hru"}, "era_t": {"hru", "time_2"}, "era_t_quality": {"hru", "time_2"}, "era_t_units": {"hru", "time_2"}, "lc_c_class_fraction": {"hru", "time_2", "lc_c_class"}, "dem_z_quality": {"hru"},
	} {
		assert.Equal(t, dims, got.Dims[name], name)
	}
	assert.NotContains(t, got.Dims, "lc_c_units", "one is an attribute")
	assert.Zero(t, got.Differ)
	assert.Greater(t, got.Compared, 30*(1+3+3))
	assert.Greater(t, got.Classes, 100)
	assert.Equal(t, []float64{0, 1, 2}, got.Kept)
	assert.InDelta(t, 500+2./3, got.March, 1e-12)
}

// TestReadRowsOfPeriods reads back the cells of the wide table.
func TestReadRowsOfPeriods(t *testing.T) {
	for _, n := range []int{0, 1, 30} {
		path, wide, _ := writeMonthly(t, n)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var meta struct {
			Table struct{ Columns []table.Column }
		}
		about, err := os.ReadFile(table.MetaPath(path))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(about, &meta))
		var b bytes.Buffer
		w, err := table.CSV{}.NewWriter(&b, meta.Table.Columns)
		require.NoError(t, err)
		for row, err := range (Format{}).ReadRows(bytes.NewReader(text), int64(len(text)), meta.Table.Columns) {
			require.NoError(t, err)
			require.NoError(t, w.WriteRow(row))
		}
		require.NoError(t, w.Close())
		want, err := os.ReadFile(wide)
		require.NoError(t, err)
		assert.Equal(t, string(want), b.String())
		dump, err := exec.Command("ncdump", "-h", path).CombinedOutput()
		require.NoError(t, err, string(dump))
		assert.True(t, strings.Contains(string(dump), "double era_t(hru, time_2)"), string(dump))
	}
}

// FuzzReadRowsOfPeriods: a broken file of periods is an error, whatever is broken.
func FuzzReadRowsOfPeriods(f *testing.F) {
	path, _, _ := writeMonthly(f, 5)
	whole, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(whole)
	f.Add(whole[:400])
	var columns []table.Column
	for _, period := range monthly.Periods[:2] {
		for _, role := range []table.Role{table.RoleValue, table.RoleUnits, table.RoleQuality, table.RoleCoverage} {
			columns = append(columns, table.Column{Name: "x", Role: role, Dataset: "era:t", Period: period})
		}
		columns = append(columns, table.Column{Name: "x", Role: table.RoleClass, Dataset: "lc:c", Class: "9", Period: period})
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
