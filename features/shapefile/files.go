package shapefile

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"golang.org/x/text/encoding/charmap"
)

// A layer is a .shp with its sidecars. A missing file is nil.
type layer struct {
	name                    string
	shp, shx, dbf, prj, cpg *file
}

// A file is on disk or in an archive.
type file struct {
	name string // for messages
	path string // on disk; "" in an archive
	size int64
	open func() (io.ReadCloser, error)
}

// text returns the content of a small text file.
func (f *file) text() (string, error) {
	in, err := f.open()
	if err != nil {
		return "", err
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, 1<<20))
	if err != nil {
		return "", f.failed(0, err)
	}
	return strings.TrimSpace(string(bytes.Trim(bytes.TrimPrefix(b, []byte("\ufeff")), "\x00"))), nil
}

// failed explains an error of reading at a position in the file.
func (f *file) failed(at int64, err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, zip.ErrChecksum):
		return format.Brokenf("%s is damaged: its checksum is wrong; get the archive again", f.name)
	case errors.As(err, &corrupt), errors.Is(err, zip.ErrFormat):
		return format.Brokenf("%s is damaged behind byte %d: its compressed data makes no sense; get the archive again", f.name, at)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return format.Brokenf("%s is cut: it ends behind byte %d; get it again", f.name, at)
	}
	return format.Brokenf("%s at byte %d: %w", f.name, at, err)
}

// find lists the layers of a file. closer is the archive that they are in; nil for files on disk.
func find(path string) (layers []layer, closer io.Closer, err error) {
	head, err := format.Head(path)
	if err != nil {
		return nil, nil, err
	}
	if _, isArchive := format.FirstInZip(head); isArchive {
		return findInArchive(path)
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".zip", ".shz":
		return nil, nil, format.Brokenf("the file is no zip archive: it is damaged, or something else under this name")
	}
	l, err := findOnDisk(path)
	return []layer{l}, nil, err
}

// findOnDisk finds the sidecars of a file. A name that differs only in case is used if there is no equal one.
func findOnDisk(path string) (layer, error) {
	dir, base := filepath.Split(path)
	ending := filepath.Ext(base)
	l := layer{name: strings.TrimSuffix(base, ending)}
	entries, err := os.ReadDir(filepath.Clean(dir))
	if err != nil {
		return l, err
	}
	exact := map[**file]bool{}
	for _, e := range entries {
		stem := strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))
		place := l.place(filepath.Ext(e.Name()))
		if e.IsDir() || place == nil || !strings.EqualFold(stem, l.name) || *place != nil && (exact[place] || stem != l.name) {
			continue
		}
		exact[place] = stem == l.name
		if *place, err = onDisk(filepath.Join(dir, e.Name())); err != nil {
			return l, err
		}
	}
	l.findBehindLink(path)
	switch strings.ToLower(ending) {
	case ".shx", ".dbf", ".prj", ".cpg":
		if l.shp == nil {
			return l, format.Brokenf("the file is only a sidecar of a shapefile, and there is no %s.shp beside it", l.name)
		}
		return l, nil
	}
	l.shp, err = onDisk(path)
	return l, err
}

// findBehindLink looks for the files that are not beside a symbolic link beside its target: workflow engines link the files that a step
// names, but not their sidecars.
func (l *layer) findBehindLink(path string) {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		return
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return
	}
	there, _ := findOnDisk(real)
	for _, ending := range []string{".shp", ".shx", ".dbf", ".prj", ".cpg"} {
		if here := l.place(ending); *here == nil {
			*here = *there.place(ending)
		}
	}
}

func onDisk(path string) (*file, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return &file{name: filepath.Base(path), path: path, size: info.Size(), open: func() (io.ReadCloser, error) { return os.Open(path) }}, nil
}

// place returns the field of l for a file with this ending, or nil.
func (l *layer) place(ending string) **file {
	switch strings.ToLower(ending) {
	case ".shp":
		return &l.shp
	case ".shx":
		return &l.shx
	case ".dbf":
		return &l.dbf
	case ".prj":
		return &l.prj
	case ".cpg":
		return &l.cpg
	}
	return nil
}

// findInArchive groups the entries of a zip archive by folder and name.
func findInArchive(name string) ([]layer, io.Closer, error) {
	archive, err := zip.OpenReader(name)
	if err != nil {
		if errors.Is(err, zip.ErrFormat) {
			err = format.Brokenf("the zip archive is cut or damaged: its list of contents, which stands at its end, is missing or makes no sense; get it again")
		}
		return nil, nil, err
	}
	layers, err := group(archive.File)
	if err != nil {
		return nil, nil, errors.Join(err, archive.Close())
	}
	return layers, archive, nil
}

func group(entries []*zip.File) ([]layer, error) {
	var names []string
	stems := map[string]*layer{}
	var order []*layer
	for _, e := range entries {
		name := entryName(e)
		base := path.Base(name)
		if strings.HasSuffix(name, "/") || strings.HasPrefix(base, "._") || strings.HasPrefix(name, "__MACOSX/") {
			continue
		}
		names = append(names, name)
		stem := strings.TrimSuffix(name, path.Ext(name))
		l := stems[strings.ToLower(stem)]
		if l == nil {
			l = &layer{name: stem}
			stems[strings.ToLower(stem)] = l
			order = append(order, l)
		}
		place := l.place(path.Ext(name))
		if place == nil {
			continue
		}
		if *place != nil {
			return nil, format.Brokenf("the archive holds %s twice", name)
		}
		*place = inArchive(name, e)
		if path.Ext(name) == ".shp" || l.shp == *place {
			l.name = stem
		}
	}
	var layers []layer
	bases := map[string]int{}
	for _, l := range order {
		if l.shp != nil {
			layers = append(layers, *l)
			bases[path.Base(l.name)]++
		}
	}
	for i, l := range layers {
		if base := path.Base(l.name); bases[base] == 1 {
			layers[i].name = base
		}
	}
	if len(layers) == 0 {
		return nil, noLayer(names)
	}
	return layers, nil
}

// noLayer is the error for an archive without a shapefile.
func noLayer(names []string) error {
	advice := "unpack it and give one of its files"
	if slices.ContainsFunc(names, func(n string) bool { return strings.Contains(strings.ToLower(n), ".gdb/") }) {
		advice = "unpack it and give the .gdb folder"
	}
	return format.Brokenf("the archive holds no .shp but %s: %s", cmp.Or(format.List(names, 5), "nothing"), advice)
}

// entryName returns the name of an entry with slashes, in UTF-8. Old archives have names in code page 437.
func entryName(e *zip.File) string {
	name := strings.ReplaceAll(e.Name, `\`, "/")
	if utf8.ValidString(name) {
		return name
	}
	decoded, err := charmap.CodePage437.NewDecoder().String(name)
	if err != nil {
		return strings.ToValidUTF8(name, "\uFFFD")
	}
	return decoded
}

func inArchive(name string, e *zip.File) *file {
	f := &file{name: name, size: int64(e.UncompressedSize64)}
	f.open = func() (io.ReadCloser, error) {
		if e.Flags&1 != 0 {
			return nil, format.Brokenf("%s is encrypted: unpack the archive with its password first", f.name)
		}
		in, err := e.Open()
		if errors.Is(err, zip.ErrAlgorithm) {
			return nil, format.Brokenf("%s is compressed by method %d, which is not read here: unpack the archive first", f.name, e.Method)
		}
		if err != nil {
			return nil, f.failed(0, err)
		}
		return in, nil
	}
	return f
}
