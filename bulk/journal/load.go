package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
)

// ErrNotJournal is a file where a journal should be that is none, or whose header is damaged. It is left as it is.
var ErrNotJournal = errors.New("not a journal")

// load reads the file from its start into the index. It leaves end at the end of the last whole block: what lies
// behind it was cut off while it was written. A journal without a whole header is empty.
func (j *Journal) load() error {
	blocks, err := j.loadStart()
	if err != nil || blocks == nil {
		return err
	}
	for {
		before := blocks.damaged
		switch err := blocks.next(); {
		case err == io.EOF:
			j.noteDamage(blocks.damaged - before)
			return nil
		case err != nil:
			return fmt.Errorf("reading the journal %s: %w", j.path, err)
		}
		j.noteDamage(blocks.damaged - before)
		j.end = blocks.at
		if err := j.loadBlock(blocks.content, blocks.block); err != nil {
			j.noteDamage(1)
		}
	}
}

// loadStart reads the first line and the header; nil is a journal that was cut off before their end.
func (j *Journal) loadStart() (*blockScanner, error) {
	if whole, err := j.loadMagic(); err != nil || !whole {
		return nil, err
	}
	blocks := newBlockScanner(j.file, int64(len(fileMagic)))
	header, err := j.loadHeader(blocks)
	if err != nil || header == nil {
		return nil, err
	}
	j.stored, j.begun, j.end = *header, true, blocks.at
	return blocks, nil
}

// endsFinished tells of a journal whose run came to its end by its last bytes, whatever its size.
func (j *Journal) endsFinished() (bool, error) {
	if blocks, err := j.loadStart(); err != nil || blocks == nil {
		return false, err
	}
	info, err := j.file.Stat()
	if err != nil {
		return false, err
	}
	last := make([]byte, len(footer))
	if at := info.Size() - int64(len(last)); at >= j.end {
		if _, err := j.file.ReadAt(last, at); err != nil {
			return false, fmt.Errorf("reading the journal %s: %w", j.path, err)
		}
	}
	return bytes.Equal(last, footer), nil
}

// noteDamage counts places where records are lost, perhaps those of a run that went on behind a footer.
func (j *Journal) noteDamage(places int) {
	if places > 0 {
		j.damaged += places
		j.finished = false
	}
}

// loadMagic reads the first line; false is a journal that was cut off before its end.
func (j *Journal) loadMagic() (whole bool, err error) {
	head := make([]byte, len(fileMagic))
	n, err := j.file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return false, fmt.Errorf("reading the journal %s: %w", j.path, err)
	}
	head = head[:n]
	if !strings.HasPrefix(fileMagic, string(head)) {
		return false, fmt.Errorf("%s is %w: it begins with %.20q; give another output, or remove it", j.path, ErrNotJournal, head)
	}
	return n == len(fileMagic), nil
}

// loadHeader reads the first block; nil is a journal that was cut off before its end.
func (j *Journal) loadHeader(blocks *blockScanner) (*Fingerprint, error) {
	err := blocks.read()
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF && !j.hasMoreThanHeader(blocks):
		return nil, nil
	case err != nil && err != io.ErrUnexpectedEOF && !errors.Is(err, errBadBlock):
		return nil, fmt.Errorf("reading the journal %s: %w", j.path, err)
	}
	var header header
	if err == nil && blocks.content[0] == headerBlock {
		err = json.Unmarshal(blocks.content[1:], &header)
	}
	if err != nil || header.Run == nil {
		return nil, fmt.Errorf("%s is %w that can be used: its header is damaged; give another output, or remove it and start afresh",
			j.path, ErrNotJournal)
	}
	return header.Run, nil
}

// hasMoreThanHeader reports that there is another block, so that a header that seems to be cut has a damaged length.
func (j *Journal) hasMoreThanHeader(blocks *blockScanner) bool {
	found, err := blocks.marker(int64(len(fileMagic)) + 1)
	return found || err != nil
}

// loadBlock takes in what a block holds, but for the answers.
func (j *Journal) loadBlock(content []byte, at int64) error {
	switch content[0] {
	case footerBlock:
		j.finished = true
		return nil
	case recordsBlock:
	default:
		return errBadBlock
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
