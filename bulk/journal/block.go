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

// A journal is a magic line and blocks. Each block can be read without the others:
//
//	cas-go bulk journal 3\n
//	marker(4) length(4) crc-32c(4) content(length)        little-endian
//
// The first byte of the content is its kind. A session block (JSON) says which run wrote the blocks after it, with which parameters. Each
// session begins with two of them, so that damage to one does no harm, and repeats it to update the time of its last answer. A block of
// records holds the outcomes of some features (record.go); a period block names their period first. A time block says when the blocks
// after it were written. A footer marks a run that finished, with a note of the run. A reader skips unknown kinds. Of several records of
// one feature (id and geometry), the last counts.
//
// A block that was cut off while it was written is the last one, and is dropped. After a damaged block, the next one is found by its
// marker.
//
// Version 2 has a header block with the parameters in place of sessions. It is read, and becomes version 3 with the next record.
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

// mostBlock is the largest content that a block may claim to have. A block holds some 64 KiB, or one record of any size.
const mostBlock = 1 << 30

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errBadBlock means that a block is not as it was written.
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

// blockLength reads the head of a block: the length of its content and its checksum.
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

// blockContent returns the content of the block at the beginning of b.
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

// A blockScanner reads the blocks of a file in order, and skips what is damaged.
type blockScanner struct {
	file    io.ReaderAt
	in      *bufio.Reader
	at      int64        // position of in
	block   int64        // where the block that was read last began
	content bytes.Buffer // of that block
	damaged int          // places with something other than a block
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

// next reads the next whole block. It returns io.EOF if there is none.
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
		// A block that the end of the file cuts was being written, unless a whole block follows its marker.
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

// read reads the block that begins at s.at.
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
	s.content.Reset()
	// CopyN allocates as it reads: a damaged length takes no more memory than there is file.
	if _, err := io.CopyN(&s.content, s.in, int64(length)); err == io.EOF {
		return io.ErrUnexpectedEOF
	} else if err != nil {
		return err
	}
	if crc32.Checksum(s.content.Bytes(), castagnoli) != sum {
		return errBadBlock
	}
	s.at += int64(blockHead + length)
	return nil
}

// marker goes to the next marker from a position on, and reports whether there is one.
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
