package shapefile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"math"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

const (
	headSize = 100  // bytes of the header of a .shp and a .shx
	magic    = 9994 // the first four bytes, big-endian
	chunk    = 1 << 20
)

var big, little = binary.BigEndian, binary.LittleEndian

func isShape(head []byte) bool { return len(head) >= 4 && big.Uint32(head) == magic }

// checkShapes checks the header of a .shp.
func checkShapes(f *file) error {
	in, err := f.open()
	if err != nil {
		return err
	}
	defer in.Close()
	_, _, err = readHead(f, in)
	return err
}

// readHead reads the length in bytes and the type of the shapes from the header of a .shp or .shx.
func readHead(f *file, in io.Reader) (length int64, kind uint32, err error) {
	var head [headSize]byte
	if n, err := io.ReadFull(in, head[:]); err != nil {
		return 0, 0, f.failed(int64(n), err)
	}
	if !isShape(head[:]) {
		return 0, 0, format.Brokenf("%s is no .shp: it does not begin as one", f.name)
	}
	return 2 * int64(big.Uint32(head[24:])), little.Uint32(head[32:]), nil
}

// indexUse says what a .shx is used for.
type indexUse int

const (
	unused  indexUse = iota // it is missing, or contradicts the other files
	ordered                 // it says that the records follow each other in order
	needed                  // it says where the records are: the file was edited in place
)

// checkIndex reads a .shx to its end and says what to use it for; count is the number of records. A broken .shx is unused: the .shp is
// enough unless it was edited in place, which its record numbers show.
func checkIndex(shx *file, size int64) (use indexUse, count int) {
	in, err := shx.open()
	if err != nil {
		return unused, 0
	}
	defer in.Close()
	b := bufio.NewReaderSize(in, 1<<16)
	if _, _, err := readHead(shx, b); err != nil {
		return unused, 0
	}
	use = ordered
	expected := int64(headSize)
	for {
		at, length, err := nextIndex(b)
		if errors.Is(err, io.EOF) {
			if expected != size {
				use = needed
			}
			return use, count
		}
		end := at + 8 + length
		if err != nil || at < headSize || end > size {
			return unused, 0
		}
		if at != expected {
			use = needed
		}
		expected = end
		count++
	}
}

// nextIndex reads the position of the next record and the length of its content, in bytes.
func nextIndex(in io.Reader) (at, length int64, err error) {
	var b [8]byte
	_, err = io.ReadFull(in, b[:])
	return 2 * int64(big.Uint32(b[:])), 2 * int64(big.Uint32(b[4:])), err
}

// A shapeReader is one pass through a .shp.
type shapeReader struct {
	file   *file
	raw    io.ReadCloser
	in     *bufio.Reader
	at     int64  // bytes read
	length int64  // of the file, from its header
	kind   uint32 // of its shapes
	// numbered means that the record numbers have to be right, because no .shx confirms where the records are.
	numbered bool
	base     int // number of the first record minus one; some programs count from 0

	index    *bufio.Reader // of a .shx that is needed
	rawIndex io.ReadCloser

	content []byte
	shapes  shapeBuffers
}

func openShapes(l layer, use indexUse) (*shapeReader, error) {
	s := &shapeReader{file: l.shp, numbered: use != ordered}
	var err error
	if s.raw, err = l.shp.open(); err != nil {
		return nil, err
	}
	s.in = bufio.NewReaderSize(s.raw, 1<<18)
	s.length, s.kind, err = readHead(s.file, s.in)
	s.at = headSize
	if err == nil && use == needed {
		if s.rawIndex, err = l.shx.open(); err == nil {
			s.index = bufio.NewReader(s.rawIndex)
			_, _, err = readHead(l.shx, s.index)
		}
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *shapeReader) close() error {
	err := s.raw.Close()
	if s.rawIndex != nil {
		err = errors.Join(err, s.rawIndex.Close())
	}
	return err
}

// next returns the content of record n, or io.EOF after the last record.
func (s *shapeReader) next(n int) ([]byte, error) {
	if s.index != nil {
		at, _, err := nextIndex(s.index)
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		if err == nil {
			err = s.seek(at)
		}
		if err != nil {
			return nil, s.wrong(n, "cannot be found: %w", err)
		}
	} else if s.at == s.file.size {
		return nil, io.EOF
	}
	start := s.at
	var head [8]byte
	if err := s.read(head[:]); err != nil {
		return nil, s.wrong(n, "%w", err)
	}
	number, length := int(big.Uint32(head[:])), 2*int64(big.Uint32(head[4:]))
	if n == 1 && number == 0 {
		s.base = -1
	}
	if s.numbered && number != n+s.base {
		s.at = start
		return nil, s.wrong(n, "has the number %d: the file is damaged, or it was edited in place and its .shx is missing; "+
			"ogr2ogr new.shp old.shp puts the latter right", number)
	}
	if left := s.file.size - s.at; length > left {
		s.at = start
		return nil, s.wrong(n, "should have %d bytes where the file has %d left: it is cut or damaged; get it again", length, left)
	}
	if err := s.readContent(length); err != nil {
		return nil, s.wrong(n, "%w", err)
	}
	return s.content, nil
}

// readContent reads length bytes in chunks, because length may be wrong: memory grows only with the bytes that are there.
func (s *shapeReader) readContent(length int64) error {
	s.content = s.content[:0]
	for length > 0 {
		n := int(min(length, chunk))
		old := len(s.content)
		if cap(s.content) < old+n {
			s.content = append(s.content, make([]byte, n)...)
		}
		s.content = s.content[:old+n]
		if err := s.read(s.content[old:]); err != nil {
			return err
		}
		length -= int64(n)
	}
	return nil
}

func (s *shapeReader) read(b []byte) error {
	n, err := io.ReadFull(s.in, b)
	s.at += int64(n)
	if err != nil {
		return s.file.failed(s.at, err)
	}
	return nil
}

// seek moves to a position. A file in an archive can only be read forwards.
func (s *shapeReader) seek(to int64) error {
	if to >= s.at && to-s.at <= 1<<20 || s.seeker() == nil && to >= s.at {
		n, err := io.CopyN(io.Discard, s.in, to-s.at)
		s.at += n
		return err
	}
	if s.seeker() == nil {
		return errors.New("the file was edited in place and its records are not in order; unpack the archive first")
	}
	if _, err := s.seeker().Seek(to, io.SeekStart); err != nil {
		return err
	}
	s.in.Reset(s.raw)
	s.at = to
	return nil
}

func (s *shapeReader) seeker() io.Seeker {
	seeker, _ := s.raw.(io.Seeker)
	return seeker
}

// end is called after record n, the last one. It reports a file that ends too early, and reads the rest so that an archive's checksum
// is verified.
func (s *shapeReader) end(n int) error {
	if size := s.file.size; s.length > size {
		return format.Brokenf("%s is cut: it has %d bytes of %d and ends behind record %d; get it again", s.file.name, size, s.length, n)
	}
	rest, err := io.Copy(io.Discard, s.in)
	if s.at += rest; err != nil {
		return s.file.failed(s.at, err)
	}
	return nil
}

func (s *shapeReader) wrong(n int, text string, args ...any) error {
	return format.Brokenf("%s: record %d at byte %d "+text, append([]any{s.file.name, n, s.at}, args...)...)
}

// A shapeBuffers holds the geometry of one record; the next record overwrites it.
type shapeBuffers struct {
	positions [][2]float64
	rings     []ring
	grouping
}

// geometry decodes the content of a record.
func (s *shapeReader) geometry(content []byte) (format.Geometry, error) {
	if len(content) < 4 {
		return format.Geometry{}, format.Brokenf("the shape has %d bytes and no type", len(content))
	}
	kind := little.Uint32(content)
	if kind == 0 {
		if len(content) > 4 {
			return format.Geometry{}, format.Brokenf("the null shape has %d bytes instead of 4", len(content))
		}
		return format.Geometry{}, nil
	}
	if kind%10 != s.kind%10 { // tens say whether there are Z and M, of which some headers know nothing
		return format.Geometry{}, format.Brokenf("the shape has type %d in a file of type %d", kind, s.kind)
	}
	switch kind {
	case 1, 11, 21:
		if len(content) < 20 {
			return format.Geometry{}, format.Brokenf("the point has %d bytes of 20", len(content))
		}
		return format.Geometry{Type: "Point", Point: position(content[4:])}, nil
	case 3, 13, 23:
		return format.Geometry{Type: "LineString"}, nil
	case 5, 15, 25:
		return s.shapes.polygon(content)
	case 8, 18, 28:
		return format.Geometry{Type: "MultiPoint"}, nil
	case 31:
		return format.Geometry{Type: "MultiPatch"}, nil
	}
	return format.Geometry{}, format.Brokenf("shape type %d does not exist", kind)
}

func position(b []byte) [2]float64 {
	return [2]float64{math.Float64frombits(little.Uint64(b)), math.Float64frombits(little.Uint64(b[8:]))}
}

// polygon decodes a box, the numbers of rings and of positions, the start of each ring, and the positions. Z and M follow and are left
// out.
func (b *shapeBuffers) polygon(content []byte) (format.Geometry, error) {
	if len(content) < 44 {
		return format.Geometry{}, format.Brokenf("the polygon has %d bytes of at least 44", len(content))
	}
	rings, positions := int64(little.Uint32(content[36:])), int64(little.Uint32(content[40:]))
	if need := 44 + 4*rings + 16*positions; need > int64(len(content)) {
		return format.Geometry{}, format.Brokenf("the polygon has %d rings and %d positions, for which %d bytes are too few", rings, positions, len(content))
	}
	starts := content[44:]
	coordinates := starts[4*rings:]
	if int64(cap(b.positions)) < positions {
		b.positions = make([][2]float64, positions)
	}
	b.positions = b.positions[:positions]
	for i := range b.positions {
		b.positions[i] = position(coordinates[16*i:])
	}
	b.rings = b.rings[:0]
	for i := range rings {
		from, to := int64(little.Uint32(starts[4*i:])), positions
		if i+1 < rings {
			to = int64(little.Uint32(starts[4*i+4:]))
		}
		if from > to || to > positions || i == 0 && from != 0 {
			return format.Geometry{}, format.Brokenf("ring %d of the polygon goes from position %d to %d of %d", i+1, from, to, positions)
		}
		if to > from {
			b.rings = append(b.rings, newRing(b.positions[from:to:to]))
		}
	}
	if rings == 0 && positions > 0 {
		return format.Geometry{}, format.Brokenf("the polygon has %d positions and no ring", positions)
	}
	return b.group(b.rings), nil
}
