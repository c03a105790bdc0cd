package mcpserver

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/parquet"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// A folder is where the tools may read and write. Names are relative to it; [os.Root] refuses those that lead out of it, by .. or by a
// symbolic link. What is opened by its path afterwards is the path that was found to be inside.
type folder struct {
	root *os.Root
	path string // absolute, without links
}

func openFolder(name string) (*folder, error) {
	absolute, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	if absolute, err = filepath.EvalSymlinks(absolute); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(absolute)
	if err != nil {
		return nil, err
	}
	return &folder{root, absolute}, nil
}

func (f *folder) close() { f.root.Close() }

// relative takes the folder's own path out of a text.
func (f *folder) relative(text string) string {
	return strings.ReplaceAll(text, f.path+string(filepath.Separator), "")
}

// inside is the path of a file or folder in the folder, by its name.
func (f *folder) inside(name string) (string, fs.FileInfo, error) {
	local, err := filepath.Localize(path.Clean(strings.ReplaceAll(name, `\`, "/")))
	if err != nil || name == "" {
		return "", nil, fmt.Errorf("%q: give a path relative to the root folder, and inside it", short(name))
	}
	info, err := f.root.Stat(local)
	if err != nil {
		return "", nil, fmt.Errorf("%q: %w", short(name), reason(err))
	}
	found, err := filepath.EvalSymlinks(filepath.Join(f.path, local))
	if err != nil {
		return "", nil, fmt.Errorf("%q: %w", short(name), reason(err))
	}
	if found != f.path && !strings.HasPrefix(found, strings.TrimSuffix(f.path, string(filepath.Separator))+string(filepath.Separator)) {
		return "", nil, fmt.Errorf("%q: it lies outside of the root folder", short(name))
	}
	return found, info, nil
}

// reason is an error without the path that it names.
func reason(err error) error {
	if named := (*fs.PathError)(nil); errors.As(err, &named) {
		return named.Err
	}
	return err
}

// input is the path of a file of features that the program reads by itself.
func (f *folder) input(name string) (string, error) {
	found, info, err := f.inside(name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%q: it is no file", short(name))
	}
	if err := f.companions(found, true); err != nil {
		return "", err
	}
	if err := native(found); err != nil {
		return "", fmt.Errorf("%q: %w", short(name), err)
	}
	return found, nil
}

// companions looks at what has the same name as a file but for the ending, such as the .dbf of a .shp: it is read and written with it.
// Links are refused, for they may lead out; those to files inside may be read.
func (f *folder) companions(file string, reading bool) error {
	place := filepath.Dir(file)
	all, err := os.ReadDir(place)
	if err != nil {
		return reason(err)
	}
	name := strings.ToLower(filepath.Base(file))
	stem := strings.TrimSuffix(name, filepath.Ext(name)) + "."
	for _, entry := range all {
		if !strings.HasPrefix(strings.ToLower(entry.Name()), stem) || entry.Type().IsRegular() {
			continue
		}
		within, err := filepath.Rel(f.path, filepath.Join(place, entry.Name()))
		if err == nil && reading {
			_, err = f.root.Stat(within)
		}
		if err != nil || !reading {
			return fmt.Errorf("%q beside it is no file of the root folder", short(entry.Name()))
		}
	}
	return nil
}

// native refuses files that need GDAL: some of its formats name other files and hosts.
func native(file string) error {
	in, err := os.Open(file)
	if err != nil {
		return reason(err)
	}
	defer in.Close()
	head := make([]byte, 4<<10)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return reason(err)
	}
	head = head[:n]
	ending := strings.ToLower(filepath.Ext(file))
	if bytes.HasPrefix(head, []byte("SQLite format 3\x00")) {
		const id = 68 // of the application that the database is of
		if ending == ".gpkg" || len(head) >= id+4 && slices.Contains([]string{"GPKG", "GP10", "GP11"}, string(head[id:id+4])) {
			return nil
		}
	}
	for _, magic := range []string{"\x1f\x8b", "\x00\x00\x27\x0a", "PAR1"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return nil
		}
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) && zippedShapefile(in) {
		return nil
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n\x1e")
	if bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("[")) {
		return nil
	}
	if slices.Contains([]string{".csv", ".tsv", ".rdb"}, ending) && !bytes.HasPrefix(text, []byte("<")) && !bytes.HasPrefix(head, []byte("PK")) {
		return nil
	}
	return errors.New("it is none of the formats that are read here: GeoJSON, Shapefile (also zipped), GeoPackage, GeoParquet, CSV of points")
}

// zippedShapefile reports an archive of a Shapefile and of nothing that GDAL would be asked for.
func zippedShapefile(file *os.File) bool {
	info, err := file.Stat()
	if err != nil {
		return false
	}
	archive, err := zip.NewReader(file, info.Size())
	if err != nil {
		return false
	}
	shape := false
	for _, entry := range archive.File {
		name := strings.ToLower(entry.Name)
		if strings.Contains(name, ".gdb/") || strings.HasSuffix(name, ".kml") {
			return false
		}
		shape = shape || strings.HasSuffix(name, ".shp")
	}
	return shape
}

// output is the path of a table that may be written, and its format. What is there already is replaced only where a journal shows that
// this table was written by such a run.
func (f *folder) output(name string) (string, table.Format, error) {
	format := table.FormatOf(name)
	if strings.EqualFold(path.Ext(name), ".parquet") {
		format = parquet.Format{}
	}
	if format == nil {
		return "", nil, fmt.Errorf("output: %q: the ending is none of .csv, .ndjson, .jsonl, .json, .parquet", short(name))
	}
	clean := path.Clean(strings.ReplaceAll(name, `\`, "/"))
	for part := range strings.SplitSeq(clean, "/") {
		if strings.HasPrefix(part, ".") {
			return "", nil, fmt.Errorf("output: %q: give a path relative to the root folder, inside it, and without hidden names", short(name))
		}
	}
	lower := strings.ToLower(clean)
	if strings.HasSuffix(lower, ".errors.csv") || strings.HasSuffix(lower, ".meta.json") {
		return "", nil, fmt.Errorf("output: %q: so are files called that stand beside a table; choose another name", short(name))
	}
	place, info, err := f.inside(path.Dir(clean))
	if err != nil {
		return "", nil, fmt.Errorf("output: the folder %w", err)
	}
	if !info.IsDir() {
		return "", nil, fmt.Errorf("output: the folder %q: it is no folder", short(path.Dir(clean)))
	}
	file := filepath.Join(place, path.Base(clean))
	if err := f.companions(file, false); err != nil {
		return "", nil, fmt.Errorf("output: %w", err)
	}
	state, err := journal.Inspect(tabulate.JournalPath(file))
	if err != nil {
		return "", nil, fmt.Errorf("output: %w", err)
	}
	for _, written := range []string{file, table.ErrorsPath(file), table.MetaPath(file)} {
		if _, err := os.Lstat(written); err == nil && !state.Exists {
			return "", nil, fmt.Errorf("output: %s is there already, and no journal shows that a run wrote it; choose another name", f.relative(written))
		}
	}
	return file, format, nil
}
