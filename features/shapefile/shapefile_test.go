package shapefile

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/features/internal/formattest"
)

func TestOpen(t *testing.T) {
	r, err := open("testdata/small.shp", format.Options{})
	require.NoError(t, err)
	defer r.Close()
	about := r.Describe()
	assert.Equal(t, "Shapefile", about.Format)
	assert.Equal(t, "small", about.Layer)
	assert.Equal(t, []string{"small"}, about.Layers)
	assert.Equal(t, smallRows, about.Features)
	assert.True(t, strings.HasPrefix(about.CRS, `PROJCS["NAD_1983_Contiguous_USA_Albers"`), about.CRS)
	assert.Equal(t, []format.Field{
		{Name: "ID", Type: "text(12)"},
		{Name: "WIDE", Type: "integer(30)"},
		{Name: "NUM", Type: "number(18.6)"},
		{Name: "FLT", Type: "number(20.8)"},
		{Name: "DAY", Type: "date"},
		{Name: "OK", Type: "logical"},
	}, about.Fields)
	assert.Empty(t, about.Warnings)

	all, err := collect(t, r, format.Want{Properties: []string{"ID", "WIDE", "DAY", "OK"}})
	require.NoError(t, err)
	require.Len(t, all, smallRows)
	var text []string
	for _, p := range all[1].Properties {
		text = append(text, p.Name+"="+string(p.Value))
	}
	assert.Equal(t, []string{`ID="001"`, `WIDE=123456789012346`, `DAY="2020-01-02"`, `OK=false`}, text)
	assert.Equal(t, "null", string(all[0].Properties[2].Value))
	assert.Equal(t, "row 2", all[1].Place)
	assert.Equal(t, format.Geometry{}, all[5].Geometry)
	assert.JSONEq(t, `{"type":"MultiPolygon","coordinates":[
		[[[20,0],[20,10],[30,10],[30,0],[20,0]],[[22,2],[24,2],[24,4],[22,4],[22,2]]],
		[[[0,0],[0,10],[10,10],[10,0],[0,0]],[[2,2],[4,2],[4,4],[2,4],[2,2]]]]}`, string(all[1].Geometry.AppendGeoJSON(nil)))

	none, err := collect(t, r, format.Want{Properties: []string{}})
	require.NoError(t, err)
	require.Len(t, none, smallRows)
	assert.Empty(t, none[1].Properties)

	for range r.Records(format.Want{}) {
		break
	}
}

// copySmall puts files of testdata/small into a new directory; "" leaves one out.
func copySmall(t *testing.T, names map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for ending, name := range names {
		b, err := os.ReadFile("testdata/small" + ending)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	return dir
}

func TestSidecars(t *testing.T) {
	dir := copySmall(t, map[string]string{".shp": "Basins.SHP", ".dbf": "basins.DBF", ".prj": "BASINS.prj", ".shx": "Basins.shx", ".cpg": "other.cpg"})
	for _, name := range []string{"Basins.SHP", "Basins.shx", "basins.DBF", "BASINS.prj"} {
		r, err := open(filepath.Join(dir, name), format.Options{Layer: strings.TrimSuffix(name, filepath.Ext(name))})
		require.NoError(t, err)
		about := r.Describe()
		assert.Equal(t, smallRows, about.Features)
		assert.Len(t, about.Fields, 6)
		assert.NotEmpty(t, about.CRS)
		all, err := collect(t, r, format.Want{})
		require.NoError(t, err)
		assert.Len(t, all, smallRows)
		require.NoError(t, r.Close())
	}
	dir = copySmall(t, map[string]string{".shp": "a.shp"})
	r, err := open(filepath.Join(dir, "a.shp"), format.Options{})
	require.NoError(t, err)
	assert.Equal(t, -1, r.Describe().Features)
	assert.Len(t, r.Describe().Warnings, 1)
	assert.Contains(t, r.Describe().Warnings[0], "has no .dbf")
	all, err := collect(t, r, format.Want{})
	require.NoError(t, err)
	assert.Len(t, all, smallRows)
}

func TestErrors(t *testing.T) {
	shp, _, dbf := small(t)
	dir := t.TempDir()
	twice := bytes.ReplaceAll(archive(t, zip.Store, "a.shp", "b.shp"), []byte("b.shp"), []byte("A.Shp"))
	for _, c := range []struct {
		name     string
		shp, dbf []byte
		want     string
	}{
		{"cut in a record", shp[:1100], dbf, `x.shp: record 2 at byte 1004 should have 732 bytes where the file has 88 left`},
		{"cut between records", shp[:1004], dbf, `x.shp is cut: it has 1004 bytes of 2796 and ends behind record 1`},
		{"cut header", shp[:50], dbf, `x.shp is cut: it ends behind byte 50`},
		{"cut table", shp, dbf[:400], `row 2 of 6: x.dbf is cut: it ends behind byte 400`},
		{"something else", []byte(strings.Repeat("hello ", 50)), dbf, `x.shp is no .shp`},
		{"another table", shp, []byte(strings.Repeat("hello ", 50)), `x.dbf is no dBASE table`},
		{"dBASE 7", shp, append([]byte{4}, dbf[1:]...), `dBASE 7`},
		{"fewer rows", shp, patched(dbf, 4, 5), `x.dbf has 5 rows while x.shp has more records`},
		{"empty", nil, dbf, `x.shp is cut: it ends behind byte 0`},
	} {
		_, err := readAll(c.shp, nil, c.dbf)
		require.ErrorIs(t, err, format.ErrBroken, c.name)
		assert.Contains(t, err.Error(), c.want, c.name)
	}

	encrypted := archive(t, zip.Store, "a.shp", "a.dbf")
	for at := 0; at < len(encrypted); at++ {
		if bytes.HasPrefix(encrypted[at:], []byte("PK\x03\x04")) {
			encrypted[at+6] |= 1
		}
		if bytes.HasPrefix(encrypted[at:], []byte("PK\x01\x02")) {
			encrypted[at+8] |= 1
		}
	}
	deflate64 := archive(t, zip.Store, "a.shp", "a.dbf")
	deflate64[bytes.Index(deflate64, []byte("PK\x01\x02"))+10] = 9
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"encrypted.zip": {encrypted, "is encrypted: unpack the archive with its password first"},
		"deflate64.zip": {deflate64, "is compressed by method 9"},
		"cut.zip":       {archive(t, zip.Store, "a.shp", "a.dbf")[:900], "the zip archive is cut or damaged"},
		"text.zip":      {[]byte("hello"), "is no zip archive"},
		"other.zip":     {archive(t, zip.Store, "x/a.gdb/a.shx", "x/readme.prj"), "holds no .shp but x/a.gdb/a.shx, x/readme.prj: unpack it and give the .gdb folder"},
		"twice.zip":     {twice, "holds A.Shp twice"},
		"alone.dbf":     {dbf, "is only a sidecar of a shapefile, and there is no alone.shp beside it"},
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, c.content, 0o600))
		_, err := formattest.Count(open, path)
		require.ErrorIs(t, err, format.ErrBroken, name)
		assert.Contains(t, err.Error(), c.want, name)
	}
	_, err := open(filepath.Join(dir, "absent.shp"), format.Options{})
	require.ErrorIs(t, err, os.ErrNotExist)

	path := filepath.Join(dir, "three.zip")
	require.NoError(t, os.WriteFile(path, archive(t, zip.Deflate, "a/one.shp", "a/one.dbf", "a/two.shp", "b/two.shp"), 0o600))
	_, err = open(path, format.Options{})
	var layers *format.LayerError
	require.True(t, errors.As(err, &layers))
	assert.Equal(t, []string{"one", "a/two", "b/two"}, layers.Layers)
	r, err := open(path, format.Options{Layer: "b/two"})
	require.NoError(t, err)
	require.NoError(t, r.Close())
}

func patched(b []byte, at int, value byte) []byte {
	b = bytes.Clone(b)
	b[at] = value
	return b
}

func TestBadRecords(t *testing.T) {
	shp, _, dbf := small(t)
	for value, want := range map[byte]string{7: "type 7 in a file of type 15", 0: "the null shape has 896 bytes"} {
		r, err := openLayers("x", []layer{{name: "x", shp: inMemory("x.shp", patched(shp, 108, value)), dbf: inMemory("x.dbf", dbf)}}, format.Options{})
		require.NoError(t, err)
		all, err := collect(t, r, format.Want{})
		require.NoError(t, err)
		require.Len(t, all, smallRows)
		require.Error(t, all[0].Err)
		assert.Contains(t, all[0].Err.Error(), want)
		assert.Equal(t, `"000"`, string(all[0].Properties[0].Value))
		assert.NoError(t, all[1].Err)
	}
	// The header knows nothing of Z, and the records have it.
	r, err := openLayers("x", []layer{{name: "x", shp: inMemory("x.shp", patched(shp, 32, 5))}}, format.Options{})
	require.NoError(t, err)
	all, err := collect(t, r, format.Want{})
	require.NoError(t, err)
	for _, rec := range all {
		assert.NoError(t, rec.Err)
	}
}

func square(x, y, size float64, clockwise bool) [][2]float64 {
	r := [][2]float64{{x, y}, {x, y + size}, {x + size, y + size}, {x + size, y}, {x, y}}
	if !clockwise {
		r[1], r[3] = r[3], r[1]
	}
	return r
}

func TestGroup(t *testing.T) {
	land, lake, island := square(0, 0, 10, true), square(1, 1, 8, false), square(2, 2, 6, true)
	pond, far := square(3, 3, 1, false), square(20, 20, 1, true)
	for name, c := range map[string]struct {
		rings [][][2]float64
		want  [][][][2]float64
	}{
		"one":                             {[][][2]float64{land}, [][][][2]float64{{land}}},
		"one that goes the other":         {[][][2]float64{lake}, [][][][2]float64{{lake}}},
		"holes first":                     {[][][2]float64{pond, lake, land, far, island}, [][][][2]float64{{land, lake}, {far}, {island, pond}}},
		"a hole in nothing":               {[][][2]float64{land, square(50, 50, 1, false)}, [][][][2]float64{{land}, {square(50, 50, 1, false)}}},
		"all the other way":               {[][][2]float64{square(0, 0, 10, false), pond, square(20, 20, 1, false)}, [][][][2]float64{{square(0, 0, 10, false), pond}, {square(20, 20, 1, false)}}},
		"all the other way, the hole too": {[][][2]float64{square(0, 0, 10, false), square(3, 3, 1, true)}, [][][][2]float64{{square(0, 0, 10, false), square(3, 3, 1, true)}}},
		"one of two the other way":        {[][][2]float64{far, square(3, 3, 1, true), square(0, 0, 10, false), square(20.5, 20.5, 0.1, false)}, [][][][2]float64{{far, square(20.5, 20.5, 0.1, false)}, {square(0, 0, 10, false), square(3, 3, 1, true)}}},
		"a hole that touches":             {[][][2]float64{land, square(0, 0, 5, false)}, [][][][2]float64{{land, square(0, 0, 5, false)}}},
		"a hole that fills":               {[][][2]float64{land, square(0, 0, 10, false)}, [][][][2]float64{{land}, {square(0, 0, 10, false)}}},
		"overlapping outer rings":         {[][][2]float64{land, square(1, 1, 3, true)}, [][][][2]float64{{land}, {square(1, 1, 3, true)}}},
		"beside, in the same box":         {[][][2]float64{{{0, 0}, {0, 10}, {1, 10}, {1, 1}, {10, 1}, {10, 0}, {0, 0}}, square(5, 5, 1, false)}, [][][][2]float64{{{{0, 0}, {0, 10}, {1, 10}, {1, 1}, {10, 1}, {10, 0}, {0, 0}}}, {square(5, 5, 1, false)}}},
		"no ring":                         {nil, nil},
		"corners on the outer line":       {[][][2]float64{land, {{0, 5}, {5, 0}, {10, 5}, {5, 10}, {0, 5}}}, [][][][2]float64{{land, {{0, 5}, {5, 0}, {10, 5}, {5, 10}, {0, 5}}}}},
	} {
		var rings []ring
		for _, r := range c.rings {
			rings = append(rings, newRing(r))
		}
		var g grouping
		for range 2 {
			assert.Equal(t, c.want, append([][][][2]float64(nil), g.group(rings).Polygons...), name)
		}
	}
}

func TestEncodings(t *testing.T) {
	for label, want := range map[string]encoding.Encoding{
		"UTF-8": encoding.Nop, "utf8": encoding.Nop, "65001": encoding.Nop, "1252": charmap.Windows1252, "CP1251": charmap.Windows1251,
		"ANSI 1250": charmap.Windows1250, "LDID/87": charmap.Windows1252, "ISO-8859-1": charmap.Windows1252, "ISO 88591": charmap.Windows1252,
		"88592": charmap.ISO8859_2, "ISO 8859-15": charmap.ISO8859_15, "Shift_JIS": japanese.ShiftJIS, "SJIS": japanese.ShiftJIS, "OEM 437": charmap.CodePage437,
		"windows-1256": charmap.Windows1256, "GB2312": simplifiedchinese.GBK, "TIS-620": charmap.Windows874, "ASCII": charmap.Windows1252, "klingon": nil, "LDID/x": nil,
	} {
		assert.Equal(t, want, byLabel(label), label)
	}
	auto, note := newTextReader("", 0)
	assert.Empty(t, note)
	for in, want := range map[string]string{
		"Zürich": "Zürich", "Z\xfcrich": "Zürich", "Caf\xe9": "Café", "Łód\xc5": "Łód", "plain": "plain",
	} {
		assert.Equal(t, want, auto.decode([]byte(in)), in)
	}
	certain, _ := newTextReader("UTF-8", 0x57)
	assert.Equal(t, "Caf", certain.decode([]byte("Caf\xc3")))
	russian, _ := newTextReader("", 0xc9)
	assert.Equal(t, "Волга", russian.decode([]byte("\xc2\xee\xeb\xe3\xe0")))
	_, note = newTextReader("klingon", 0)
	assert.Contains(t, note, `"klingon", which is not known`)
	_, note = newTextReader("", 0x6a) // code page 737
	assert.Contains(t, note, "the language byte 0x6a, whose encoding is not known")
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		kind       byte
		text, want string
	}{
		{'C', "  00123  ", `"00123"`},
		{'C', "12", `"12"`},
		{'C', "   ", `null`},
		{'C', "a\x00junk", `"a"`},
		{'N', "  7120034520", `7120034520`},
		{'N', "123456789012345678901234567890", `"123456789012345678901234567890"`},
		{'N', "007", `"007"`},
		{'N', "*****", `null`},
		{'F', "     NaN", `null`},
		{'N', "1.50", `1.50`},
		{'F', "1.00000000000e+003", `1.00000000000e+003`},
		{'N', "1,5", `"1,5"`},
		{'D', "20240229", `"2024-02-29"`},
		{'D', "00000000", `null`},
		{'D', "2024", `"2024"`},
		{'L', "T", `true`},
		{'L', "n", `false`},
		{'L', "?", `null`},
		{'L', "x", `"x"`},
		{'M', "0000001", `null`},
	} {
		r := rowReader{table: &table{}, row: []byte(" " + c.text)}
		got := r.value(nil, column{kind: c.kind, from: 1, to: 1 + len(c.text)})
		assert.Equal(t, c.want, string(got), "%c %q", c.kind, c.text)
		assert.True(t, json.Valid(got))
	}
}

func TestColumns(t *testing.T) {
	_, _, dbf := small(t)
	memo := patched(patched(dbf, 32+32+11, 'M'), 32+32, 'I') // WIDE becomes IIDE, a memo
	copy(memo[64:], "ID\x00")
	r, err := openLayers("x", []layer{{name: "x", shp: inMemory("x.shp", func() []byte { s, _, _ := small(t); return s }()), dbf: inMemory("x.dbf", memo)}}, format.Options{})
	require.NoError(t, err)
	assert.Equal(t, format.Field{Name: "ID_1", Type: "memo"}, r.Describe().Fields[1])
	assert.Equal(t, []string{
		"x.dbf has several fields ID; one of them is called ID_1 here.",
		"The field ID_1 in x.dbf is of a kind that is not read (memo): its values are null.",
	}, r.Describe().Warnings)
}

func TestDetect(t *testing.T) {
	shp, shx, dbf := small(t)
	assert.True(t, detect(shp))
	assert.True(t, detect(shx))
	assert.False(t, detect(dbf))
	assert.False(t, detect(nil))
	assert.True(t, detect(archive(t, zip.Deflate, "a.dbf")))
	assert.False(t, detect([]byte("PK\x03\x04                      \x07\x00  doc.kml")))
	assert.False(t, detect([]byte("PK\x03\x04                      \x09\x00  x.gdb/gdb")))
}

// TestFilesOfALink finds sidecars beside a symbolic link and beside its target, by the name of any of the files.
func TestFilesOfALink(t *testing.T) {
	home, work := t.TempDir(), t.TempDir()
	for _, ending := range []string{".shp", ".shx", ".dbf"} {
		b, err := os.ReadFile("testdata/small" + ending)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(home, "small"+ending), b, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(home, "small.prj"), []byte("one"), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(home, "small.shp"), filepath.Join(work, "staged.shp")))
	files := func(path string) (names []string) {
		r, err := open(path, format.Options{})
		require.NoError(t, err)
		defer r.Close()
		n, err := formattest.Count(open, path)
		require.NoError(t, err)
		assert.Equal(t, smallRows, n)
		assert.NotEmpty(t, r.Describe().Fields)
		return r.(*reader).Files()
	}
	in := func(folder string, names ...string) (paths []string) {
		for _, name := range names {
			paths = append(paths, filepath.Join(folder, name))
		}
		return paths
	}
	assert.Equal(t, in(home, "small.shp", "small.dbf", "small.prj"), files(filepath.Join(home, "small.shp")))
	assert.Equal(t, in(home, "small.shp", "small.dbf", "small.prj"), files(filepath.Join(home, "small.dbf")))
	linked := append(in(work, "staged.shp"), in(home, "small.dbf", "small.prj")...)
	assert.Equal(t, linked, files(filepath.Join(work, "staged.shp")))
	require.NoError(t, os.WriteFile(filepath.Join(work, "staged.prj"), []byte("two"), 0o600))
	linked[2] = filepath.Join(work, "staged.prj")
	assert.Equal(t, linked, files(filepath.Join(work, "staged.shp")))
}
