package jsonread

import (
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how many objects and arrays json v2 lets lie inside each other.
const maxDepth = 10000

// Skip reads any value, and gives the part of the text where it stands.
func (r *Reader) Skip() []byte {
	c := r.peek()
	start := r.pos
	switch c {
	case '"':
		r.quoted()
	case 'n':
		r.null()
	case 't':
		r.literal("true")
	case 'f':
		r.literal("false")
	case '{', '[':
		r.skipNested()
	default:
		r.skipNumber()
	}
	if r.stopped {
		return nil
	}
	return r.text[start:r.pos]
}

// skipNested leaves what the contract does not know to the library, which also sees names that stand twice.
func (r *Reader) skipNested() {
	r.rest = pieces{r: r, at: r.pos, size: firstPiece}
	if r.library == nil {
		r.library = jsontext.NewDecoder(&r.rest)
	} else {
		r.library.Reset(&r.rest)
	}
	for {
		_, err := r.library.ReadToken()
		var wrong *jsontext.SyntacticError
		switch {
		case r.stopped: // by the context
			return
		case errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF:
			r.cut()
			return
		case errors.As(err, &wrong):
			r.pos += int(wrong.ByteOffset)
			r.fail(wrong.Err.Error())
			return
		case err != nil:
			r.fail(err.Error())
			return
		}
		switch depth := r.library.StackDepth(); {
		case depth == 0:
			r.pos += int(r.library.InputOffset())
			return
		case depth+r.depth > maxDepth:
			r.fail("values are nested too deeply")
			return
		}
	}
}

// pieces gives the library the rest of a text, little at first, for most values are small, and looks at the context between.
type pieces struct {
	r        *Reader
	at, size int
}

const firstPiece = 512 // bytes

func (p *pieces) Read(b []byte) (int, error) {
	switch {
	case p.at >= p.r.look && !p.r.heedAt(p.at):
		return 0, p.r.ctx.Err()
	case p.at == len(p.r.text):
		return 0, io.EOF
	}
	n := copy(b, p.r.text[p.at:min(p.at+p.size, len(p.r.text))])
	p.at += n
	p.size = min(2*p.size, stride)
	return n, nil
}

// skipNumber reads a number that may be out of a float64's range, for nobody asks for its value.
func (r *Reader) skipNumber() {
	value := jsontext.Value(r.text[r.pos : r.pos+numberLength(r.text[r.pos:])])
	switch {
	case r.stopped:
	case len(value) > maxNumber:
		r.fail(longNumber)
	case r.pos+len(value) == len(r.text) && r.more:
		r.cut()
	case len(value) == 0 || !value.IsValid():
		r.fail("wants a value")
	default:
		r.pos += len(value)
	}
}

// maxNumber is the length from which a number is refused: none that long is a measurement, and to read one takes long.
const (
	maxNumber  = 1 << 20 // bytes
	longNumber = "the number has more than a million digits"
)

// numberLength is the length of the text's first bytes that may stand in a number, at most one more than a number may have.
func numberLength(text []byte) int {
	text = text[:min(len(text), maxNumber+1)]
	n := 0
	for n < len(text) && (text[n]-'0' <= 9 || text[n] == '-' || text[n] == '+' || isFraction(text[n])) {
		n++
	}
	return n
}
