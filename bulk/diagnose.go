package bulk

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// A remedy is what to do about a request that failed.
type remedy int

const (
	endRun    remedy = iota // end the run: every other request would fail, too
	dropNamed               // remove the features that the service named
	askAgain                // request it again: the service may be away, until a probe finds it up
	divide                  // request each half by itself; a lone feature has failed
)

// A diagnosis is what a failed request says about itself and the service.
type diagnosis struct {
	remedy   remedy
	named    map[int]error // for dropNamed: the features' errors, by index in the request
	timedOut bool          // the request took longer than the client or a proxy allows
	tooLarge bool          // its body is larger than a proxy allows
	failed   bool          // the service failed on it
	crowded  bool          // the service is overloaded
	away     bool          // the service is not there, or asks to wait
	stray    bool          // the connection was lost: the service may be away, or have crashed on this request
	status   int
	after    time.Duration // how long the service asks to wait; 0 if it does not say
}

// uncertain reports whether the failure may be due to the state of the service rather than to the request.
func (d diagnosis) uncertain() bool { return d.away || d.stray || d.failed || d.timedOut }

// diagnose says what to do about the failure of a request for n features. The request's context has not ended.
func diagnose(err error, n int) diagnosis {
	if errors.Is(err, cas.ErrInvalidRequest) {
		return diagnoseInvalid(err, n)
	}
	e, ok := errors.AsType[*cas.Error](err)
	if !ok {
		return diagnosis{remedy: endRun}
	}
	switch status := e.StatusCode; {
	case isTimeout(err), status == http.StatusGatewayTimeout, status == http.StatusRequestTimeout:
		return diagnosis{remedy: divide, timedOut: true, status: status}
	case status == 0 && isStranger(err):
		return diagnosis{remedy: endRun}
	case status == 0 && isUnreachable(err):
		return diagnosis{remedy: divide, away: true}
	case status == 0, errors.Is(err, cas.ErrMalformedResponse):
		return diagnosis{remedy: divide, stray: true, status: status}
	case status == http.StatusRequestEntityTooLarge:
		return diagnosis{remedy: divide, tooLarge: n > 1, failed: n == 1, status: status}
	case status == http.StatusTooManyRequests:
		return diagnosis{remedy: divide, crowded: true, away: true, status: status, after: max(e.RetryAfter, 1)}
	case status == http.StatusServiceUnavailable:
		return diagnosis{remedy: divide, crowded: true, away: true, status: status, after: e.RetryAfter}
	case status == http.StatusBadGateway:
		return diagnosis{remedy: divide, crowded: true, stray: true, status: status}
	case status >= 500:
		return diagnosis{remedy: divide, failed: true, status: status}
	case status == http.StatusUnprocessableEntity:
		return diagnoseRefusal(e, n)
	}
	switch e.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return diagnosis{remedy: endRun}
	}
	d := diagnosis{remedy: divide, stray: isForeign(e)}
	if e.StatusCode == http.StatusNotFound || e.StatusCode == http.StatusMethodNotAllowed || e.StatusCode/100 == 3 {
		d.remedy = endRun
	}
	return d
}

// isForeign reports an answer of a gateway, which may stand in for a service that is restarted.
func isForeign(e *cas.Error) bool {
	return e.Type == cas.ErrorTypeHTTP && e.Detail == nil || errors.Is(e, cas.ErrRedirect)
}

// diagnoseRefusal reads what the service refuses in a request: geometries that it names, or something that all requests share.
func diagnoseRefusal(e *cas.Error, n int) diagnosis {
	issues := e.Issues()
	if len(issues) == 0 && e.Type == cas.ErrorTypeRequestLimit && !strings.Contains(strings.ToLower(e.Message), "geometry") {
		return diagnosis{remedy: endRun} // too many datasets
	}
	named := map[int]error{}
	for _, issue := range issues {
		parts := strings.Split(issue.Loc, ".")
		if len(parts) < 2 || parts[0] != "body" {
			continue
		}
		if parts[1] != "geometries" {
			if _, isOffset := strconv.Atoi(parts[1]); isOffset != nil {
				return diagnosis{remedy: endRun} // body.dataset_ids, body.time_range, …
			}
			continue
		}
		if len(parts) == 2 {
			continue
		}
		if i, err := strconv.Atoi(parts[2]); err == nil && i >= 0 && i < n {
			where := strings.Join(append([]string{"geometry"}, parts[3:]...), ".")
			named[i] = refusedBy(e, named[i], where+": "+issue.Message)
		}
	}
	if len(named) == 0 {
		return diagnosis{remedy: divide, stray: isForeign(e)}
	}
	return diagnosis{remedy: dropNamed, named: named}
}

// refusedBy returns the error of one feature of a refused request. before is an error that the feature has already, or nil.
func refusedBy(e *cas.Error, before error, message string) error {
	own := &cas.Error{
		StatusCode: e.StatusCode, Type: e.Type, Message: message, RequestID: e.RequestID,
		Attempts: e.Attempts, Method: e.Method, URL: e.URL,
	}
	if former, ok := before.(*cas.Error); ok {
		own.Message = former.Message + "; " + message
	}
	return own
}

var namedGeometry = regexp.MustCompile(`\bgeometries\[(\d+)\]`)

// diagnoseInvalid reads what the client refuses to send: a geometry that it names, or something that all requests share.
func diagnoseInvalid(err error, n int) diagnosis {
	if match := namedGeometry.FindStringSubmatch(err.Error()); match != nil {
		if i, convErr := strconv.Atoi(match[1]); convErr == nil && i < n {
			return diagnosis{remedy: dropNamed, named: map[int]error{i: err}}
		}
	}
	return diagnosis{remedy: endRun}
}

// isTimeout reports whether a request took too long; a slow connection does not count.
func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return !isUnreachable(err) && (errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout())
}

// isUnreachable reports whether no connection could be made.
func isUnreachable(err error) bool {
	var op *net.OpError
	var name *net.DNSError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &name) || isStranger(err)
}

// isStranger reports whether the other side is not the service, or a proxy refuses it. Waiting does not help.
func isStranger(err error) bool {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var proxy interface{ ProxyStatus() int }
	if errors.As(err, &proxy) && proxy.ProxyStatus()/100 == 4 {
		return true
	}
	return errors.As(err, &certificate) || errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch)
}

// miscounted returns the error of an answer with too many or too few responses.
func miscounted(responses, geometries int) error {
	return &cas.Error{
		StatusCode: http.StatusOK, Type: cas.ErrorTypeMalformed,
		Message: fmt.Sprintf("the batch has %d responses to %d geometries", responses, geometries),
	}
}
