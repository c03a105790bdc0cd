package tabulate

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// A spool is a file beside the journal that stores, in input order, what a table needs of features that can be read once. Its name is
// fixed, so the next run overwrites the file of a killed one.
type spool struct {
	path   string
	shapes bool // store the geometries

	file *os.File
	out  *bufio.Writer
	json *json.Encoder
}

// spooled is a feature in the spool. JSON of the input is stored as strings, to keep its spelling.
type spooled struct {
	ID       string            `json:"id"`
	Keep     map[string]string `json:"keep,omitempty"`
	Geometry *string           `json:"geometry,omitempty"`
}

func (s *spool) create() (err error) {
	if s.file, err = os.Create(s.path); err != nil {
		return err
	}
	s.out = bufio.NewWriterSize(s.file, 64<<10)
	s.json = json.NewEncoder(s.out)
	return nil
}

func (s *spool) add(f features.Feature) error {
	line := spooled{ID: f.ID}
	if len(f.Properties) > 0 {
		line.Keep = make(map[string]string, len(f.Properties))
		for name, value := range f.Properties {
			line.Keep[name] = string(value)
		}
	}
	if s.shapes && !hasForeignCRS(f) {
		text := string(f.Geometry)
		line.Geometry = &text
	}
	return s.wrap(s.json.Encode(line))
}

// hasForeignCRS reports whether the coordinates are not degrees. The text of the geometry alone would not tell.
func hasForeignCRS(f features.Feature) bool {
	problem := preflight.Inspect(f).Problem
	return problem != nil && problem.Code == preflight.ForeignCRS
}

// whole is called after all features were added.
func (s *spool) whole() error { return s.wrap(s.out.Flush()) }

// features yields the stored features.
func (s *spool) features() iter.Seq2[features.Feature, error] {
	return func(yield func(features.Feature, error) bool) {
		lines := json.NewDecoder(bufio.NewReaderSize(io.NewSectionReader(s.file, 0, 1<<62), 64<<10))
		for i := 0; ; i++ {
			var line spooled
			err := lines.Decode(&line)
			if err == io.EOF {
				return
			}
			if !yield(line.feature(i), s.wrap(err)) || err != nil {
				return
			}
		}
	}
}

func (line *spooled) feature(i int) features.Feature {
	f := features.Feature{ID: line.ID, Index: i}
	if line.Geometry != nil {
		f.Geometry = json.RawMessage(*line.Geometry)
	}
	if line.Keep != nil {
		f.Properties = make(map[string]json.RawMessage, len(line.Keep))
		for name, value := range line.Keep {
			f.Properties[name] = json.RawMessage(value)
		}
	}
	return f
}

func (s *spool) remove() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Close(), os.Remove(s.path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (s *spool) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("spool %s: %w", s.path, err)
}
