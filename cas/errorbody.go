package cas

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// errorFields is what the body of an error says, in any of the forms that the service and proxies use.
type errorFields struct {
	envelope  bool // {"error": {…}}, the service's own
	typ       string
	message   string
	requestID string
	detail    json.RawMessage // of the envelope, or FastAPI's plain {"detail": …}
}

// readErrorFields reads an error's body as far as it goes: one that is cut, nested beyond reason or no JSON at all gives what was
// read before. The service puts type, message and request id before the detail, which may echo megabytes.
func readErrorFields(body []byte) errorFields {
	var f errorFields
	d := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	eachMember(d, func(name string) error {
		switch name {
		case "error":
			if d.PeekKind() != '{' {
				return d.SkipValue()
			}
			f.envelope = true
			return eachMember(d, func(name string) error { return f.member(d, name) })
		case "detail":
			v, err := d.ReadValue()
			if err == nil && !f.envelope {
				f.detail = json.RawMessage(bytes.Clone(v))
			}
			return err
		default:
			return d.SkipValue()
		}
	})
	return f
}

func (f *errorFields) member(d *jsontext.Decoder, name string) error {
	v, err := d.ReadValue()
	if err != nil {
		return err
	}
	switch name {
	case "type":
		f.typ = textOf(v)
	case "message":
		f.message = textOf(v)
	case "request_id":
		f.requestID = textOf(v)
	case "detail":
		f.detail = json.RawMessage(bytes.Clone(v))
	}
	return nil
}

// eachMember reads an object and has read take the value of every member.
func eachMember(d *jsontext.Decoder, read func(name string) error) error {
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		if err := read(token.String()); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// textOf is the text of a JSON string, "" of anything else.
func textOf(v jsontext.Value) string {
	if v.Kind() != '"' {
		return ""
	}
	b, _ := jsontext.AppendUnquote(nil, v)
	return string(b)
}

// fill sets what an answer's body and headers say about a failure. whole is false for a body that was cut at the limit.
func (e *Error) fill(header http.Header, body []byte, whole bool) {
	f := readErrorFields(body)
	e.Type, e.Message, e.RequestID = ErrorTypeHTTP, f.message, f.requestID
	if e.RequestID == "" {
		e.RequestID = header.Get(requestIDHeader)
	}
	if whole {
		e.Detail = f.detail
	}
	switch {
	case f.envelope:
		if f.typ != "" {
			e.Type = ErrorType(f.typ)
		}
	case f.detail != nil:
		if text := textOf(jsontext.Value(f.detail)); text != "" {
			e.Message = text
			e.Type = typeOfPlainDetail(e.StatusCode)
		}
	}
	if e.Message == "" {
		e.Message = describeBody(e.StatusCode, header, body)
	}
}

const requestIDHeader = "X-Request-Id" // as net/http spells it

// typeOfPlainDetail names the errors that the web framework raises with nothing but a text.
func typeOfPlainDetail(status int) ErrorType {
	switch status {
	case http.StatusBadRequest:
		return ErrorTypeBadRequest
	case http.StatusNotFound:
		return ErrorTypeNotFound
	case http.StatusMethodNotAllowed:
		return ErrorTypeMethodNotAllowed
	default:
		return ErrorTypeHTTP
	}
}

// describeBody is the message of an error whose body has none: a short plain text as it is, else what kind of body it was.
func describeBody(status int, header http.Header, body []byte) string {
	text := http.StatusText(status)
	if text == "" {
		text = "unknown status"
	}
	contentType, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	plain := strings.TrimSpace(string(body))
	switch {
	case plain == "":
		return text + ", with an empty body"
	case contentType == "text/plain" && len(plain) <= 200 && !strings.ContainsAny(plain, "\r\n"):
		return plain
	case contentType == "":
		return text + ", with a body that is not the service's"
	default:
		return text + ", with a body that is not the service's (" + contentType + ")"
	}
}
