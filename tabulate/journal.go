package tabulate

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
)

// A run's files have one stem: the tables attributes.csv and attributes.parquet, what failed and the description of both, and the
// journal, attributes.journal.
func stem(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }

// tableEndings are those that a journal may be named after: it stood beside one table once, as attributes.csv.journal.
var tableEndings = []string{".csv", ".parquet", ".ndjson", ".jsonl", ".json"}

// JournalPath returns the name of the journal beside a table: attributes.journal beside attributes.csv, or attributes.csv.journal if an
// earlier version of this module has left one.
func JournalPath(path string) string {
	own := stem(path) + ".journal"
	if exists(own) {
		return own
	}
	for _, ending := range append([]string{filepath.Ext(path)}, tableEndings...) {
		if old := stem(path) + ending + ".journal"; exists(old) {
			return old
		}
	}
	return own
}

// spoolPath is the name of the spool beside the journal.
func spoolPath(path string) string { return stem(path) + ".spool" }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// A Refusal means that a run would replace or orphan files of an earlier run. Nothing was changed; errors.Is finds
// [cas.ErrInvalidRequest].
type Refusal struct {
	Problem string // what is wrong
	Hint    string // what to do
}

// Error returns the problem.
func (e *Refusal) Error() string { return e.Problem }

// Is reports that a Refusal is a [cas.ErrInvalidRequest].
func (e *Refusal) Is(target error) bool { return target == cas.ErrInvalidRequest }

// mayWrite refuses a run that would replace a table that no journal accounts for, or leave another table of its stem behind.
func (j *Job) mayWrite() error {
	path := JournalPath(j.Outputs[0].Path)
	info, err := os.Stat(path)
	switch known := err == nil && info.Size() > 0; { // an empty one knows nothing
	case j.Overwrite:
	case j.Resume && !known:
		return &Refusal{
			Problem: fmt.Sprintf("there is no journal %s to resume from", filepath.Base(path)),
			Hint:    "start the run without asking it to resume: a stopped run resumes by itself",
		}
	case !known:
		for _, path := range j.replaced() {
			return &Refusal{
				Problem: fmt.Sprintf("%s exists, and no journal says what it was made from", path),
				Hint:    "give another output, or replace it by --overwrite",
			}
		}
	}
	for _, name := range tablesOf(table.MetaPath(j.Outputs[0].Path)) {
		stale := filepath.Join(filepath.Dir(j.Outputs[0].Path), name)
		if exists(stale) && !slices.ContainsFunc(j.Outputs, func(o Output) bool { return filepath.Base(o.Path) == name }) {
			return &Refusal{
				Problem: fmt.Sprintf("%s is of the same run, and would be left behind", stale),
				Hint:    fmt.Sprintf("name both: -o %s -o %s; or make one from the other by 'cas convert'; or remove it", stale, j.Outputs[0].Path),
			}
		}
	}
	return nil
}

// replaced lists what a run without a journal would replace: tables, and files beside them that do not begin as those of a run do.
func (j *Job) replaced() (paths []string) {
	for _, o := range j.Outputs {
		if exists(o.Path) {
			paths = append(paths, o.Path)
		}
	}
	first := j.Outputs[0].Path
	for _, f := range [][2]string{{table.ErrorsPath(first), "id,dataset,"}, {table.MetaPath(first), "{\n  \"table\""}, {spoolPath(first), `{"id":`}} {
		if path, begins := f[0], f[1]; !beginsWith(path, begins) {
			paths = append(paths, path)
		}
	}
	return paths
}

// beginsWith reports that a file begins with a text, is empty or not there.
func beginsWith(path, text string) bool {
	file, err := os.Open(path)
	if err != nil {
		return true // which the one who creates it tells
	}
	defer file.Close()
	begin := make([]byte, len(text))
	n, _ := io.ReadFull(file, begin)
	return strings.HasPrefix(text, string(begin[:n]))
}

// sameInput refuses a run that would replace the table of another input, and tells of one that was edited: what the table was made of
// stands in its description.
func (j *Job) sameInput(src source) error {
	path, sum := j.Outputs[0].Path, ""
	if !j.Input.Source.Once() { // of a stream it is known in the end
		sum = src.sha256()
	}
	was := describedBeside(JournalPath(path))
	if j.Overwrite || j.Resume || was.InputSHA256 == "" || was.InputSHA256 == sum || !exists(path) {
		return nil
	}
	if was.Input == j.Input.Name {
		if sum != "" {
			j.tell("%s has changed since %s was made of it", was.Input, filepath.Base(path))
		}
		return nil
	}
	return &Refusal{
		Problem: fmt.Sprintf("%s was made of %s, and this is another input", path, cmp.Or(was.Input, "GeoJSON text")),
		Hint:    "give another output; or keep the answers with --resume, or start again with --overwrite: both replace the table",
	}
}

// tablesOf names the tables that a description is of; none where there is no description.
func tablesOf(meta string) []string {
	text, err := os.ReadFile(meta)
	if err != nil {
		return nil
	}
	var m struct {
		Table struct {
			File string
			Also []string
		}
	}
	if json.Unmarshal(text, &m) != nil || m.Table.File == "" {
		return nil
	}
	return append(m.Table.Also, m.Table.File)
}

// openJournal opens the journal that the run goes on with, or begins one, and scans the input. A journal that must not be touched ends
// the run before that; an input with bad ids ends it before a journal is begun or replaced, for that takes a record.
func (j *Job) openJournal(fingerprint journal.Fingerprint, scan func() error) (*journal.Journal, error) {
	if err := j.mayWrite(); err != nil {
		return nil, err
	}
	open := journal.Open
	if j.Overwrite {
		open = journal.Create
	}
	opened, err := open(JournalPath(j.Outputs[0].Path), fingerprint)
	if changed := (*journal.FingerprintError)(nil); errors.As(err, &changed) {
		return nil, &Refusal{
			Problem: strings.TrimSuffix(changed.Error(), "; give the old parameters, or another output, or start again"),
			Hint:    "give the old parameters, or another output, or start again with --overwrite",
		}
	}
	if err != nil {
		return nil, err
	}
	if err := scan(); err != nil {
		opened.Close()
		return nil, err
	}
	opened.Describe(j.About.ServiceURL, j.About.ServiceVersion, j.About.Client)
	return opened, nil
}

// written identifies what a run writes: a finished run that would write the same of the same answers has nothing to do.
func (j *Job) written(inputSHA256 string) string {
	var outputs []string
	for _, o := range j.Outputs {
		outputs = append(outputs, filepath.Base(o.Path), o.Format.Name())
	}
	text, err := json.Marshal([]any{inputSHA256, j.Input.Name, outputs, j.Keep, j.Form, j.Ask.Fingerprint(j.IDField), j.Shard})
	if err != nil {
		panic(err) // texts and numbers
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// isThere reports that all files of a finished run are there.
func (j *Job) isThere() bool {
	paths := []string{table.ErrorsPath(j.Outputs[0].Path), table.MetaPath(j.Outputs[0].Path)}
	for _, o := range j.Outputs {
		paths = append(paths, o.Path)
	}
	return !slices.ContainsFunc(paths, func(path string) bool {
		_, err := os.Stat(path)
		return errors.Is(err, fs.ErrNotExist)
	})
}
