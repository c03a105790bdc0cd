package journal

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
)

// load reads the file from its start into the index, or with headOnly up to the first session. It sets end to the end of the last whole
// block; what follows was cut off while it was written. A journal without a whole session is empty.
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
		if err := j.loadBlock(blocks.content.Bytes(), blocks.block); err != nil {
			j.noteDamage(1)
		}
		if headOnly && len(j.sessions) > 0 {
			return nil
		}
	}
	if len(j.sessions) == 0 && (j.end > int64(len(fileMagic)) || j.damaged > 0) {
		return fmt.Errorf("%s is %w that can be used: its head is damaged; give another output, or remove it and start afresh",
			j.path, ErrNotJournal)
	}
	return nil
}

// noteDamage counts places where records are lost. They may be those of a run that went on after a footer.
func (j *Journal) noteDamage(places int) {
	if places > 0 {
		j.damaged += places
		j.finished = false
	}
}

// loadMagic reads the first line; whole is false if the journal was cut off within it. A damaged line is accepted if a session of a
// known version follows it.
func (j *Journal) loadMagic() (whole bool, err error) {
	head := make([]byte, len(fileMagic))
	n, err := j.file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return false, fmt.Errorf("reading the journal %s: %w", j.path, err)
	}
	head = head[:n]
	if strings.HasPrefix(fileMagic, string(head)) || strings.HasPrefix(magic2, string(head)) {
		return n == len(fileMagic), nil
	}
	blocks := newBlockScanner(j.file, int64(len(fileMagic)))
	if blocks.read() == nil {
		content := blocks.content.Bytes()
		if _, err := readSession(content[1:]); err == nil && (content[0] == sessionBlock || content[0] == headerBlock) {
			return true, nil
		}
	}
	return false, fmt.Errorf("%s is %w: it begins with %.20q; give another output, or remove it", j.path, ErrNotJournal, head)
}

// loadBlock takes in what a block says, without the answers.
func (j *Journal) loadBlock(content []byte, at int64) error {
	switch content[0] {
	case footerBlock:
		j.finished, j.note = true, string(content[1:])
		return nil
	case sessionBlock, headerBlock:
		return j.loadSession(content[1:], at)
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

// loadSession takes in the text of a session block, or of the header of version 2. A session is often repeated.
func (j *Journal) loadSession(text []byte, at int64) error {
	s, err := readSession(text)
	if err != nil {
		return err
	}
	last := len(j.sessions) - 1
	if last >= 0 && s.Parameters.grows(j.stored) {
		j.forgetDone()
	}
	j.stored = s.Parameters
	if last >= 0 && j.sessions[last].First.Equal(s.First) {
		j.sessions[last] = s
		return nil
	}
	j.sessions = append(j.sessions, s)
	session := int32(last + 1)
	if n := len(j.stamps); n == 0 || j.stamps[n-1].session != session {
		j.stamps = append(j.stamps, stamp{at: at, session: session})
	}
	return nil
}

// readSession reads the text of a session.
func readSession(text []byte) (Session, error) {
	var s sessionText
	if err := json.Unmarshal(text, &s); err != nil {
		return Session{}, err
	}
	if s.Version > fileVersion || len(s.Parameters.DatasetIDs) == 0 {
		return Session{}, errBadBlock
	}
	return s.Session, nil
}

// forgetDone marks every record as incomplete, because datasets were added. It is called with mu locked, or while the file is loaded.
func (j *Journal) forgetDone() {
	for i := range j.index.places.n {
		j.index.places.set(i, j.index.places.at(i)&^1)
	}
	j.done = 0
}

// loadTime takes in the content of a time block.
func (j *Journal) loadTime(content []byte, at int64) error {
	seconds, n := binary.Varint(content)
	const year10000 = 253402300800
	if n <= 0 || seconds < 0 || seconds >= year10000 {
		return errBadBlock
	}
	j.stamps = append(j.stamps, stamp{at: at, seconds: seconds, session: int32(max(len(j.sessions)-1, 0))})
	return nil
}
