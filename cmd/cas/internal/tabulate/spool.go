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

	"github.com/community-attribute-service/cas-go/bulk"
)

// A spool is a file beside the journal that holds, in input order, what a table needs of features that can be read once. Its name is
// fixed, so that what a killed run left behind is overwritten by the next one.
type spool struct {
	path   string
	shapes bool // keep the geometries, which else lie in the journal by their hashes alone

	file *os.File
	out  *bufio.Writer
	json *json.Encoder
}

// spooled is a feature in the spool. Texts of the input are kept as strings, since JSON in JSON would not keep its spelling.
type spooled struct {
	ID       string            `json:"id"`
	Hash     bulk.GeometryHash `json:"hash"`
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

func (s *spool) add(f bulk.Feature) error {
	line := spooled{ID: f.ID, Hash: bulk.HashGeometry(f.Geometry)}
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

// hasForeignCRS reports a geometry whose numbers are no degrees, which its text alone would not tell.
func hasForeignCRS(f bulk.Feature) bool {
	problem := bulk.Inspect(f).Problem
	return problem != nil && problem.Code == bulk.ForeignCRS
}

// whole says that all features were added.
func (s *spool) whole() error { return s.wrap(s.out.Flush()) }

// outcomes yields what became of the features, from the journal.
func (s *spool) outcomes(j *bulk.Journal) iter.Seq2[bulk.Outcome, error] {
	return func(yield func(bulk.Outcome, error) bool) {
		lines := json.NewDecoder(bufio.NewReaderSize(io.NewSectionReader(s.file, 0, 1<<62), 64<<10))
		for i := 0; ; i++ {
			o, err := s.next(lines, i, j)
			if err == io.EOF {
				return
			}
			if !yield(o, s.wrap(err)) || err != nil {
				return
			}
		}
	}
}

func (s *spool) next(lines *json.Decoder, i int, j *bulk.Journal) (bulk.Outcome, error) {
	var line spooled
	if err := lines.Decode(&line); err != nil {
		return bulk.Outcome{}, err
	}
	o, found, err := j.Lookup(line.ID, line.Hash)
	if err == nil && !found {
		err = fmt.Errorf("%w of feature %d (id %q)", bulk.ErrNotRecorded, i, line.ID)
	}
	if err != nil {
		return bulk.Outcome{}, err
	}
	o.Feature.Index = i
	if line.Geometry != nil {
		o.Feature.Geometry = json.RawMessage(*line.Geometry)
	}
	if line.Keep != nil {
		o.Feature.Properties = make(map[string]json.RawMessage, len(line.Keep))
		for name, value := range line.Keep {
			o.Feature.Properties[name] = json.RawMessage(value)
		}
	}
	return o, nil
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
