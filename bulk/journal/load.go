package journal

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNotJournal is a file where a journal should be that is none, or whose head is damaged. It is left as it is.
var ErrNotJournal = errors.New("not a journal")

// load reads the file from its start into the index, or headOnly up to the first session. It leaves end at the end of the last whole block: what lies
// behind it was cut off while it was written. A journal without a whole session is empty.
func (j *Journal) load(headOnly bool) error {
	if whole, err := j.loadMagic(); err != nil || !whole {
		return err
	}
	blocks := newBlockScanner(j.file, int64(len(fileMagic)))
	j.end = blocks.at
	for {
		before := blocks.damaged
		err := blocks.next()
		j.noteDamage(blocks.damaged - before)
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("reading the journal %s: %w", j.path, err)
		}
		j.end = blocks.at
		if err := j.loadBlock(blocks.content, blocks.block); err != nil {
			j.noteDamage(1)
		}
		if headOnly && j.begun {
			return nil
		}
	}
	if !j.begun && (j.end > int64(len(fileMagic)) || j.damaged > 0) {
		return fmt.Errorf("%s is %w that can be used: its head is damaged; give another output, or remove it and start afresh",
			j.path, ErrNotJournal)
	}
	return nil
}

// noteDamage counts places where records are lost, perhaps those of a run that went on behind a footer.
func (j *Journal) noteDamage(places int) {
	if places > 0 {
		j.damaged += places
		j.finished = false
	}
}

// loadMagic reads the first line; false is a journal that was cut off before its end. A line that is damaged is one all the same if a
// session of a version that is known stands behind it.
func (j *Journal) loadMagic() (whole bool, err error) {
	head := make([]byte, len(fileMagic))
	n, err := j.file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return false, fmt.Errorf("reading the journal %s: %w", j.path, err)
	}
	head = head[:n]
	if strings.HasPrefix(fileMagic, string(head)) || strings.HasPrefix(magic2, string(head)) {
		j.old = string(head) == magic2
		return n == len(fileMagic), nil
	}
	blocks := newBlockScanner(j.file, int64(len(fileMagic)))
	if blocks.read() == nil && (blocks.content[0] == sessionBlock || blocks.content[0] == headerBlock) && j.loadSession(blocks.content[1:]) == nil {
		j.sessions, j.begun = nil, false // it is read again
		j.old = true                     // the line is written anew
		return true, nil
	}
	return false, fmt.Errorf("%s is %w: it begins with %.20q; give another output, or remove it", j.path, ErrNotJournal, head)
}

// loadBlock takes in what a block holds, but for the answers.
func (j *Journal) loadBlock(content []byte, at int64) error {
	switch content[0] {
	case footerBlock:
		j.finished, j.note = true, string(content[1:])
		return nil
	case sessionBlock, headerBlock:
		err := j.loadSession(content[1:])
		if err == nil {
			j.stampSession(at)
		}
		return err
	case timeBlock:
		return j.loadTime(content[1:], at)
	case recordsBlock, periodBlock:
	default:
		return nil // of a later version
	}
	heads, err := readRecordHeads(content)
	if err != nil {
		return err
	}
	j.finished = false
	for i := range heads {
		j.remember(&heads[i], placeOf(at, i, heads[i].done()))
	}
	return nil
}
