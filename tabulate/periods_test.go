package tabulate_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/tabulate"
)

func ExampleEvery() {
	periods, err := tabulate.Every("month", "2020-01-15", "2020-03-31")
	fmt.Println(periods, err)
	// Output: [[2020-01-15T00:00:00 2020-01-31T23:59:59] [2020-02-01T00:00:00 2020-02-29T23:59:59] [2020-03-01T00:00:00 2020-03-31T23:59:59]] <nil>
}

func ExampleParsePeriod() {
	fmt.Println(tabulate.ParsePeriod("2020-03-01/2020-05-31"))
	_, err := tabulate.ParsePeriod("2020-05-31/2020-03-01")
	fmt.Println(err)
	// Output:
	// [2020-03-01 2020-05-31] <nil>
	// the period "2020-05-31/2020-03-01" ends before it starts
}

func TestEvery(t *testing.T) {
	for _, c := range []struct {
		step, start, end string
		n                int
		first, last      cas.Dates
	}{
		{"year", "2000-02-29", "2003-01-01", 4, cas.Dates{"2000-02-29T00:00:00", "2000-12-31T23:59:59"}, cas.Dates{"2003-01-01T00:00:00", "2003-01-01T23:59:59"}},
		{"month", "1999-12-31", "2000-03-01", 4, cas.Dates{"1999-12-31T00:00:00", "1999-12-31T23:59:59"}, cas.Dates{"2000-03-01T00:00:00", "2000-03-01T23:59:59"}},
		{"day", "2020-02-28", "2020-03-01", 3, cas.Dates{"2020-02-28T00:00:00", "2020-02-28T23:59:59"}, cas.Dates{"2020-03-01T00:00:00", "2020-03-01T23:59:59"}},
		{"day", "0001-01-01", "0001-01-01", 1, cas.Dates{"0001-01-01T00:00:00", "0001-01-01T23:59:59"}, cas.Dates{"0001-01-01T00:00:00", "0001-01-01T23:59:59"}},
		{"year", "9999-01-01", "9999-12-31", 1, cas.Dates{"9999-01-01T00:00:00", "9999-12-31T23:59:59"}, cas.Dates{"9999-01-01T00:00:00", "9999-12-31T23:59:59"}},
	} {
		periods, err := tabulate.Every(c.step, c.start, c.end)
		require.NoError(t, err)
		require.Len(t, periods, c.n)
		assert.Equal(t, c.first, periods[0])
		assert.Equal(t, c.last, periods[c.n-1])
	}
	for want, c := range map[string][3]string{
		`every "week": give year, month or day`:        {"week", "2020-01-01", "2020-01-02"},
		`the start "2020" is no day`:                   {"day", "2020", "2020-01-02"},
		`the end "2020-02-30" is no day`:               {"day", "2020-01-01", "2020-02-30"},
		`the end "" is no day`:                         {"day", "2020-01-01", ""},
		"the end 2020-01-01 is before the start":       {"year", "2020-01-02", "2020-01-01"},
		"these are more than 10000 periods":            {"day", "1990-01-01", "2020-01-01"},
		`the start "0000-01-01" is no day of the form`: {"day", "0000-01-01", "2020-01-01"},
	} {
		_, err := tabulate.Every(c[0], c[1], c[2])
		require.ErrorIs(t, err, cas.ErrInvalidRequest)
		assert.ErrorContains(t, err, want)
	}
}

// FuzzEvery: periods follow one another without gaps, from the start to the end, and the client accepts them.
func FuzzEvery(f *testing.F) {
	f.Add("month", "2019-11-30", "2020-03-01")
	f.Add("year", "1999-01-01", "2000-12-31")
	f.Add("day", "2020-02-28", "2020-03-01")
	f.Add("day", "9999-12-30", "9999-12-31")
	f.Fuzz(func(t *testing.T, step, start, end string) {
		periods, err := tabulate.Every(step, start, end)
		if err != nil {
			assert.ErrorIs(t, err, cas.ErrInvalidRequest)
			return
		}
		due := start + "T00:00:00"
		for _, p := range periods {
			dates := p.(cas.Dates)
			require.Equal(t, due, dates[0])
			parsed, err := tabulate.ParsePeriod(dates[0] + "/" + dates[1])
			require.NoError(t, err)
			require.Equal(t, p, parsed)
			last, err := time.Parse("2006-01-02T15:04:05", dates[1])
			require.NoError(t, err)
			due = last.Add(time.Second).Format("2006-01-02T15:04:05")
		}
		require.Equal(t, end+"T23:59:59", periods[len(periods)-1].(cas.Dates)[1])
	})
}

func FuzzParsePeriod(f *testing.F) {
	for _, text := range []string{"2020-01-01/2020-12-31", "2020-01-01T06:00:00Z/2020-01-01T08:00+02:00", "2020/2021", "/", "", "2020-01-02/2020-01-01", "a/b/c"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		period, err := tabulate.ParsePeriod(text)
		if err != nil {
			assert.ErrorIs(t, err, cas.ErrInvalidRequest)
			return
		}
		dates := period.(cas.Dates)
		assert.Equal(t, text, dates[0]+"/"+dates[1])
	})
}

// A resumed run uses what the first run learnt about its datasets, whatever the catalog says by then.
func TestWhatIsStaticStaysSo(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "point.geojson")
	require.NoError(t, os.WriteFile(path, []byte(`{"type":"Feature","id":"a","properties":{},"geometry":{"type":"Point","coordinates":[-84.2308,36.1983]}}`), 0o666))
	job := func(server *castest.Server, datasets []string, until string) *tabulate.Job {
		input, err := tabulate.Open(path, features.Options{})
		require.NoError(t, err)
		t.Cleanup(func() { input.Source.Close() })
		periods, err := tabulate.Every("month", "2020-01-01", until)
		require.NoError(t, err)
		return &tabulate.Job{
			Client: server.Client(), Input: input, Outputs: []tabulate.Output{{Path: filepath.Join(folder, "a.csv"), Format: table.CSV{}}},
			Ask: bulk.Options{DatasetIDs: datasets, Periods: periods},
		}
	}
	both := []string{"local_dem:elevation", "local_dem:elevation_daily"}
	server := castest.NewServer()
	defer server.Close()
	first := job(server, both, "2020-02-29")
	summary, err := first.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 3, summary.Rows)
	assert.Equal(t, both[:1], first.Ask.Static)

	changed := castest.NewServer(castest.WithDatasets(castest.Dataset{
		Dataset: cas.Dataset{ID: "local_dem:elevation", Temporal: cas.TemporalExtent{TemporalType: cas.TemporalDaily}}, Value: cas.NumberValue(1),
	}))
	defer changed.Close()
	more := job(changed, append(both, "copernicus_dem:elevation"), "2020-03-31")
	summary, err = more.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1+1+3, summary.Rows)
	assert.Equal(t, []string{"local_dem:elevation", "copernicus_dem:elevation"}, more.Ask.Static)
	asked := map[string]int{}
	for _, r := range changed.Requests() {
		if r.Method == http.MethodPost {
			asked[string(r.Body[strings.Index(string(r.Body), `"dataset_ids"`):])]++
		}
	}
	assert.Len(t, asked, 2, "the new dataset, once, and March: %v", asked)

	none := job(server, both[:1], "2020-02-29")
	none.Overwrite = true
	_, err = none.Run(t.Context())
	var refusal *tabulate.Refusal
	require.ErrorAs(t, err, &refusal)
	assert.Contains(t, err.Error(), "no dataset varies over time: local_dem:elevation does not")
	estimate, err := job(server, []string{"local_dem:elevation_daily", "copernicus_dem:elevation"}, "2020-12-31").Estimate(t.Context())
	var conflict *journal.FingerprintError
	require.ErrorAs(t, err, &conflict)
	assert.Zero(t, estimate.Features)
}
