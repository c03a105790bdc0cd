package bulk

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A journal is text: a magic line, then a line per record, each of the length of its JSON in bytes, the JSON's
// CRC-32C (Castagnoli), both as eight hexadecimal digits, and the JSON:
//
//	cas-go bulk journal 1
//	00000061 1c291ca3 {"run":{"dataset_ids":["a:b"],…}}
//	0000021f 8d2c9a41 {"id":"7120034520","geometry":"9f86d081884c7d659a2feaa0c55ad015","done":true,"response":{…}}
//	00000010 5c1f3a02 {"finished":true}
//
// The second line is the run's fingerprint. Of several records of one feature (id and geometry) the last counts.
// A last line {"finished":true} marks a run that came to its end. JSON has no raw line ends, so that whatever
// is damaged, the next line is found again.
const (
	journalMagic  = "cas-go bulk journal 1\n"
	journalPrefix = len("00000000 00000000 ")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errBadLine = errors.New("damaged record")

func appendJournalLine(b, text []byte) []byte {
	b = fmt.Appendf(b, "%08x %08x ", len(text), crc32.Checksum(text, castagnoli))
	return append(append(b, text...), '\n')
}

// journalPrefixOf reads the front of a line: how long its JSON is and what it should sum up to.
func journalPrefixOf(line []byte) (length int64, sum uint32, err error) {
	if len(line) < journalPrefix || line[8] != ' ' || line[17] != ' ' {
		return 0, 0, errBadLine
	}
	var n, s [4]byte
	if _, err := hex.Decode(n[:], line[:8]); err != nil {
		return 0, 0, errBadLine
	}
	if _, err := hex.Decode(s[:], line[9:17]); err != nil {
		return 0, 0, errBadLine
	}
	return int64(bigEndian(n)), bigEndian(s), nil
}

func bigEndian(b [4]byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// journalText is the JSON of a line, which has to be whole.
func journalText(line []byte) ([]byte, error) {
	length, sum, err := journalPrefixOf(line)
	if err != nil {
		return nil, err
	}
	text, ended := bytes.CutSuffix(line[journalPrefix:], []byte("\n"))
	if !ended || int64(len(text)) != length || crc32.Checksum(text, castagnoli) != sum {
		return nil, errBadLine
	}
	return text, nil
}

// journalHeader is the second line of a journal.
type journalHeader struct {
	Run *Fingerprint `json:"run"`
}

// journalFooter is the last line of a finished one.
const journalFooter = `{"finished":true}`

func appendJournalHeader(b []byte, f Fingerprint) ([]byte, error) {
	text, err := json.Marshal(journalHeader{&f})
	if err != nil {
		return nil, fmt.Errorf("the parameters cannot be recorded in the journal: %w", err)
	}
	return appendJournalLine(append(b, journalMagic...), text), nil
}

// A headReader reads what identifies a record, without the rest.
type headReader struct {
	text    bytes.Reader
	decoder jsontext.Decoder
}

func (h *headReader) read(text []byte) (head journalEntry, err error) {
	h.text.Reset(text)
	d := &h.decoder
	d.Reset(&h.text)
	if _, err := d.ReadToken(); err != nil {
		return head, err
	}
	for _, member := range []struct {
		name  string
		value any
	}{{"id", &head.ID}, {"geometry", &head.Geometry}, {"done", &head.Done}} {
		name, err := d.ReadToken()
		if err != nil {
			return head, err
		}
		if name.Kind() != '"' || name.String() != member.name {
			return head, errBadLine
		}
		if err := json.UnmarshalDecode(d, member.value); err != nil {
			return head, err
		}
	}
	return head, nil
}
