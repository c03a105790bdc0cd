package table

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ErrorsPath returns the name of the list of failures beside a table: attributes.errors.csv beside attributes.csv.
func ErrorsPath(path string) string { return stem(path) + ".errors.csv" }

// MetaPath returns the name of the description beside a table: attributes.meta.json beside attributes.csv.
func MetaPath(path string) string { return stem(path) + ".meta.json" }

func stem(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }

// createTemporary creates a file under a new name that removeLeftovers recognises. A file that the user named attributes.csv.tmp is not
// touched.
func createTemporary(path string) (*os.File, error) {
	for {
		name := fmt.Sprintf("%s%s%08x%s", path, temporaryMark, rand.Uint32(), temporaryEnd)
		file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
	}
}

const temporaryMark, temporaryEnd = ".cas-", ".tmp"

// outputs are files that get their names when all of them are complete.
type outputs struct{ open []*output }

// An output is one file under its temporary name.
type output struct {
	path string // final name
	*os.File
	closed bool
}

func (s *outputs) create(path string) (*output, error) {
	removeLeftovers(path)
	file, err := createTemporary(path)
	if err != nil {
		return nil, err
	}
	o := &output{path: path, File: file}
	s.open = append(s.open, o)
	return o, nil
}

// removeLeftovers removes the temporary files that killed runs left behind. No other run writes the same file at the same time.
func removeLeftovers(path string) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return // createTemporary returns the error
	}
	for _, e := range entries {
		name, ours := strings.CutPrefix(e.Name(), filepath.Base(path)+temporaryMark)
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".sqlite"), temporaryEnd) // a GeoPackage has a file of SQLite beside it
		if ours && isNumber(name) {
			os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}

// isNumber reports whether a text is eight digits, as createTemporary writes them. Another name may be the user's.
func isNumber(text string) bool {
	_, err := strconv.ParseUint(text, 16, 32)
	return err == nil && len(text) == 8
}

// restart empties the file.
func (o *output) restart() error {
	_, err := o.Seek(0, io.SeekStart)
	return errors.Join(err, o.Truncate(0))
}

// finish syncs the file to the disk and closes it. Windows cannot rename an open file.
func (o *output) finish() error {
	err := o.Sync()
	o.closed = true
	return errors.Join(err, o.Close())
}

// publish renames the files, in the order given, over older ones of their names.
func (s *outputs) publish(order ...*output) error {
	for _, o := range order {
		if err := os.Rename(o.Name(), o.path); err != nil {
			return fmt.Errorf("%w (is the file open in another program?)", err)
		}
	}
	s.open = nil
	syncFolder(filepath.Dir(order[0].path))
	return nil
}

// discard removes the files that were not renamed.
func (s *outputs) discard() {
	for _, o := range s.open {
		if !o.closed {
			o.Close()
		}
		os.Remove(o.Name()) // fails if it was renamed before another could not be
	}
}

// syncFolder syncs the new names to the disk. Windows and some network file systems cannot sync a folder; there the names still change in
// order.
func syncFolder(path string) {
	if folder, err := os.Open(path); err == nil {
		_ = folder.Sync()
		folder.Close()
	}
}
