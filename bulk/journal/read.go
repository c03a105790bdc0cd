package journal

import (
	"fmt"
	"iter"
	"os"
	"strings"
)

// Read opens a journal to read what it holds, for the parameters of the run that wrote it. Nothing is locked or changed, and nothing can
// be appended; records that another process appends meanwhile are not seen. Errors: fs.ErrNotExist, ErrNotJournal, a journal without a
// record, and those of the file system.
func Read(path string) (*Journal, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	j := newJournal(path, file)
	if err = j.load(false); err == nil && !j.begun {
		err = fmt.Errorf("%s: the journal holds no record", path)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	j.ask(j.stored)
	j.broken = fmt.Errorf("the journal %s is open for reading only", path)
	return j, nil
}

// Newest yields the number of every feature's newest record, in the order in which they were written.
func (j *Journal) Newest() iter.Seq2[Number, error] {
	return func(yield func(Number, error) bool) {
		for n := range Number(j.State().Records) {
			at := j.place(n)
			j.reading.Lock()
			var id string
			var geometry GeometryHash
			head, err := j.cursor.head(at)
			if err == nil {
				id, geometry = strings.Clone(head.id), head.geometry // the head is good until the cursor moves
			}
			j.reading.Unlock()
			if err != nil {
				yield(n, err)
				return
			}
			if newest, _ := j.Find(id, geometry); newest == n && !yield(n, nil) {
				return
			}
		}
	}
}
