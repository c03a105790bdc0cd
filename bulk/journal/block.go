package journal

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
)

// A journal is a magic line and blocks, each whole in itself:
//
//	cas-go bulk journal 3\n
//	marker(4) length(4) crc-32c(4) content(length)        little-endian
//
// The first byte of the content is its kind. A session block, JSON, says which run wrote the blocks behind it, and by which parameters;
// each session begins with two of them, so that damage to one costs nothing, and repeats it with the time of its last answer. A block
// of records holds what became of some features (record.go), in the period that it names if it is a block of a period. A time block says
// when those behind it were written. A footer marks a run that came to its end, with a note of the run's own.
// Kinds that a reader does not know are skipped. Of several records of one feature (id and geometry) the last counts.
//
// A block that was cut off while it was written is the file's last and is dropped. Behind one that is damaged the next is found by its
// marker: no block needs another one to be read.
//
// Version 2 has a header block, the parameters alone, in place of sessions. It is read, and becomes version 3 with the next record.
const (
	fileVersion = 3
	fileMagic   = "cas-go bulk journal 3\n"
	magic2      = "cas-go bulk journal 2\n"
	blockMarker = "\xca\x5b\x0a\xe7"
	blockHead   = len(blockMarker) + 4 + 4

	headerBlock  = 'h' // of version 2
	sessionBlock = 's'
	recordsBlock = 'r'
	timeBlock    = 't'
	periodBlock  = 'p' // of records of one period
	footerBlock  = 'f'
)

// mostBlock is the largest content that a block may claim to have; one holds some 64 KiB, or one record of any size.
const mostBlock = 1 << 30

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errBadBlock is a block that is not as it was written.
var errBadBlock = errors.New("damaged block")

// appendBlock appends a block with this content.
func appendBlock(b []byte, content ...[]byte) []byte {
	length, sum := 0, uint32(0)
	for _, part := range content {
		length += len(part)
		sum = crc32.Update(sum, castagnoli, part)
	}
	b = append(slices.Grow(b, blockHead+length), blockMarker...)
	b = binary.LittleEndian.AppendUint32(b, uint32(length))
	b = binary.LittleEndian.AppendUint32(b, sum)
	for _, part := range content {
		b = append(b, part...)
	}
	return b
}

// blockLength reads the front of a block: how long its content is, and what that should sum up to.
func blockLength(head []byte) (length int, sum uint32, err error) {
	if len(head) < blockHead || string(head[:len(blockMarker)]) != blockMarker {
		return 0, 0, errBadBlock
	}
	n := binary.LittleEndian.Uint32(head[len(blockMarker):])
	if n == 0 || n > mostBlock {
		return 0, 0, errBadBlock
	}
	return int(n), binary.LittleEndian.Uint32(head[len(blockMarker)+4:]), nil
}

// blockContent is the content of the block that b begins with.
func blockContent(b []byte) ([]byte, error) {
	length, sum, err := blockLength(b)
	if err != nil || length > len(b)-blockHead {
		return nil, errBadBlock
	}
	content := b[blockHead : blockHead+length]
	if crc32.Checksum(content, castagnoli) != sum {
		return nil, errBadBlock
	}
	return content, nil
}

// A blockScanner reads the blocks of a file one after the other, whatever is damaged between them.
type blockScanner struct {
	file    io.ReaderAt
	in      *bufio.Reader
	at      int64 // where in stands
	content []byte
	block   int64 // where the block began whose content this is
	damaged int   // places where something else stood than a block
}

const scanBuffer = 256 << 10

func newBlockScanner(file io.ReaderAt, at int64) *blockScanner {
	s := &blockScanner{file: file, in: bufio.NewReaderSize(nil, scanBuffer)}
	s.goTo(at)
	return s
}

func (s *blockScanner) goTo(at int64) {
	s.at = at
	s.in.Reset(io.NewSectionReader(s.file, at, 1<<62))
}

// next reads the next whole block; io.EOF is that there is none.
func (s *blockScanner) next() error {
	begun := s.at
	for {
		err := s.read()
		if err == nil {
			if s.block != begun {
				s.damaged++
			}
			return nil
		}
		if err != io.ErrUnexpectedEOF && !errors.Is(err, errBadBlock) {
			return err
		}
		// Where the file ends inside a block that begins here, it was cut, unless there is a whole one behind this marker.
		whole := errors.Is(err, errBadBlock)
		found, err := s.marker(s.block + 1)
		if err != nil {
			return err
		}
		if !found {
			if whole || s.block != begun {
				s.damaged++
			}
			return io.EOF
		}
	}
}

// read reads the block that begins here.
func (s *blockScanner) read() error {
	s.block = s.at
	head, err := s.in.Peek(blockHead)
	if err == io.EOF && len(head) > 0 {
		err = io.ErrUnexpectedEOF
		if n := min(len(head), len(blockMarker)); string(head[:n]) != blockMarker[:n] {
			err = errBadBlock
		}
	}
	if err != nil {
		return err
	}
	length, sum, err := blockLength(head)
	if err != nil {
		return err
	}
	if _, err := s.in.Discard(blockHead); err != nil {
		return err
	}
	if s.content, err = readUpTo(s.in, s.content[:0], length); err != nil {
		return err
	}
	if crc32.Checksum(s.content, castagnoli) != sum {
		return errBadBlock
	}
	s.at += int64(blockHead + length)
	return nil
}

// readUpTo appends n bytes. A length that was damaged asks for no more memory than there is file.
func readUpTo(r io.Reader, b []byte, n int) ([]byte, error) {
	const piece = 1 << 20
	for n > 0 {
		part := min(n, piece)
		start := len(b)
		b = slices.Grow(b, part)[:start+part]
		if _, err := io.ReadFull(r, b[start:]); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return b, err
		}
		n -= part
	}
	return b, nil
}

// marker goes to the next marker from a place on; false is that there is none.
func (s *blockScanner) marker(at int64) (bool, error) {
	for s.goTo(at); ; {
		window, err := s.in.Peek(scanBuffer)
		if i := bytes.Index(window, []byte(blockMarker)); i >= 0 {
			s.goTo(s.at + int64(i))
			return true, nil
		}
		switch {
		case err == io.EOF:
			return false, nil
		case err != nil:
			return false, err
		}
		n, err := s.in.Discard(len(window) - len(blockMarker) + 1)
		if s.at += int64(n); err != nil {
			return false, err
		}
	}
}
