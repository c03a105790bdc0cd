package castest

import (
	"strconv"
	"unicode/utf8"

	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// problems are what is wrong with a request, as FastAPI and pydantic report it: the detail of a 422.
type problems struct {
	json []byte // the items, with commas between
	err  error  // an input that cannot be sent back
}

func (p *problems) found() bool { return len(p.json) > 0 }

// answer is the 422, or a 500 where it cannot be written.
func (p *problems) answer(id string) reply {
	if p.err != nil {
		return internalError(id)
	}
	return invalid(id, append(append([]byte{'['}, p.json...), ']'))
}

// location is where a problem lies: JSON strings and numbers, with commas between.
type location string

func (l location) member(name string) location {
	return l + "," + location(pyjson.AppendString(nil, name))
}

func (l location) item(i int) location { return l + "," + location(strconv.Itoa(i)) }

// In a body, and in a query.
const (
	inBody  location = `"body"`
	inQuery location = `"query"`
)

// add reports a problem with a part of the body, which is sent back; context is a JSON object, or "" for none.
func (p *problems) add(kind string, at location, message string, input pyjson.Value, context string) {
	p.head(kind, at, message)
	var err error
	if p.json, err = input.Append(p.json); err != nil {
		p.err = err
	}
	p.tail(context)
}

// addText is add for an input that is no JSON.
func (p *problems) addText(kind string, at location, message, input, context string) {
	p.head(kind, at, message)
	if !utf8.ValidString(input) {
		p.err = pyjson.ErrUnencodable
	}
	p.json = pyjson.AppendString(p.json, input)
	p.tail(context)
}

// addNull is add for an input that is not there.
func (p *problems) addNull(kind string, at location, message string) {
	p.head(kind, at, message)
	p.json = append(p.json, "null"...)
	p.tail("")
}

func (p *problems) head(kind string, at location, message string) {
	if p.found() {
		p.json = append(p.json, ',')
	}
	p.json = pyjson.AppendString(append(p.json, `{"type":`...), kind)
	p.json = append(p.json, `,"loc":[`+string(at)+`],"msg":`...)
	p.json = pyjson.AppendString(p.json, message)
	p.json = append(p.json, `,"input":`...)
}

func (p *problems) tail(context string) {
	if context != "" {
		p.json = append(p.json, `,"ctx":`+context...)
	}
	p.json = append(p.json, '}')
}

// textContext is a JSON object with one text.
func textContext(name, text string) string {
	return `{"` + name + `":` + string(pyjson.AppendString(nil, text)) + `}`
}

// oneOf is the message and context of an enum.
func oneOf(names ...string) (message, context string) {
	expected := ""
	for i, name := range names {
		switch i {
		case 0:
		case len(names) - 1:
			expected += " or "
		default:
			expected += ", "
		}
		expected += "'" + name + "'"
	}
	return "Input should be " + expected, textContext("expected", expected)
}

// The messages that several places have.
const (
	fieldRequired = "Field required"
	wantObject    = "Input should be a valid dictionary or object to extract fields from"
	wantList      = "Input should be a valid list"
	wantString    = "Input should be a valid string"
	wantNumber    = "Input should be a valid number"
	wantDatetime  = "Input should be a valid datetime"
	noNumber      = "Input should be a valid number, unable to parse string as a number"
	noInteger     = "Input should be a valid integer, unable to parse string as an integer"
)
