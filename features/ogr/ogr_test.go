package ogr

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// judged is a feature as pyogrio reads it.
type judged struct {
	File, Layer string
	FID         int
	WKB         *string
	Properties  map[string]json.RawMessage
}

func TestAgainstGDAL(t *testing.T) {
	for _, program := range []string{"ogr2ogr", "ogrinfo"} {
		_, err := exec.LookPath(program)
		require.NoError(t, err, "install gdal-bin")
	}
	basins, err := filepath.Abs("../../castest/basins/basins.geojson")
	require.NoError(t, err)
	dir := t.TempDir()
	cmd := exec.Command(service.Judges(t), "-W", "ignore", "testdata/judge.py", dir, basins)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	files := map[[2]string][]judged{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<28)
	for lines.Scan() {
		var j judged
		require.NoError(t, json.Unmarshal(lines.Bytes(), &j))
		key := [2]string{j.File, j.Layer}
		files[key] = append(files[key], j)
	}
	require.Len(t, files, 7)
	for key, want := range files {
		t.Run(strings.Join(key[:], "/"), func(t *testing.T) { compareLayer(t, filepath.Join(dir, key[0]), key, want) })
	}
	t.Run("layers", func(t *testing.T) { testLayers(t, filepath.Join(dir, "many.gdb")) })
	t.Run("newest ogrinfo", func(t *testing.T) { testNewest(t, dir) })
	t.Run("archive", func(t *testing.T) { testArchive(t, dir) })
	t.Run("stop", func(t *testing.T) { testStop(t, filepath.Join(dir, "basins.fgb")) })
	t.Run("broken", func(t *testing.T) { testBroken(t, dir) })
}

func compareLayer(t *testing.T, path string, key [2]string, want []judged) {
	r, err := open(path, format.Options{Layer: key[1]})
	require.NoError(t, err)
	defer r.Close()
	about := r.Describe()
	assert.Equal(t, len(want), about.Features)
	assert.Equal(t, key[1], about.Layer)
	if key[1] == "nowhere" {
		assert.Empty(t, about.CRS)
	} else {
		assert.Equal(t, "EPSG:4326", about.CRS)
	}
	if key[1] == "albers" {
		assert.Equal(t, []string{"ogr2ogr converts its positions from NAD83 / Conus Albers."}, about.Warnings[1:])
	} else {
		assert.Len(t, about.Warnings, 1)
	}
	assert.Contains(t, about.Warnings[0], "ogr2ogr -f GeoJSONSeq ")
	for range 2 {
		n := 0
		for rec, err := range r.Records(format.Want{}) {
			require.NoError(t, err)
			require.NoError(t, rec.Err)
			compare(t, want[n], rec)
			n++
		}
		require.Equal(t, len(want), n)
	}
}

func compare(t *testing.T, want judged, got *format.Record) {
	t.Helper()
	have := map[string]json.RawMessage{}
	for _, p := range got.Properties {
		have[p.Name] = p.Value
	}
	for name, value := range want.Properties {
		if string(value) == "null" && string(have[name]) == `""` {
			continue // pandas makes no difference
		}
		require.JSONEq(t, string(value), string(have[name]), name)
	}
	if want.File == "many.gdb" {
		require.Equal(t, fmt.Sprint(want.FID), string(have["OBJECTID"]))
	}
	if want.WKB == nil {
		require.Nil(t, got.GeoJSON)
		return
	}
	raw, err := hex.DecodeString(*want.WKB)
	require.NoError(t, err)
	geometry, err := format.ParseWKB(raw)
	require.NoError(t, err)
	a, b := numbers(t, geometry.AppendGeoJSON(nil)), numbers(t, got.GeoJSON)
	require.Equal(t, len(a), len(b))
	// Two versions of PROJ agree to this, also in a geodatabase, whose numbers are scaled integers. All other numbers are equal in all
	// bits.
	tolerance := 0.0
	if want.Layer == "albers" {
		tolerance = 1e-11
	}
	if want.File == "many.gdb" { // whose rings the versions begin at different positions
		slices.Sort(a)
		slices.Sort(b)
		tolerance = max(tolerance, 5e-14)
	}
	for i := range a {
		require.LessOrEqual(t, math.Abs(a[i]-b[i]), tolerance)
	}
}

// numbers returns the coordinates of a geometry in order, without heights.
func numbers(t *testing.T, text []byte) (all []float64) {
	t.Helper()
	var g struct {
		Type        string
		Coordinates any
	}
	require.NoError(t, json.Unmarshal(text, &g))
	var walk func(any)
	walk = func(v any) {
		list := v.([]any)
		if x, ok := list[0].(float64); ok {
			all = append(all, x, list[1].(float64))
			return
		}
		for _, item := range list {
			walk(item)
		}
	}
	walk(g.Coordinates)
	return all
}

func testLayers(t *testing.T, path string) {
	_, err := open(path, format.Options{})
	var layers *format.LayerError
	require.ErrorAs(t, err, &layers)
	assert.Equal(t, []string{"basins", "albers"}, layers.Layers) // not the table
	_, err = open(path, format.Options{Layer: "table"})
	require.ErrorAs(t, err, &layers)

	r, err := open(path, format.Options{Layer: "basins"})
	require.NoError(t, err)
	fields := r.Describe().Fields
	assert.Contains(t, fields, format.Field{Name: "HYBAS_ID", Type: "string"})
	assert.Contains(t, fields, format.Field{Name: "ORDER_", Type: "integer"})
	for rec, err := range r.Records(format.Want{Properties: []string{"ORDER_"}}) {
		require.NoError(t, err)
		assert.NotNil(t, rec.GeoJSON)
		require.Len(t, rec.Properties, 1)
		break
	}
	require.NoError(t, r.Close())
	for _, err := range r.Records(format.Want{}) {
		require.EqualError(t, err, "the reader is closed")
	}
}

func testNewest(t *testing.T, dir string) {
	driver, old, err := info(filepath.Join(dir, "many.gdb"))
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(dir, "ogrinfo"))
	require.NoError(t, err)
	newDriver, newest := parseInfo(string(text))
	assert.Equal(t, driver, newDriver)
	assert.Equal(t, old, newest)
	assert.Len(t, newest, 3)
}

func testArchive(t *testing.T, dir string) {
	script := "import shutil, sys; shutil.make_archive(sys.argv[1] + '/packed', 'zip', sys.argv[1], 'many.gdb')"
	require.NoError(t, exec.Command(service.Judges(t), "-c", script, dir).Run())
	r, err := open(filepath.Join(dir, "packed.zip"), format.Options{Layer: "basins"})
	require.NoError(t, err)
	defer r.Close()
	assert.Equal(t, 53, r.Describe().Features)
	head, err := os.ReadFile(filepath.Join(dir, "packed.zip"))
	require.NoError(t, err)
	assert.True(t, detect(head[:4096]))
}

// testStop ends passes early and checks that no process and no goroutine is left (goleak in TestMain).
func testStop(t *testing.T, path string) {
	r, err := open(path, format.Options{})
	require.NoError(t, err)
	var p *process
	for range r.Records(format.Want{}) {
		p = r.(*reader).running
		require.Nil(t, p.cmd.ProcessState)
		break
	}
	require.NotNil(t, p.cmd.ProcessState, "its end was not waited for")
	assert.Nil(t, r.(*reader).running)

	n := 0
	for _, err := range r.Records(format.Want{}) {
		if n++; n == 1 {
			p = r.(*reader).running
			require.NoError(t, r.Close())
			require.NotNil(t, p.cmd.ProcessState)
			continue
		}
		require.ErrorContains(t, err, "the reader was closed")
	}
	assert.Equal(t, 2, n)
}

// testBroken reads 200 damaged files of each format, four at a time. GDAL may change a damaged feature but must not lose one.
func testBroken(t *testing.T, dir string) {
	for name, features := range map[string]int{"basins.fgb": 53, "basins.gml": 52, "basins.kml": 52} { // 52 is without the one that has no geometry
		t.Run(name, func(t *testing.T) {
			whole, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			var told atomic.Int32
			var all errgroup.Group
			all.SetLimit(4)
			for seed := range uint64(200) {
				all.Go(func() error {
					path := filepath.Join(dir, fmt.Sprintf("broken%d%s", seed, filepath.Ext(name)))
					if err := os.WriteFile(path, damage(whole, seed), 0o600); err != nil {
						return err
					}
					switch n, err := count(path); {
					case err != nil:
						told.Add(1)
					case n != features:
						return fmt.Errorf("seed %d: %d features and no error", seed, n)
					}
					return nil
				})
			}
			require.NoError(t, all.Wait())
			t.Log(told.Load(), "of 200 told")
			assert.Greater(t, told.Load(), int32(100))
		})
	}
}

func count(path string) (n int, err error) {
	r, err := open(path, format.Options{})
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for rec, err := range r.Records(format.Want{}) {
		if err != nil {
			return n, err
		}
		if rec.Err != nil {
			return n, rec.Err
		}
		n++
	}
	return n, nil
}

// damage cuts, flips or mixes up bytes, the same way for the same number.
func damage(b []byte, seed uint64) []byte {
	random := rand.New(rand.NewPCG(15, seed))
	b = bytes.Clone(b)
	switch seed % 3 {
	case 0: // cut
		return b[:random.IntN(len(b))]
	case 1: // flipped
		for range 1 + random.IntN(60) {
			b[random.IntN(len(b))] ^= byte(1 << random.IntN(8))
		}
	case 2: // mixed up: two pieces change places
		size := 1 + random.IntN(200)
		from, to := random.IntN(len(b)/2-size), len(b)/2+random.IntN(len(b)/2-size)
		piece := bytes.Clone(b[from : from+size])
		copy(b[from:], b[to:to+size])
		copy(b[to:], piece)
	}
	return b
}

func TestNotInstalled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.fgb")
	require.NoError(t, os.WriteFile(path, []byte("fgb\x03"), 0o600))
	t.Setenv("PATH", t.TempDir())
	_, err := open(path, format.Options{})
	require.ErrorIs(t, err, exec.ErrNotFound)
	assert.Contains(t, err.Error(), "which is not installed: apt-get install gdal-bin")
	_, err = open(path+"x", format.Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.fgb")
	require.NoError(t, os.WriteFile(path, []byte("hello"), 0o600))
	_, err := open(path, format.Options{})
	require.ErrorIs(t, err, format.ErrBroken)
	assert.Contains(t, err.Error(), "ogrinfo cannot read it: ")
	assert.Contains(t, err.Error(), "nable to open datasource")

	_, err = open("PG:host=localhost port=1 dbname=x password='se cret'", format.Options{})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "cret")
}

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"PG:dbname=x password=secret user=y":         "PG:dbname=x password=*** user=y",
		`PG:dbname=x PassWord = 'a \' b' user=y`:     "PG:dbname=x PassWord = *** user=y",
		"PG:postgresql://me:secret@host:5432/basins": "PG:postgresql://me:***@host:5432/basins",
		"/data/a.gdb": "/data/a.gdb",
		"https://example.org/a.fgb and not a password": "https://example.org/a.fgb and not a password",
	} {
		assert.Equal(t, want, redact(text))
	}
	assert.Equal(t, `ogr2ogr -f 'a b' 'it'\''s' ''`, shell([]string{"ogr2ogr", "-f", "a b", "it's", ""}))
}

func TestDetect(t *testing.T) {
	for head, want := range map[string]bool{
		"fgb\x03fgb\x00": true, "<?xml version='1.0'?>\n<kml xmlns=": true, "\ufeff<gpx>": true, "<a xmlns:gml='http://www.opengis.net/gml/3.2'>": true,
		"<html>": false, `{"type":"kml"}`: false, "": false, "PK\x03\x04": false,
		"PK\x03\x04                      \x07\x00  doc.kml": true, "PK\x03\x04                      \x09\x00  x.gdb/gdb": true,
		"PK\x03\x04                      \x05\x00  x.shp": false,
	} {
		assert.Equal(t, want, detect([]byte(head)), head)
	}
}

func FuzzInfo(f *testing.F) {
	f.Add("INFO: Open of `a'\n      using driver `X' successful.\n\nLayer name: a\nGeometry: Polygon\nFeature Count: 5\nid: String (10.0)\n")
	f.Fuzz(func(_ *testing.T, text string) { parseInfo(text) })
}

func FuzzFeature(f *testing.F) {
	f.Add([]byte(`{ "type": "Feature", "id": 1, "properties": { "k": "a", "v": 1.0 }, "geometry": null }`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var rec format.Record
		r := reader{layer: layer{fid: "OBJECTID"}}
		if r.parse(line, &rec, format.Want{}) == nil {
			for _, p := range rec.Properties {
				require.True(t, json.Valid(p.Value))
			}
		}
	})
}

func TestPlacemarks(t *testing.T) {
	for text, want := range map[string]any{
		`<?xml version="1.0"?><kml><Placemark/><Folder><Placemark></Placemark></Folder></kml>`:                  2,
		`<?xml version="1.0" encoding="windows-1252"?><kml><name>` + "M\xfcnchen\x96" + `</name></kml>`:         0,
		`<!DOCTYPE kml [<!ENTITY % p "q"><!ENTITY e "f">]><kml>&e;&amp;<Placemark/></kml>`:                      1,
		`<kml><Placemark/><gx:Tour><Update><Change><Placemark targetId="a"/></Change></Update></gx:Tour></kml>`: 1,
		"<kml>\n<Placemark><name>a</Placemark></kml>":                                                           "line 2: element <name> closed by </Placemark>",
		`<kml>`:           "unexpected EOF",
		`<kml>&e;</kml>`:  "invalid character entity &e;",
		"<kml>\x01</kml>": "illegal character code",
	} {
		n, err := placemarks(strings.NewReader(text))
		if reason, wrong := want.(string); wrong {
			require.ErrorIs(t, err, format.ErrBroken)
			assert.ErrorContains(t, err, reason)
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, want, n, text)
	}
}

func TestArchiveOfKML(t *testing.T) {
	for text, want := range map[string]string{
		`<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark></Document></kml>`: "",
		`<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><Point><coordinates>1,2</coordinates></Placemark></Document></kml>`:         "doc.kml of the archive: it is damaged",
	} {
		path := filepath.Join(t.TempDir(), "a.kmz")
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create("doc.kml")
		require.NoError(t, err)
		_, err = io.WriteString(w, text)
		require.NoError(t, errors.Join(err, z.Close(), os.WriteFile(path, b.Bytes(), 0o600)))
		if _, err := checkKML(path); want != "" {
			require.ErrorContains(t, err, want)
		} else {
			require.NoError(t, err)
		}
	}
}
