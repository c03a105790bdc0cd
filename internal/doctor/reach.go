package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// expirySoon is how many days before its end a certificate should have been renewed.
const expirySoon = 14

// reach checks the way to the service: name, port, TLS.
func (e *examination) reach(ctx context.Context) bool {
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: e.base}); err == nil && proxy != nil {
		e.found("proxy", OK, "by %s, as the environment says; it resolves the name", proxy.Redacted())
	} else if !e.resolve(ctx) || !e.dial(ctx) {
		return false
	}
	return e.tls(ctx)
}

func (e *examination) resolve(ctx context.Context) bool {
	host := e.base.Hostname()
	if net.ParseIP(host) != nil {
		e.found("dns", OK, "%s is an address", host)
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		e.found("dns", Fail, "%v; is the host in --url right?", err)
		return false
	}
	e.found("dns", OK, "%s is %s", host, strings.Join(addresses, ", "))
	return true
}

func (e *examination) dial(ctx context.Context) bool {
	port := e.base.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[e.base.Scheme]
	}
	dialer := net.Dialer{Timeout: patience}
	start := time.Now()
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(e.base.Hostname(), port))
	if err != nil {
		e.found("tcp", Fail, "%v; is the service up, and is the port in --url right?", err)
		return false
	}
	e.found("tcp", OK, "connected to %s in %s", conn.RemoteAddr(), short(time.Since(start)))
	conn.Close()
	return true
}

// tls checks how the connection is kept private, by a first request.
func (e *examination) tls(ctx context.Context) bool {
	first, err := e.get(ctx, e.base.JoinPath("health"))
	var untrusted *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	switch {
	case errors.As(err, &untrusted):
		e.found("tls", Fail, "%v; install the certificate of its authority, or name its file in SSL_CERT_FILE", untrusted.Err)
		return false
	case errors.As(err, &notTLS), err != nil && strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		e.found("tls", Fail, "there is no TLS at this port; try --url %s", e.withScheme("http"))
		return false
	case err != nil:
		e.found("http", Fail, "%v", err)
		return false
	case e.base.Scheme == "http" && first.StatusCode == http.StatusBadRequest && strings.Contains(string(first.body), "HTTPS"):
		e.found("tls", Fail, "this port speaks TLS; use --url %s", e.withScheme("https"))
		return false
	case first.TLS != nil:
		e.certificate(first.TLS)
	case e.key != "" && !loopback(e.base.Hostname()):
		e.found("tls", Warn, "none: the key travels in clear; is there an https:// for this service?")
	default:
		e.found("tls", OK, "none: plain http")
	}
	return true
}

func (e *examination) certificate(state *tls.ConnectionState) {
	leaf := state.PeerCertificates[0]
	days := int(time.Until(leaf.NotAfter).Hours() / 24)
	s, remark := OK, ""
	if days < expirySoon {
		s, remark = Warn, "; renew it"
	}
	e.found("tls", s, "%s, certificate valid until %s, %d days left%s",
		tls.VersionName(state.Version), leaf.NotAfter.UTC().Format(time.DateOnly), days, remark)
}

func (e *examination) withScheme(scheme string) *url.URL {
	u := *e.base
	u.Scheme = scheme
	return &u
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// short is a duration for people, two or three digits of it.
func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	default:
		return d.Round(10 * time.Millisecond).String()
	}
}
