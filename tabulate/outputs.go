package tabulate

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
)

// An Output is a table to write.
type Output struct {
	Path   string       // of the file
	Format table.Format // that it is written in
}

// stem returns what the names of a run's files begin with: attributes for attributes.csv, attributes.parquet, attributes.journal and so on.
func stem(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }

// tableEndings are the endings of tables in the names of journals of earlier versions, such as attributes.csv.journal.
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

// spoolPath returns the name of the spool beside the journal.
func spoolPath(path string) string { return stem(path) + ".spool" }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// invalid is the error of a job that cannot be right: errors.Is finds cas.ErrInvalidRequest.
type invalid struct{ error }

func (invalid) Is(target error) bool { return target == cas.ErrInvalidRequest }
func (e invalid) Unwrap() error      { return e.error }

// checkOutputs refuses outputs that one run cannot write.
func (j *Job) checkOutputs() error {
	if len(j.Outputs) == 0 {
		return invalid{errors.New("a run needs an output")}
	}
	for i, o := range j.Outputs {
		if slices.ContainsFunc(j.Outputs[:i], func(other Output) bool { return filepath.Clean(other.Path) == filepath.Clean(o.Path) }) {
			return invalid{fmt.Errorf("the output %s is named twice", o.Path)}
		}
		if stem(filepath.Clean(o.Path)) != stem(filepath.Clean(j.Outputs[0].Path)) {
			return invalid{fmt.Errorf("the outputs %s and %s of one run have to differ in their endings alone", j.Outputs[0].Path, o.Path)}
		}
	}
	if !j.Shard.Whole() && len(j.Outputs) > 1 {
		return invalid{errors.New("a shard writes one table: give one output")}
	}
	return nil
}

// checkReplaced refuses to write over the input, or where a folder is.
func (j *Job) checkReplaced() error {
	var inputs []os.FileInfo
	for _, path := range append(j.Input.Source.Files(), j.Input.Source.Path()) {
		if in, err := os.Stat(path); err == nil {
			inputs = append(inputs, in)
		}
	}
	first := j.Outputs[0].Path
	paths := []string{table.ErrorsPath(first), table.MetaPath(first), JournalPath(first), spoolPath(first)}
	for _, o := range j.Outputs {
		paths = append(paths, o.Path)
	}
	for _, path := range paths {
		out, err := os.Stat(path)
		if err == nil && slices.ContainsFunc(inputs, func(in os.FileInfo) bool { return os.SameFile(in, out) }) {
			return invalid{fmt.Errorf("the output %s would replace the input", filepath.Base(path))}
		}
		if err == nil && out.IsDir() {
			return invalid{fmt.Errorf("the output %s is a folder", path)}
		}
	}
	return nil
}

// A Refusal means that a run was refused before it began, for example because it would replace files of an earlier run. Nothing was
// changed; errors.Is finds [cas.ErrInvalidRequest].
type Refusal struct {
	Problem string // what is wrong
	Hint    string // what to do
}

// Error returns the problem.
func (e *Refusal) Error() string { return e.Problem }

// Is reports that a Refusal is a [cas.ErrInvalidRequest].
func (e *Refusal) Is(target error) bool { return target == cas.ErrInvalidRequest }

// mayWrite refuses a run that would replace a table without a journal, or leave an old table of the same run behind.
func (j *Job) mayWrite() error {
	path := JournalPath(j.Outputs[0].Path)
	info, err := os.Stat(path)
	switch known := err == nil && info.Size() > 0; { // an empty journal knows nothing
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
	for _, name := range readDescription(table.MetaPath(j.Outputs[0].Path)).tables {
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

// sameInput refuses a run that would replace the table of another input, and tells of an input that was edited. The description of a table
// names its input.
func (j *Job) sameInput(src source) error {
	path, sum := j.Outputs[0].Path, ""
	if !j.Input.Source.Once() { // the hash of a stream is known at its end
		sum = src.sha256()
	}
	was := readDescription(table.MetaPath(path)).about
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

// A description is what a run reads from the description of an earlier table.
type description struct {
	about  table.About
	tables []string // file names
}

// readDescription returns an empty description if there is none.
func readDescription(path string) (d description) {
	text, err := os.ReadFile(path)
	if err != nil {
		return d
	}
	var m struct {
		Table struct {
			File string
			Also []string
		}
		Service  struct{ URL, Version string }
		Client   string
		Input    struct{ Name, SHA256, CRS string }
		Datasets []struct {
			ID, Name, License, Citation string
			Resolution                  *float64 `json:"resolution_m"`
		}
	}
	if json.Unmarshal(text, &m) != nil {
		return d
	}
	if m.Table.File != "" {
		d.tables = append(m.Table.Also, m.Table.File)
	}
	d.about = table.About{ServiceURL: m.Service.URL, ServiceVersion: m.Service.Version, Client: m.Client, Input: m.Input.Name, InputSHA256: m.Input.SHA256, InputCRS: m.Input.CRS}
	for _, known := range m.Datasets {
		resolution := cas.Number(math.NaN())
		if known.Resolution != nil {
			resolution = cas.Number(*known.Resolution)
		}
		d.about.Datasets = append(d.about.Datasets, cas.Dataset{
			ID: known.ID, Name: known.Name, License: known.License, Citation: known.Citation, ResolutionM: resolution,
		})
	}
	return d
}

// metaBeside returns the name of the description beside a journal: attributes.meta.json beside attributes.journal.
func metaBeside(journal string) string {
	base := strings.TrimSuffix(journal, ".journal")
	if slices.Contains(tableEndings, filepath.Ext(base)) { // attributes.csv.journal
		base = stem(base)
	}
	return table.MetaPath(base + ".csv")
}

// openJournal opens the journal of an earlier run or a new one, and scans the input. It fails before the scan if the journal must not be
// touched. The file is made or replaced when the first answer is recorded, so an input with bad ids leaves it as it was.
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

// written identifies what a run writes. If a finished run would write the same from the same answers, it has nothing to do.
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

// countsThere returns the counts of a finished run's table, or an error if one of its files is missing.
func (j *Job) countsThere() (table.Counts, error) {
	paths := []string{table.ErrorsPath(j.Outputs[0].Path)}
	for _, o := range j.Outputs {
		paths = append(paths, o.Path)
	}
	var meta struct{ Counts table.Counts }
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return meta.Counts, err
		}
	}
	text, err := os.ReadFile(table.MetaPath(j.Outputs[0].Path))
	if err == nil {
		err = json.Unmarshal(text, &meta)
	}
	return meta.Counts, err
}

// plans returns the columns of each output.
func (j *Job) plans() (plans []*table.Plan, err error) {
	for _, o := range j.Outputs {
		plan, err := j.Form.PlanRun(j.Ask.Fingerprint(j.IDField), j.Keep, o.Format)
		if err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

// shapes reports whether an output has the geometries.
func (j *Job) shapes() bool {
	return slices.ContainsFunc(j.Outputs, func(o Output) bool {
		shaper, ok := o.Format.(table.Shaper)
		return ok && shaper.HasGeometries()
	})
}
