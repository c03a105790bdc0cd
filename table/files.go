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

// createTemporary makes the file that is written to at first, under a name that nobody has: what a user calls attributes.csv.tmp is the
// user's. What a killed run left behind is found by the name.
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

// outputs are files that get their names only when all of them are whole.
type outputs struct{ open []*output }

// An output is one file under its temporary name.
type output struct {
	path string
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

// removeLeftovers removes what killed runs have left behind of a file. Two runs do not write one file at a time.
func removeLeftovers(path string) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return // CreateTemp tells
	}
	for _, e := range entries {
		name, ours := strings.CutPrefix(e.Name(), filepath.Base(path)+temporaryMark)
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".sqlite"), temporaryEnd) // a GeoPackage has a file of SQLite beside it
		if ours && isNumber(name) {
			os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}

// isNumber reports eight digits as createTemporary writes them: another name may be the user's.
func isNumber(text string) bool {
	_, err := strconv.ParseUint(text, 16, 32)
	return err == nil && len(text) == 8
}

// restart empties the file.
func (o *output) restart() error {
	_, err := o.Seek(0, io.SeekStart)
	return errors.Join(err, o.Truncate(0))
}

// finish brings the file to the disk and closes it; only then can it be renamed, on Windows above all.
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

// discard removes what did not get its name.
func (s *outputs) discard() {
	for _, o := range s.open {
		if !o.closed {
			o.Close()
		}
		os.Remove(o.Name()) // gone if it was renamed before another could not be
	}
}

// syncFolder brings renamed names to the disk where a folder can be synced, which Windows and some network file systems
// cannot. Without it the names still change in order.
func syncFolder(path string) {
	if folder, err := os.Open(path); err == nil {
		_ = folder.Sync()
		folder.Close()
	}
}
