package table

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

// formed writes a CSV in a form.
func formed(t testing.TB, form Form, datasets, keep []string, outcomes ...bulk.Outcome) (string, *Summary) {
	t.Helper()
	plan, err := form.PlanRun(journal.Fingerprint{DatasetIDs: datasets, IDField: "HRU"}, keep, CSV{})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "a.csv")
	s, err := Write(t.Context(), from(outcomes...), Options{
		Path: path, Format: CSV{}, Plan: plan, Parameters: journal.Fingerprint{DatasetIDs: datasets, TimeRange: "2020-01-01/2020-12-31"},
	})
	require.NoError(t, err)
	return path, s
}

func TestForms(t *testing.T) {
	const dem, cover = "dem:z", "lc:c"
	day := cas.AttributeResult{DatasetID: dem, Variable: "elevation", Value: cas.NumberValue(3), Units: "m", Aggregation: "mean", Quality: "good", CoverageFraction: 1, PixelCount: 4}
	outcomes := []bulk.Outcome{
		keeping(answered("b", day, classes(cover, map[string]float64{"1": 0.5, "-1": 0.5})), `{"n": 1}`),
		keeping(answered("a", number(dem, 1), classes(cover, map[string]float64{"1": 1})), `{"n": 2.5}`),
		failed("10", "no"),
		answered("9", result(dem, cas.Value{}), result(cover, cas.Value{})),
	}
	for _, c := range []struct {
		name string
		form Form
		want string
	}{
		{"values", Form{Values: true}, `
HRU,n,dem_z,lc_c_minus_1,lc_c_1
b,1,3,0.5,0.5
a,2.5,1,,1
10,,,,
9,,,,
`},
		{"zero classes, not where there is no distribution", Form{Values: true, ZeroClasses: true}, `
HRU,n,dem_z,lc_c_minus_1,lc_c_1
b,1,3,0.5,0.5
a,2.5,1,0,1
10,,,,
9,,,,
`},
		{"sorted by the bytes of ids", Form{Values: true, SortByID: true, IDName: "gauge_id", IDPrefix: "camels"}, `
gauge_id,n,dem_z,lc_c_minus_1,lc_c_1
camels_10,,,,
camels_9,,,,
camels_a,2.5,1,,1
camels_b,1,3,0.5,0.5
`},
		{"long", Form{Long: true, IDPrefix: "x_"}, `
HRU,n,dataset,variable,class,period,value,units,aggregation,quality,coverage_fraction,pixel_count,timestamp
x_b,1,dem:z,elevation,,2020-01-01/2020-12-31,3,m,mean,good,1,4,
x_b,1,lc:c,,-1,2020-01-01/2020-12-31,0.5,class,distribution,good,1,12,
x_b,1,lc:c,,1,2020-01-01/2020-12-31,0.5,class,distribution,good,1,12,
x_a,2.5,dem:z,,,2020-01-01/2020-12-31,1,m,mean,good,1,12,
x_a,2.5,lc:c,,1,2020-01-01/2020-12-31,1,class,distribution,good,1,12,
x_10,,dem:z,,,,,,,,,,
x_10,,lc:c,,,,,,,,,,
x_9,,dem:z,,,2020-01-01/2020-12-31,,m,mean,good,1,12,
x_9,,lc:c,,,2020-01-01/2020-12-31,,m,mean,good,1,12,
`},
	} {
		path, s := formed(t, c.form, []string{dem, cover}, []string{"n"}, outcomes...)
		assert.Equal(t, strings.TrimPrefix(c.want, "\n"), text(t, path), c.name)
		assert.Equal(t, 4, s.Features)
		assert.Equal(t, c.form.Long, s.Rows == 9, c.name)
		assert.Equal(t, []string{"a.csv", "a.errors.csv", "a.meta.json"}, folder(t, filepath.Dir(path)), "no temporary file is left")
	}
}

func TestFormsThatCannotBe(t *testing.T) {
	for _, form := range []Form{{Long: true, ZeroClasses: true}, {Long: true, Values: true}} {
		_, err := form.PlanRun(journal.Fingerprint{DatasetIDs: []string{"a:b"}}, nil, nil)
		require.ErrorIs(t, err, cas.ErrInvalidRequest)
	}
	_, err := Form{Long: true}.PlanRun(journal.Fingerprint{DatasetIDs: []string{"a:b"}}, []string{"value"}, nil)
	require.ErrorContains(t, err, `column "value" would hold both the property "value" and the value`)
	_, err = Preset("camels")
	require.ErrorContains(t, err, "give one of symfluence, neuralhydrology, caravan")
	for _, name := range Presets() {
		_, err := Preset(name)
		require.NoError(t, err)
	}
}

// TestManyClasses: more than 200 classes give a warning and more than 2000 an error, but not in the long form.
func TestManyClasses(t *testing.T) {
	const id = "p:a"
	each := func(n int) []bulk.Outcome {
		var outcomes []bulk.Outcome
		for i := range n {
			outcomes = append(outcomes, answered(fmt.Sprint(i), classes(id, map[string]float64{fmt.Sprint(i): 1})))
		}
		return outcomes
	}
	_, s := formed(t, Form{}, []string{id}, nil, each(200)...)
	assert.Empty(t, s.Notes)
	_, s = formed(t, Form{}, []string{id}, nil, each(201)...)
	assert.Equal(t, []string{"201 classes make as many columns; the long form has a row for each instead"}, s.Notes)
	formed(t, Form{}, []string{id}, nil, each(2000)...)

	plan, err := PlanColumns([]string{id}, "", nil, nil)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "a.csv")
	_, err = Write(t.Context(), from(each(2001)...), Options{Path: path, Format: CSV{}, Plan: plan, Parameters: journal.Fingerprint{DatasetIDs: []string{id}}})
	many := (*ClassesError)(nil)
	require.ErrorAs(t, err, &many)
	assert.Equal(t, ClassesError{Dataset: id, Classes: 2001}, *many)
	assert.Empty(t, folder(t, filepath.Dir(path)))

	_, s = formed(t, Form{Long: true}, []string{id}, nil, each(2500)...)
	assert.Equal(t, 2500, s.Rows)
	assert.Empty(t, s.Notes)
}

// collect is a RowWriter that keeps ids and cells as text.
type collect struct{ rows []string }

func (c *collect) WriteRow(r *Row) error {
	c.rows = append(c.rows, fmt.Sprint(r.Cells, r.Feature.ID, r.Feature.Index, string(r.Feature.Geometry), r.Feature.CRS))
	return nil
}
func (c *collect) Close() error { return nil }

// TestSorterInRuns sorts more rows than fit into memory, with every kind of cell and with ids that occur twice.
func TestSorterInRuns(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var rows []Row
	for i := range 3000 {
		f := features.Feature{ID: fmt.Sprint(random.IntN(1500)), Index: i, CRS: "EPSG:4326"}
		if i%3 > 0 {
			f.Geometry = json.RawMessage(`{"type":"Point","coordinates":[1,2]}`)
		}
		rows = append(rows, Row{Feature: f, Cells: []Cell{
			{Kind: TextCell, Text: f.ID}, {Kind: NumberCell, Number: random.NormFloat64()}, {Kind: JSONCell, JSON: json.RawMessage(`[1]`)}, {},
		}})
	}
	var got, want collect
	folderPath := t.TempDir()
	s := newSorter(&got, folderPath)
	s.runs.Limit = 10_000
	for i := range rows {
		require.NoError(t, s.WriteRow(&rows[i]))
	}
	require.NoError(t, s.Close())
	slices.SortStableFunc(rows, func(a, b Row) int { return strings.Compare(a.Feature.ID, b.Feature.ID) })
	for i := range rows {
		require.NoError(t, want.WriteRow(&rows[i]))
	}
	assert.Equal(t, want.rows, got.rows)
	assert.Empty(t, folder(t, folderPath))
}

func TestKeptTypes(t *testing.T) {
	for _, c := range []struct {
		values string
		want   Type
	}{
		{`[1159100.0, 2, 2.5]`, TypeDouble},
		{`[1, 2, null, -3]`, TypeInt64},
		{`[9223372036854775807, 1]`, TypeInt64},
		{`[9223372036854775808]`, TypeText},
		{`[9007199254740993, 0.5]`, TypeText},
		{`[0.5, 9007199254740993]`, TypeText},
		{`[-0]`, TypeDouble},
		{`[1e400]`, TypeText},
		{`[true, false, null]`, TypeBoolean},
		{`[true, 1]`, TypeText},
		{`["1", 1]`, TypeText},
		{`[[1]]`, TypeText},
		{`[{}]`, TypeText},
		{`[null]`, TypeUnknown},
		{`[]`, TypeUnknown},
	} {
		var values []json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(c.values), &values))
		var k KeptType
		for _, v := range values {
			k.see(v)
		}
		assert.Equal(t, c.want, k.Type, c.values)
		for _, v := range values {
			assert.True(t, k.Type.holds(v), "%s %s", c.values, v)
		}
	}
	assert.False(t, TypeInt64.holds(json.RawMessage(`1.5`)))
	assert.False(t, TypeDouble.holds(json.RawMessage(`9007199254740993`)))
	assert.False(t, TypeUnknown.holds(json.RawMessage(`1`)))
	var t2 Type
	require.NoError(t, t2.UnmarshalText([]byte("boolean")))
	assert.Equal(t, TypeBoolean, t2)
	require.Error(t, t2.UnmarshalText([]byte("date")))
}

// The list of failures joins with the table by the id.
func TestFailuresHaveTheTablesID(t *testing.T) {
	path, _ := formed(t, Form{IDPrefix: "camels"}, []string{"dem:z"}, nil, failed("10", "no"))
	_, rows := records(t, path)
	_, failures := records(t, ErrorsPath(path))
	assert.Equal(t, "camels_10", rows[0]["HRU"])
	assert.Equal(t, "camels_10", failures[0]["id"])
}
