package jsonread

import (
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is the deepest nesting that json v2 accepts.
const maxDepth = 10000

// Skip reads any value and returns its text.
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

// skipNested skips an object or array by the library, which also finds duplicate names.
func (r *Reader) skipNested() {
	r.rest = pieces{r: r, at: r.pos, size: firstPiece}
	if r.library == nil {
		r.library = jsontext.NewDecoder(&r.rest)
	} else {
		r.library.Reset(&r.rest)
	}
	for {
		_, err := r.library.ReadToken()
		wrong, malformed := errors.AsType[*jsontext.SyntacticError](err)
		switch {
		case r.stopped: // by the context
			return
		case errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF:
			r.cut()
			return
		case malformed:
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

// pieces is the rest of a text for the library, in growing pieces, because most values are small. It looks at the context between them.
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

// skipNumber skips a number, which may be out of the range of float64.
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

// maxNumber is the largest length of a number: a longer one takes long to read and is no measurement.
const (
	maxNumber  = 1 << 20 // bytes
	longNumber = "the number has more than a million digits"
)

// numberLength counts the first bytes of text that may stand in a number, up to one more than maxNumber.
func numberLength(text []byte) int {
	text = text[:min(len(text), maxNumber+1)]
	n := 0
	for n < len(text) && (text[n]-'0' <= 9 || text[n] == '-' || text[n] == '+' || isFraction(text[n])) {
		n++
	}
	return n
}
