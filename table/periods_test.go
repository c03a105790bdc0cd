package table

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
)

const (
	january = "2020-01-01T00:00:00/2020-01-31T23:59:59"
	spring  = "2020-03-01T00:00:00/2020-05-31T00:00:00"
)

var ofPeriods = journal.Fingerprint{
	DatasetIDs: []string{"lc:c", "dem:z", "era:t"}, Static: []string{"dem:z"}, Periods: []string{january, spring}, IDField: "HRU",
}

func in(period string, o bulk.Outcome) bulk.Outcome {
	o.Period = period
	return o
}

// twoPeriods are the outcomes of four features: one has every result, one lacks a dataset in a period, one failed in a period, one in all.
func twoPeriods() []bulk.Outcome {
	lacking := answered("b", number("era:t", 6))
	lacking.Err = &bulk.PartialError{Failures: []cas.DatasetFailure{{DatasetID: "lc:c", Reason: "no image"}}}
	outcomes := []bulk.Outcome{
		in("", answered("a", number("dem:z", 500))),
		in(january, answered("a", classes("lc:c", map[string]float64{"1": 1}), number("era:t", 1))),
		in(spring, answered("a", classes("lc:c", map[string]float64{"1": 0.25, "2": 0.75}), number("era:t", 2))),
		in("", answered("b", number("dem:z", 600))),
		in(january, answered("b", classes("lc:c", map[string]float64{"3": 1}), number("era:t", 5))),
		in(spring, lacking),
		in("", answered("c", number("dem:z", 700))),
		in(january, failed("c", "time is up")),
		in(spring, answered("c", classes("lc:c", map[string]float64{"1": 1}), result("era:t", cas.Value{}))),
	}
	for _, period := range []string{"", january, spring} {
		outcomes = append(outcomes, in(period, failed("d", "crosses itself")))
	}
	return outcomes
}

func writePeriods(t *testing.T, form Form, run journal.Fingerprint, f Format, outcomes ...bulk.Outcome) (path string, s *Summary) {
	t.Helper()
	plan, err := form.PlanRun(run, nil, f)
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "a.csv")
	s, err = Write(t.Context(), from(outcomes...), Options{Path: path, Format: f, Plan: plan, Parameters: run})
	require.NoError(t, err)
	return path, s
}

func TestPeriodsInLongForm(t *testing.T) {
	path, s := writePeriods(t, Form{}, ofPeriods, CSV{}, twoPeriods()...)
	assert.Equal(t, strings.TrimPrefix(strings.NewReplacer("JAN", january, "SPRING", spring).Replace(`
HRU,dataset,variable,class,period,value,units,aggregation,quality,coverage_fraction,pixel_count,timestamp
a,dem:z,,,,500,m,mean,good,1,12,
a,lc:c,,1,JAN,1,class,distribution,good,1,12,
a,era:t,,,JAN,1,m,mean,good,1,12,
a,lc:c,,1,SPRING,0.25,class,distribution,good,1,12,
a,lc:c,,2,SPRING,0.75,class,distribution,good,1,12,
a,era:t,,,SPRING,2,m,mean,good,1,12,
b,dem:z,,,,600,m,mean,good,1,12,
b,lc:c,,3,JAN,1,class,distribution,good,1,12,
b,era:t,,,JAN,5,m,mean,good,1,12,
b,lc:c,,,SPRING,,,,,,,
b,era:t,,,SPRING,6,m,mean,good,1,12,
c,dem:z,,,,700,m,mean,good,1,12,
c,lc:c,,,JAN,,,,,,,
c,era:t,,,JAN,,,,,,,
c,lc:c,,1,SPRING,1,class,distribution,good,1,12,
c,era:t,,,SPRING,,m,mean,good,1,12,
d,dem:z,,,,,,,,,,
d,lc:c,,,JAN,,,,,,,
d,era:t,,,JAN,,,,,,,
d,lc:c,,,SPRING,,,,,,,
d,era:t,,,SPRING,,,,,,,
`), "\n"), text(t, path))
	assert.Equal(t, strings.TrimPrefix(strings.NewReplacer("JAN", january, "SPRING", spring).Replace(`
id,dataset,period,reason,service,time
b,lc:c,SPRING,no image,,
c,,JAN,time is up,,
d,,,crosses itself,,
`), "\n"), text(t, ErrorsPath(path)))
	assert.Equal(t, []int{4, 3, 12, 1, 21}, []int{s.Features, s.Failed, s.Results, s.NullValues, s.Rows})
	var meta struct {
		Table      struct{ Form Form }
		Parameters struct {
			Periods []string
			Static  []string `json:"static_dataset_ids"`
		}
		Datasets []struct {
			ID               string
			Results, Missing int
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text(t, MetaPath(path))), &meta))
	assert.Equal(t, ofPeriods.Periods, meta.Parameters.Periods)
	assert.Equal(t, ofPeriods.Static, meta.Parameters.Static)
	assert.True(t, meta.Table.Form.Long)
	assert.Equal(t, []int{4, 4}, []int{meta.Datasets[0].Results, meta.Datasets[0].Missing})
	assert.Equal(t, []int{3, 1}, []int{meta.Datasets[1].Results, meta.Datasets[1].Missing})
}

func TestPeriodsInWideForm(t *testing.T) {
	path, s := writePeriods(t, Form{Wide: true, Values: true}, ofPeriods, CSV{}, twoPeriods()...)
	assert.Equal(t, strings.TrimPrefix(`
HRU,lc_c_2020_01_1,lc_c_2020_01_2,lc_c_2020_01_3,lc_c_2020_03_01_2020_05_31_1,lc_c_2020_03_01_2020_05_31_2,lc_c_2020_03_01_2020_05_31_3,dem_z,era_t_2020_01,era_t_2020_03_01_2020_05_31
a,1,,,0.25,0.75,,500,1,2
b,,,1,,,,600,5,6
c,,,,1,,,700,,
d,,,,,,,,,
`, "\n"), text(t, path))
	assert.Equal(t, 4, s.Features)
	assert.Equal(t, Column{Name: "era_t_2020_01", Role: RoleValue, Dataset: "era:t", Period: january}, s.Columns[8])

	path, _ = writePeriods(t, Form{Wide: true}, journal.Fingerprint{DatasetIDs: []string{"era:t"}, Periods: []string{january}}, NDJSON{},
		in(january, answered("a", number("era:t", 1))))
	assert.Equal(t, `{"id":"a","era_t_2020_01":1,"era_t_2020_01_units":"m","era_t_2020_01_quality":"good","era_t_2020_01_coverage_fraction":1}`+"\n", text(t, path))
}

// Classes that first occur after the thousand features that Write looks at make columns in every period.
func TestClassesOfPeriodsThatComeLate(t *testing.T) {
	run := journal.Fingerprint{DatasetIDs: []string{"lc:c"}, Periods: []string{january, spring}}
	var outcomes []bulk.Outcome
	for i := range 1500 {
		class := map[string]float64{"1": 1}
		if i == 1400 {
			class = map[string]float64{"late": 1}
		}
		id := fmt.Sprint(i)
		outcomes = append(outcomes, in(january, answered(id, classes("lc:c", map[string]float64{"1": 1}))), in(spring, answered(id, classes("lc:c", class))))
	}
	path, s := writePeriods(t, Form{Wide: true, Values: true}, run, CSV{}, outcomes...)
	assert.Len(t, s.Columns, 5)
	lines := strings.Split(text(t, path), "\n")
	require.Len(t, lines, 1502)
	assert.Equal(t, "1400,1,,,1", lines[1401])
}

func TestFormsOfPeriods(t *testing.T) {
	for want, form := range map[string]Form{
		"either in long or in wide":     {Long: true, Wide: true},
		"has a column of values alread": {Values: true},
		"no columns of classes":         {ZeroClasses: true},
	} {
		_, err := form.PlanRun(ofPeriods, nil, CSV{})
		require.ErrorIs(t, err, cas.ErrInvalidRequest)
		assert.ErrorContains(t, err, want)
	}
	plan, err := Form{Wide: true}.PlanRun(journal.Fingerprint{DatasetIDs: []string{"era:t"}}, nil, CSV{})
	require.NoError(t, err)
	assert.Equal(t, Form{}, plan.Form(), "there are no periods")

	many := journal.Fingerprint{DatasetIDs: []string{"era:t"}}
	for day := range 501 {
		many.Periods = append(many.Periods, fmt.Sprintf("%d/%d", day, day))
	}
	_, err = Form{Wide: true}.PlanRun(many, nil, CSV{})
	require.ErrorIs(t, err, cas.ErrInvalidRequest)
	assert.ErrorContains(t, err, "501 periods makes 2004 columns, more than 2000: write the long form")
	_, err = Form{Wide: true, Values: true}.PlanRun(many, nil, CSV{})
	require.NoError(t, err)

	plan, err = Form{}.PlanRun(ofPeriods, nil, CSV{})
	require.NoError(t, err)
	_, err = Write(t.Context(), from(twoPeriods()[1:]...), Options{Path: filepath.Join(t.TempDir(), "a.csv"), Format: CSV{}, Plan: plan, Parameters: ofPeriods})
	require.ErrorContains(t, err, "there is an outcome for the period")
	_, err = Write(t.Context(), from(), Options{Path: filepath.Join(t.TempDir(), "a.csv"), Format: CSV{}, Plan: plan, Parameters: journal.Fingerprint{DatasetIDs: ofPeriods.DatasetIDs}})
	require.ErrorContains(t, err, "the parameters name")
	var column *ColumnError
	_, err = Form{Wide: true}.PlanRun(journal.Fingerprint{DatasetIDs: []string{"era:t", "era:t_2020_01"}, Static: []string{"era:t_2020_01"}, Periods: []string{january}}, nil, CSV{})
	require.ErrorAs(t, err, &column)
}

func TestPeriodLabels(t *testing.T) {
	for period, want := range map[string]string{
		"2020-01-01T00:00:00/2020-12-31T00:00:00":   "2020",
		"2020-01-01T00:00:00/2020-12-31T23:59:59":   "2020",
		"2020-02-01T00:00:00/2020-02-29T23:59:59":   "2020-02",
		"2021-02-01T00:00:00/2021-02-28T00:00:00":   "2021-02",
		"2020-02-03T00:00:00/2020-02-03T23:59:59":   "2020-02-03",
		"2020-02-01T00:00:00/2020-02-28T00:00:00":   "2020-02-01/2020-02-28",
		"2020-02-01T00:00:00/2020-03-31T23:59:59":   "2020-02-01/2020-03-31",
		"2020-01-01T00:00:00Z/2020-12-31T00:00:00Z": "",
		"2020-01-01T06:00:00/2020-12-31T00:00:00":   "",
		"2020/2021": "", "": "", "/": "", "T00:00:00/T00:00:00": "",
	} {
		if want == "" {
			want = period
		}
		assert.Equal(t, want, periodLabel(period))
	}
	both := periodLabels([]string{"2020-01-01T00:00:00/2020-12-31T00:00:00", "2020-01-01T00:00:00/2020-12-31T23:59:59", "2021-01-01T00:00:00/2021-12-31T23:59:59"})
	assert.Equal(t, "2020_01_01T00_00_00_2020_12_31T00_00_00", both["2020-01-01T00:00:00/2020-12-31T00:00:00"])
	assert.Equal(t, "2021", both["2021-01-01T00:00:00/2021-12-31T23:59:59"])
}
