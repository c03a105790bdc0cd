package table

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ErrorsPath is the name of the list of failures beside a table: attributes.errors.csv beside attributes.csv.
func ErrorsPath(path string) string { return stem(path) + ".errors.csv" }

// MetaPath is the name of the description beside a table: attributes.meta.json beside attributes.csv.
func MetaPath(path string) string { return stem(path) + ".meta.json" }

func stem(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }

// temporary is what a file is called while it is written. The name is fixed, so that what a killed run left behind is
// overwritten by the next one.
func temporary(path string) string { return path + ".tmp" }

// outputs are files that get their names only when all of them are whole.
type outputs struct{ open []*output }

// An output is one file under its temporary name.
type output struct {
	path string
	*os.File
	closed bool
}

func (s *outputs) create(path string) (*output, error) {
	file, err := os.Create(temporary(path))
	if err != nil {
		return nil, err
	}
	o := &output{path: path, File: file}
	s.open = append(s.open, o)
	return o, nil
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
		if err := os.Rename(temporary(o.path), o.path); err != nil {
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
		os.Remove(temporary(o.path)) // gone if it was renamed before another could not be
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
