package bulk

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
)

// ErrNotJournal is a file where a journal should be that is none, or whose header is damaged. It is left as it is.
var ErrNotJournal = errors.New("not a journal")

// load reads the file from its start into the index. It leaves end at the end of the last whole line: what lies
// behind it was cut off while it was written. A journal without a whole header is empty.
func (j *Journal) load() error {
	lines := bufio.NewReaderSize(io.NewSectionReader(j.file, 0, 1<<62), 256<<10)
	header, err := j.loadHeader(lines)
	if err != nil || header == nil {
		return err
	}
	j.stored, j.begun = *header, true

	var heads headReader
	var line []byte
	for {
		line, err = readLine(lines, line[:0])
		if err == io.EOF {
			return nil // what is left in line was cut off
		}
		if err != nil {
			return fmt.Errorf("reading the journal %s: %w", j.path, err)
		}
		at := j.end
		j.end += int64(len(line))
		if err := j.loadLine(line, at, &heads); err != nil {
			j.damaged++
			j.finished = false // it may have been a record of a later run
		}
	}
}

// loadHeader reads the first two lines; nil is a journal that was cut off before their end.
func (j *Journal) loadHeader(lines *bufio.Reader) (*Fingerprint, error) {
	magic, err := lines.Peek(len(journalMagic))
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading the journal %s: %w", j.path, err)
	}
	if !bytes.HasPrefix([]byte(journalMagic), magic) {
		return nil, fmt.Errorf("%s is %w: it begins with %.20q; give another output, or remove it", j.path, ErrNotJournal, magic)
	}
	if len(magic) < len(journalMagic) {
		return nil, nil
	}
	if _, err := lines.Discard(len(magic)); err != nil {
		return nil, err
	}
	line, err := readLine(lines, nil)
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the journal %s: %w", j.path, err)
	}
	var header journalHeader
	text, err := journalText(line)
	if err == nil {
		err = json.Unmarshal(text, &header)
	}
	if err != nil || header.Run == nil {
		return nil, fmt.Errorf("%s is %w that can be used: its header is damaged; give another output, or remove it and start afresh",
			j.path, ErrNotJournal)
	}
	j.end = int64(len(journalMagic) + len(line))
	return header.Run, nil
}

func (j *Journal) loadLine(line []byte, at int64, heads *headReader) error {
	content, err := journalText(line)
	if err != nil {
		return err
	}
	j.finished = string(content) == journalFooter
	if j.finished {
		return nil
	}
	head, err := heads.read(content)
	if err != nil {
		return err
	}
	j.remember(head, at)
	return nil
}

// readLine appends a line with its end; io.EOF if there is no end.
func readLine(r *bufio.Reader, line []byte) ([]byte, error) {
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}
