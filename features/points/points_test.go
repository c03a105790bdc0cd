package points

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// rows reads a table and returns a line of text for each record, and the error of the file.
func rows(text string, o format.Options) (lines []string, err error) {
	r, err := stream(strings.NewReader(text), o)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for rec, err := range r.Records(format.Want{}) {
		if err != nil {
			return lines, err
		}
		line := rec.Place + " " + string(rec.Geometry.AppendGeoJSON(nil))
		for _, p := range rec.Properties {
			line += " " + p.Name + "=" + string(p.Value)
		}
		if rec.Err != nil {
			line += " ERROR " + rec.Err.Error()
		}
		lines = append(lines, line)
	}
	return lines, nil
}

const point = `{"type":"Point","coordinates":[1.5,-2]}`

func TestRecords(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		o    format.Options
		want []string
	}{
		"types": {"id,LON,lat,name\n00123,1.5,-2,Zürich\n7120034520,1.5,-2,\n12E5,1.5,-2,1e-05\n", format.Options{}, []string{
			`line 2 ` + point + ` id="00123" LON=1.5 lat=-2 name="Zürich"`,
			`line 3 ` + point + ` id=7120034520 LON=1.5 lat=-2 name=null`,
			`line 4 ` + point + ` id="12E5" LON=1.5 lat=-2 name=1e-05`,
		}},
		"windows": {"\ufeffx;y;n\r\n1.5;-2;\"a\r\nb\"\r\n\r\n 1.5 ;-2;Z\xfcrich\r\n", format.Options{}, []string{
			`line 2 ` + point + ` x=1.5 y=-2 n="a\nb"`,
			`line 5 ` + point + ` x=" 1.5 " y=-2 n="Zürich"`,
		}},
		"tabs, names told": {"E\tN\tlon\tlat\n1.5\t-2\t\t\n", format.Options{X: "e", Y: "N"}, []string{`line 2 ` + point + ` E=1.5 N=-2 lon=null lat=null`}},
		"bad rows": {"x,y,id\n1.5,-2\n1.5,-2,a,b\n,,\n\n,-2,c\nabc,-2,d\nNaN,1,e\n0x10,1,f\n1.5,-2,\"q\"q\n1.5,-2,5\" pipe\n1.5,-2,g", format.Options{}, []string{
			`line 2 null x=1.5 y=-2 ERROR the row has 2 values for 3 columns`,
			`line 3 null x=1.5 y=-2 id="a" ERROR the row has 4 values for 3 columns`,
			`line 4 null x=null y=null id=null ERROR the row is empty`,
			`line 6 null x=null y=-2 id="c" ERROR column x is empty`,
			`line 7 null x="abc" y=-2 id="d" ERROR column x has "abc", which is no number; degrees are written as -84.25`,
			`line 8 null x="NaN" y=1 id="e" ERROR column x has "NaN", which is no number; degrees are written as -84.25`,
			`line 9 null x="0x10" y=1 id="f" ERROR column x has "0x10", which is no number; degrees are written as -84.25`,
			`line 10 null ERROR a quote stands where none may be, or does not end; a quote in a quoted value is written twice`,
			`line 11 null ERROR a quote stands where none may be, or does not end; a quote in a quoted value is written twice`,
			`line 12 ` + point + ` x=1.5 y=-2 id="g"`,
		}},
		"well-known text": {"id\tWKT\na\tPOINT Z (1.5 -2 7)\nb\t\nc\tPOINT(1\n", format.Options{}, []string{
			`line 2 ` + point + ` id="a"`, `line 3 null id="b"`,
			`line 4 null id="c" ERROR column WKT: not well-known text (WKT): a position has 1 numbers at ""`,
		}},
		"of a spreadsheet": {"sep=|\r\nx|y|geom\r\n1.5|-2|a|\r\n1.5|-2|b||\r\n", format.Options{}, []string{
			`line 3 ` + point + ` x=1.5 y=-2 geom="a"`, `line 4 ` + point + ` x=1.5 y=-2 geom="b"`,
		}},
		"no rows": {"x,y\n", format.Options{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := rows(c.text, c.o)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

// The table is as the USGS serves it (https://waterservices.usgs.gov/nwis/site/?format=rdb&sites=…), with quotes in a name, which its format allows.
func TestRDB(t *testing.T) {
	const point = `{"type":"Point","coordinates":[-84.55484,36.38559]}`
	comments := "#\n# US Geological Survey\n# retrieved: 2026-11-28 05:00:00 -05:00\t(caas01)\n#\n"
	names := "agency_cd\tsite_no\tstation_nm\tdec_lat_va\tdec_long_va\tdec_coord_datum_cd\n"
	table := comments + names + "5s\t15s\t50s\t16s\t16s\t10s\n" +
		"USGS\t03408500\tNEW RIVER AT NEW RIVER, TN\t36.38559\t-84.55484\tNAD83\n" +
		"USGS\t351106118310001\t\"OLD\" MILL 5\" PIPE\t36.38559\t-84.55484\tNAD83\n" +
		"USGS\t03408600\tNOWHERE\t\t\t\n" +
		"USGS\t03408700\tSHORT\n\n"
	want := []string{
		`line 7 ` + point + ` agency_cd="USGS" site_no="03408500" station_nm="NEW RIVER AT NEW RIVER, TN" dec_lat_va=36.38559 dec_long_va=-84.55484 dec_coord_datum_cd="NAD83"`,
		`line 8 ` + point + ` agency_cd="USGS" site_no=351106118310001 station_nm="\"OLD\" MILL 5\" PIPE" dec_lat_va=36.38559 dec_long_va=-84.55484 dec_coord_datum_cd="NAD83"`,
		`line 9 null agency_cd="USGS" site_no="03408600" station_nm="NOWHERE" dec_lat_va=null dec_long_va=null dec_coord_datum_cd=null ERROR column dec_long_va is empty`,
		`line 10 null agency_cd="USGS" site_no="03408700" station_nm="SHORT" ERROR the row has 3 values for 6 columns`,
	}
	long := strings.Repeat("#  a line that says what a column means\n", 500)
	for name, text := range map[string]string{
		"as served": table, "Windows": strings.ReplaceAll(table, "\n", "\r\n"), "no last line end": strings.TrimRight(table, "\n"),
		"without comments": strings.TrimPrefix(table, comments), "long comments": long + table,
	} {
		assert.True(t, detect([]byte(text)[:min(len(text), format.HeadBytes)]), name)
		got, err := rows(text, format.Options{})
		require.NoError(t, err, name)
		require.Len(t, got, len(want), name)
		for i, line := range got {
			_, line, _ = strings.Cut(strings.TrimPrefix(line, "line "), " ")
			_, wanted, _ := strings.Cut(strings.TrimPrefix(want[i], "line "), " ")
			assert.Equal(t, wanted, line, name)
		}
	}
	got, err := rows(table, format.Options{})
	require.NoError(t, err)
	assert.Equal(t, want, got) // lines are counted with the comments
	r, err := stream(strings.NewReader(table), format.Options{})
	require.NoError(t, err)
	assert.Equal(t, "RDB", r.Describe().Format)

	// A header alone is a table without rows. A column named #id does not make a table RDB.
	got, err = rows(comments+names+"5s\t15s\t50s\t16s\t16s\t10s", format.Options{})
	require.NoError(t, err)
	assert.Empty(t, got)
	got, err = rows("#id,lon,lat\na,-84.55484,36.38559\n", format.Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{`line 2 ` + point + ` #id="a" lon=-84.55484 lat=36.38559`}, got)
	_, err = rows(comments, format.Options{})
	require.ErrorContains(t, err, "no columns with positions")
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "the file is empty: the first line has to name the columns",
		"\xff\xfex\x00,\x00":                 "UTF-16",
		"x\x00,\x00y\x00":                    "UTF-16",
		"x,y\r1,2\r":                         "carriage return alone",
		"a,b\n1,2\n":                         "there are no columns with positions (lon and lat, longitude and latitude, x and y, or wkt): say which they are (--x, --y); there are a, b",
		"lon,b\n1,2\n":                       "no columns with positions",
		"LON,Lon,lat\n1,2,3\n":               "there are columns LON and Lon: say which one holds the positions (--x, --y)",
		"x;y\n1,5;2\n":                       "line 2: column x has 1,5, with a comma for the decimal point: write the file with points (1.5)",
		"x,y,n\n1,2,\"a\n1,2,b\n1,2,c\n":     "lines 2 to 4: a quote does not end",
		"x,y,n\n1,2,\"a\n1,2,b\"\n1,2,\"c\"": "", // a value of two lines
		"x,y,n\n1,\"2,a\n1,2,b\"\n":          "the row in lines 2 to 3 has 2 values for 3 columns; probably a quote is missing",
	} {
		_, err := rows(text, format.Options{})
		if want == "" {
			require.NoError(t, err, text)
			continue
		}
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want)
	}
	_, err := rows("x,y\n", format.Options{X: "a", Y: "y"})
	require.EqualError(t, err, "there are no columns a and y; there are x, y")
	_, err = rows("x,y\n", format.Options{X: "x"})
	require.Error(t, err)
	_, err = rows("x,y\n", format.Options{Layer: "z"})
	require.EqualError(t, err, "the file is a table and has no layer z")
}

func TestColumnsAndWarnings(t *testing.T) {
	r, err := stream(strings.NewReader("id,id,x,y,Long,Latitude\n"), format.Options{})
	require.NoError(t, err)
	assert.Equal(t, []format.Field{{Name: "id"}, {Name: "id_1"}, {Name: "x"}, {Name: "y"}, {Name: "Long"}, {Name: "Latitude"}}, r.Describe().Fields)
	assert.Equal(t, []string{
		`There are several columns "id"; one of them is called id_1 here.`,
		`The positions are taken from the columns Long and Latitude, not from x.`,
	}, r.Describe().Warnings)
	r, err = stream(strings.NewReader("id,lon,lat,WKT\n"), format.Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{`The positions are taken from the column WKT, not from lon.`}, r.Describe().Warnings)
}

func TestStreamIsReadOnce(t *testing.T) {
	r, err := stream(strings.NewReader("x,y\n1,2\n"), format.Options{})
	require.NoError(t, err)
	for range r.Records(format.Want{}) {
	}
	for _, err := range r.Records(format.Want{}) {
		require.EqualError(t, err, "the table is a stream and can be read only once: save it as a file")
	}
}

// endless is a table whose second row never ends.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	if e.n++; e.n == 1 {
		return copy(p, "x,y\n1,\""), nil
	}
	return copy(p, bytes.Repeat([]byte("abcdefgh\n"), len(p)/9+1)), nil
}

func TestARowHasALimit(t *testing.T) {
	defer func(before int) { maxRow = before }(maxRow)
	maxRow = 1 << 20
	r, err := stream(&endless{}, format.Options{})
	require.NoError(t, err)
	for _, err := range r.Records(format.Want{}) {
		require.ErrorIs(t, err, errTooLong)
	}
}

func TestDetect(t *testing.T) {
	for text, want := range map[string]bool{
		"id,lon,lat\n": true, "\ufeffX;Y\r\n1;2": true, "a\tWKT\n": true, "id,name\n": false, "": false,
		`{"type":"FeatureCollection"}`: false, "x\x00,\x00y\x00": false, "lon,lat": true,
	} {
		assert.Equal(t, want, detect([]byte(text)), text)
		assert.Equal(t, want, detect(packed(t, text)), text)
	}
	long := packed(t, "id,lon,lat\n"+strings.Repeat("7,1.234567,5.6789\n8,4.1,9.999\n", 9999))
	assert.True(t, detect(long[:min(len(long), 100)]))
}

func packed(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestWKT(t *testing.T) {
	for text, want := range map[string]string{
		"POINT (1 2)":          `{"type":"Point","coordinates":[1,2]}`,
		" point zm(1e0 2 3 4)": `{"type":"Point","coordinates":[1,2]}`,
		"POINTZ(1 2 3)":        `{"type":"Point","coordinates":[1,2]}`,
		"SRID=4326;POINT(1 2)": `{"type":"Point","coordinates":[1,2]}`,
		"POINT EMPTY":          `null`,
		"POINT Z EMPTY":        `null`,
		"POINT (NaN NaN)":      `null`,
		"":                     `null`,
		"POLYGON EMPTY":        `{"type":"Polygon","coordinates":[]}`,
		"POLYGON((0 0,1 0,1 1,0 0),(.1 .1,.2 .1,.2 .2,.1 .1))":                         `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],[[0.1,0.1],[0.2,0.1],[0.2,0.2],[0.1,0.1]]]}`,
		"MULTIPOLYGON M (((0 0 9, 1 0 9, 1 1 9, 0 0 9)), ((5 5 9,6 5 9,6 6 9,5 5 9)))": `{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]}`,
		"LINESTRING (0 0, 1 1)":          `{"type":"LineString","coordinates":[]}`,
		"GEOMETRYCOLLECTION(POINT(1 2))": `{"type":"GeometryCollection","coordinates":[]}`,
		"POINT (1)":                      `! a position has 1 numbers at ")"`,
		"POINT (1 2 3 4 5)":              `! a position has 5 numbers at ")"`,
		"POINT (1 2":                     `! ')' is missing at ""`,
		"POINT (1 2) x":                  `! text follows the geometry at "x"`,
		"POINT Q (1 2)":                  `! "Q" is unexpected at " (1 2)"`,
		"POINT (1_0 2)":                  `! a number is missing at "1_0 2)"`,
		"POLYGON((0 0,1 0,1 1,0 0)":      `! a comma or a bracket is missing at ""`,
		"0101000000":                     `! not well-known binary (WKB): it ends too early`,
		"01010":                          `! not well-known binary (WKB) in hexadecimal digits: encoding/hex: odd length hex string`,
		"0101000000000000000000F03F0000000000000040":         `{"type":"Point","coordinates":[1,2]}`,
		"0101000020e6100000000000000000f03f0000000000000040": `{"type":"Point","coordinates":[1,2]}`,
		`{"type":"Point","coordinates":[1,2,3]}`:             `{"type":"Point","coordinates":[1,2]}`,
		`{"type":"LineString","coordinates":[[1,2],[3,4]]}`:  `{"type":"LineString","coordinates":[]}`,
		`{"type":"Point","coordinates":[1]}`:                 `! not a GeoJSON geometry: {"type":"Point","coordinates":[1]}`,
		`{"type":`:                                           `! not a GeoJSON geometry: {"type":`,
		"SRID=x;POINT(1 2)":                                  `! SRID= is to be followed by a number and a semicolon`,
	} {
		g, _, err := parseText(text)
		got := string(g.AppendGeoJSON(nil))
		if err != nil {
			got = "! " + strings.TrimPrefix(err.Error(), "not well-known text (WKT): ")
		}
		assert.Equal(t, want, got, text)
	}
	for text, want := range map[string]string{"SRID=5070;POINT(1 2)": "EPSG:5070", "SRID=0;POINT(1 2)": "", "0101000020e6100000000000000000f03f0000000000000040": "EPSG:4326"} {
		_, crs, err := parseText(text)
		require.NoError(t, err)
		assert.Equal(t, want, crs)
	}
	r, err := stream(strings.NewReader("geom\n\"\"\nPOINT EMPTY\nSRID=5070;POINT(1 2)\nSRID=4326;POINT(1 2)\n"), format.Options{})
	require.NoError(t, err)
	assert.Equal(t, "EPSG:5070", r.Describe().CRS)
	var last error
	for rec := range r.Records(format.Want{}) {
		last = rec.Err
	}
	require.EqualError(t, last, `column geom: the reference system is EPSG:4326 where the first geometry has EPSG:5070`)
}

// TestBroken reads 600 damaged tables, half of them compressed. A compressed table has a checksum: a missing row is always an error. In
// plain text a row keeps its number of lines or is an error; only whole lines that are missing cannot be noticed.
func TestBroken(t *testing.T) {
	var text strings.Builder
	text.WriteString("id,lon,lat,name\n")
	const n = 40
	for i := range n {
		text.WriteString(strings.Repeat("7", i%9) + "1,12.5,47.25,\"a, b\"\n")
	}
	path := filepath.Join(t.TempDir(), "t.csv")
	told := 0
	for seed := range uint64(600) {
		whole := []byte(text.String())
		if seed%2 == 1 {
			whole = packed(t, text.String())
		}
		damaged := damage(whole, seed/2)
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		got, failed, err := count(path)
		if err != nil || failed > 0 {
			told++
			continue
		}
		if seed%2 == 1 {
			require.Equal(t, n, got, "seed %d", seed)
		} else {
			require.GreaterOrEqual(t, got, bytes.Count(damaged, []byte("\n"))-1-bytes.Count(damaged, []byte("\n\n")), "seed %d", seed)
		}
	}
	t.Log(told, "of 600 told")
	require.Greater(t, told, 350)
}

func count(path string) (n, failed int, err error) {
	r, err := open(path, format.Options{})
	if err != nil {
		return 0, 0, err
	}
	defer r.Close()
	for rec, err := range r.Records(format.Want{}) {
		if err != nil {
			return n, failed, err
		}
		n++
		if rec.Err != nil {
			failed++
		}
	}
	return n, failed, nil
}

// damage cuts, flips or mixes up bytes, the same way for the same number.
func damage(b []byte, seed uint64) []byte {
	random := rand.New(rand.NewPCG(15, seed))
	b = bytes.Clone(b)
	switch seed % 3 {
	case 0: // cut
		return b[:random.IntN(len(b))]
	case 1: // flipped
		for range 1 + random.IntN(6) {
			b[random.IntN(len(b))] ^= byte(1 << random.IntN(8))
		}
	case 2: // mixed up: two pieces change places
		size := 1 + random.IntN(20)
		from, to := random.IntN(len(b)/2-size), len(b)/2+random.IntN(len(b)/2-size)
		piece := bytes.Clone(b[from : from+size])
		copy(b[from:], b[to:to+size])
		copy(b[to:], piece)
	}
	return b
}

func FuzzRecords(f *testing.F) {
	f.Add([]byte("id,lon,lat,name\n1,2,3,\"a, b\"\n"))
	f.Add([]byte("id;wkt\n1;POLYGON((0 0,1 0,1 1,0 0))\n"))
	f.Add([]byte("x\ty\r\n1,5\t2\r\n"))
	f.Add(packed(f, "x,y\n1,2\n"))
	f.Add([]byte("# US Geological Survey\nsite_no\tdec_lat_va\tdec_long_va\n15s\t16s\t16s\n03408500\t36.4\t-84.6\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		detect(text)
		r, err := stream(bytes.NewReader(text), format.Options{})
		if err != nil {
			return
		}
		for rec, err := range r.Records(format.Want{}) {
			require.True(t, (rec == nil) == (err != nil))
			require.False(t, errors.Is(err, io.EOF))
			if err == nil {
				rec.Geometry.AppendGeoJSON(nil)
			}
		}
		require.NoError(t, r.Close())
	})
}

func FuzzWKT(f *testing.F) {
	f.Add("SRID=4326;MULTIPOLYGON Z (((0 0 1,1 0 1,1 1 1,0 0 1)))")
	f.Add("0101000020e6100000000000000000f03f0000000000000040")
	f.Fuzz(func(_ *testing.T, text string) {
		if g, _, err := parseText(text); err == nil {
			g.AppendGeoJSON(nil)
		}
	})
}
