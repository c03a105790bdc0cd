package cas

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// errorFields holds the fields of an error's body, in any form that the service and proxies use.
type errorFields struct {
	envelope  bool // {"error": {…}}, the service's own
	typ       string
	message   string
	requestID string
	detail    json.RawMessage // of the envelope, or FastAPI's plain {"detail": …}
}

// readErrorFields reads the body of an error up to its end or to the first fault: it may be cut, nested too deeply or not JSON. The
// service puts type, message and request id before the detail, which may echo megabytes.
func readErrorFields(body []byte) errorFields {
	var f errorFields
	d := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if d.PeekKind() == '{' {
		_ = f.readObject(d, false)
	}
	return f
}

// readObject reads the next object: the body, or inside it the envelope.
func (f *errorFields) readObject(d *jsontext.Decoder, inside bool) error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		if !inside && name == "error" && d.PeekKind() == '{' {
			f.envelope = true
			if err := f.readObject(d, true); err != nil {
				return err
			}
			continue
		}
		v, err := d.ReadValue()
		switch {
		case err != nil:
			return err
		case name == "detail" && (inside || !f.envelope):
			f.detail = json.RawMessage(bytes.Clone(v))
		case !inside:
		case name == "type":
			f.typ = textOf(v)
		case name == "message":
			f.message = textOf(v)
		case name == "request_id":
			f.requestID = textOf(v)
		}
	}
	_, err := d.ReadToken()
	return err
}

// textOf returns the text of a JSON string, "" for anything else.
func textOf(v jsontext.Value) string {
	if v.Kind() != '"' {
		return ""
	}
	b, _ := jsontext.AppendUnquote(nil, v)
	return string(b)
}

// fill sets the fields that the headers and the body of an answer give. whole is false for a body that was cut at the limit.
func (e *Error) fill(header http.Header, body []byte, whole bool) {
	f := readErrorFields(body)
	e.Type, e.Message = cmp.Or(ErrorType(f.typ), ErrorTypeHTTP), f.message
	e.RequestID = cmp.Or(f.requestID, header.Get(requestIDHeader))
	if whole {
		e.Detail = f.detail
	}
	if text := textOf(jsontext.Value(f.detail)); !f.envelope && text != "" {
		e.Type, e.Message = cmp.Or(plainTypes[e.StatusCode], ErrorTypeHTTP), text
	}
	if e.Message == "" {
		e.Message = describeBody(e.StatusCode, header, body)
	}
	if advice := adviceOnStatus(e.StatusCode, body); advice != "" {
		e.Message += ": " + advice
	}
}

const requestIDHeader = "X-Request-Id" // as net/http spells it

// plainTypes are the types of the web framework's own errors, {"detail": "…"}.
var plainTypes = map[int]ErrorType{
	http.StatusBadRequest:       ErrorTypeBadRequest,
	http.StatusNotFound:         ErrorTypeNotFound,
	http.StatusMethodNotAllowed: ErrorTypeMethodNotAllowed,
}

// describeBody returns the message of an error whose body has none: the body if it is a short plain text, else its kind.
func describeBody(status int, header http.Header, body []byte) string {
	text := cmp.Or(http.StatusText(status), "unknown status")
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

// adviceOnStatus says what to do about an answer of another server, if that is known; else it returns "".
func adviceOnStatus(status int, body []byte) string {
	text := strings.ToLower(string(body[:min(len(body), sampleBytes)]))
	switch {
	case status == http.StatusBadRequest && strings.Contains(text, "http request") && strings.Contains(text, "https"):
		return "the port speaks TLS: write https:// in the base URL"
	case status == http.StatusProxyAuthRequired:
		return proxyAdvice
	default:
		return ""
	}
}

const proxyAdvice = "the proxy wants a user and password: put them into its URL, as in HTTP_PROXY and HTTPS_PROXY=http://user:password@proxy:3128, or name the service in NO_PROXY"

// adviceOn says what to do about a connection that fails, if that is known; else it returns "". A failure with advice is not retried.
func adviceOn(err error) string {
	var (
		record    tls.RecordHeaderError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		proxy     proxyRefusal
		lookup    *net.DNSError
		op        *net.OpError
	)
	switch {
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return "the port does not speak TLS: write http:// in the base URL, or the port of https"
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`): // a TLS alert; net/http has no type for it
		return "the port speaks TLS: write https:// in the base URL"
	case errors.As(err, &authority):
		return authorityAdvice()
	case errors.As(err, &name):
		return "the certificate is for another name: write that name in the base URL"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate is out of its dates: the operator has to renew it, unless the clock of this machine is wrong"
	case errors.As(err, &verify):
		return "the certificate cannot be trusted"
	case errors.As(err, &proxy) && proxy.status == http.StatusProxyAuthRequired:
		return proxyAdvice
	case errors.As(err, &proxy) && proxy.status/100 == 4:
		return "ask whoever runs the proxy to allow the service, or name the service in NO_PROXY"
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return "check the host in the base URL, and whether it is known only inside another network (VPN)"
	case errors.As(err, &op) && op.Op == "remote error": // a TLS alert of the other side
		return "the other side refuses the TLS connection: if it wants a certificate of the client, give one by WithHTTPClient"
	default:
		return ""
	}
}

// authorityAdvice says how to make a certificate authority known, such as that of a company's proxy.
func authorityAdvice() string {
	const advice = "this machine does not know the authority that signed the certificate: "
	file := os.Getenv("SSL_CERT_FILE")
	switch _, err := os.Stat(file); {
	case runtime.GOOS == "windows" || runtime.GOOS == "darwin":
		return advice + "add the authority's certificate to the system's trusted ones"
	case file != "" && errors.Is(err, fs.ErrNotExist):
		return advice + "SSL_CERT_FILE names " + file + ", which does not exist"
	case file != "":
		return advice + "add the authority's certificate to the PEM file that SSL_CERT_FILE names, " + file
	default:
		return advice + "set SSL_CERT_FILE to a PEM file that holds the authority's certificate"
	}
}
