package shapefile

import (
	"archive/zip"
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/features/internal/formattest"
)

// small is testdata/small, written by pyshp: 6 polygons with Z, one of them null.
func small(t testing.TB) (shp, shx, dbf []byte) {
	t.Helper()
	read := func(ending string) []byte {
		b, err := os.ReadFile("testdata/small" + ending)
		require.NoError(t, err)
		return b
	}
	return read(".shp"), read(".shx"), read(".dbf")
}

const smallRows = 6

func inMemory(name string, b []byte) *file {
	return &file{name: name, size: int64(len(b)), open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

// readAll reads a layer of three files in memory and counts its records.
func readAll(shp, shx, dbf []byte) (n int, err error) {
	l := layer{name: "x", shp: inMemory("x.shp", shp), dbf: inMemory("x.dbf", dbf)}
	if shx != nil {
		l.shx = inMemory("x.shx", shx)
	}
	r, err := openLayers("x.shp", []layer{l}, format.Options{})
	if err != nil {
		return 0, err
	}
	for rec, err := range r.Records(format.Want{}) {
		if err != nil {
			return n, err
		}
		rec.Geometry.AppendGeoJSON(nil)
		n++
	}
	return n, nil
}

// damage cuts, flips or mixes up bytes, the same way for the same number.
func damage(b []byte, seed uint64) []byte {
	random := rand.New(rand.NewPCG(15, seed))
	b = bytes.Clone(b)
	switch seed % 5 {
	case 0: // cut
		return b[:random.IntN(len(b))]
	case 1, 2: // flipped
		for range 1 + random.IntN(6) {
			b[random.IntN(len(b))] ^= byte(1 << random.IntN(8))
		}
	case 3: // mixed up: two pieces change places
		size := 1 + random.IntN(min(64, len(b)/3))
		from, to := random.IntN(len(b)/2-size), len(b)/2+random.IntN(len(b)/2-size)
		piece := bytes.Clone(b[from : from+size])
		copy(b[from:], b[to:to+size])
		copy(b[to:], piece)
	case 4: // a piece is missing
		from := random.IntN(len(b))
		return append(b[:from:from], b[min(len(b), from+1+random.IntN(40)):]...)
	}
	return b
}

// TestBroken reads 2,000 damaged files. A missing record has to be an error, unless the damage marks its row as deleted.
func TestBroken(t *testing.T) {
	shp, shx, dbf := small(t)
	told := map[bool]int{}
	for seed := range uint64(2000) {
		files := [][]byte{shp, shx, dbf}
		victim := int(seed/5) % 3
		files[victim] = damage(files[victim], seed)
		n, err := readAll(files[0], files[1], files[2])
		told[err != nil]++
		if err == nil {
			require.Equal(t, smallRows, n+deleted(files[2], dbf), "seed %d, file %d", seed, victim)
		} else {
			require.ErrorIs(t, err, format.ErrBroken)
		}
	}
	t.Log(told[true], "errors,", told[false], "files with all records")
	require.Greater(t, told[true], 600)
}

// deleted counts the rows that damage marked as deleted.
func deleted(dbf, whole []byte) (n int) {
	for row := range smallRows {
		at := int(little.Uint16(whole[8:])) + row*int(little.Uint16(whole[10:]))
		if at < len(dbf) && dbf[at] == '*' {
			n++
		}
	}
	return n
}

// archive packs files of testdata/small under other names.
func archive(t testing.TB, method uint16, names ...string) []byte {
	t.Helper()
	return pack(t, method, names, func(name string) string { return "testdata/small" + filepath.Ext(name) })
}

func archiveOf(t testing.TB, dir string, method uint16, names ...string) []byte {
	t.Helper()
	return pack(t, method, names, func(name string) string { return filepath.Join(dir, name) })
}

func pack(t testing.TB, method uint16, names []string, from func(name string) string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		content, err := os.ReadFile(from(name))
		require.NoError(t, err)
		out, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		require.NoError(t, err)
		_, err = out.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// TestBrokenArchives reads 400 damaged archives. The checksum shows damage of the data.
func TestBrokenArchives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "small.zip")
	told := 0
	for seed := range uint64(400) {
		whole := archive(t, []uint16{zip.Store, zip.Deflate}[seed%2], "a/small.shp", "a/small.shx", "a/small.dbf")
		require.NoError(t, os.WriteFile(path, damage(whole, seed/2), 0o600))
		n, err := formattest.Count(open, path)
		if err != nil {
			told++
			continue
		}
		require.Equal(t, smallRows, n, "seed %d", seed)
	}
	t.Log(told, "errors,", 400-told, "archives with all records")
	require.Greater(t, told, 250)
}

// closing counts the open files.
type closing struct {
	io.Reader
	open *int
}

func (c closing) Close() error {
	*c.open--
	return nil
}

// TestFilesAreClosed ends passes at every record and with errors.
func TestFilesAreClosed(t *testing.T) {
	shp, shx, dbf := small(t)
	open := 0
	counted := func(name string, b []byte) *file {
		f := inMemory(name, b)
		f.open = func() (io.ReadCloser, error) {
			open++
			return closing{bytes.NewReader(b), &open}, nil
		}
		return f
	}
	for seed := range uint64(300) {
		l := layer{name: "x", shp: counted("x.shp", damage(shp, seed)), shx: counted("x.shx", shx), dbf: counted("x.dbf", damage(dbf, seed*7))}
		l.prj, l.cpg = counted("x.prj", []byte("prj")), counted("x.cpg", []byte("UTF-8"))
		r, err := openLayers("x.shp", []layer{l}, format.Options{})
		require.Zero(t, open)
		if err != nil {
			continue
		}
		n := 0
		for range r.Records(format.Want{}) {
			if n++; n > int(seed%smallRows) {
				break
			}
		}
		require.Zero(t, open, "seed %d", seed)
	}
}

func FuzzRecords(f *testing.F) {
	shp, shx, dbf := small(f)
	f.Add(shp, shx, dbf)
	for seed := range uint64(20) {
		f.Add(damage(shp, seed), shx, damage(dbf, seed))
	}
	f.Fuzz(func(_ *testing.T, shp, shx, dbf []byte) {
		_, _ = readAll(shp, shx, dbf)
		_, _ = readAll(shp, nil, dbf)
	})
}

func FuzzArchive(f *testing.F) {
	f.Add(archive(f, zip.Store, "a/small.shp", "a/small.dbf"))
	f.Add(archive(f, zip.Deflate, "small.shp", "b/small.shp"))
	f.Fuzz(func(t *testing.T, b []byte) {
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		layers, err := group(z.File)
		if err != nil {
			return
		}
		for _, l := range layers {
			if r, err := openLayers("x.zip", layers, format.Options{Layer: l.name}); err == nil {
				_, _ = collect(t, r, format.Want{})
			}
		}
	})
}
