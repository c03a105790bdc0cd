package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/internal/doctor"
)

// The servers that a doctor should have something to say of.
func init() {
	maps.Copy(servers, map[string]func(ts *testscript.TestScript, arg string) string{
		// a service behind a proxy that terminates TLS, with a certificate for so many days; its authority is in authority.pem
		"tls": func(ts *testscript.TestScript, days string) string {
			n, err := strconv.Atoi(days)
			ts.Check(err)
			front := httptest.NewUnstartedServer(front(ts))
			front.TLS = &tls.Config{Certificates: []tls.Certificate{certificate(ts, time.Duration(n)*24*time.Hour+time.Hour)}}
			front.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that fail, as they should
			front.StartTLS()
			ts.Defer(front.Close)
			return front.URL
		},
		// a forward proxy to a service, whatever host is asked for
		"proxy": func(ts *testscript.TestScript, _ string) string {
			return handlerURL(ts, httptest.NewServer, front(ts).ServeHTTP)
		},
		// a service that takes 20 ms for every geometry of a batch, one after the other
		"untuned": func(ts *testscript.TestScript, _ string) string {
			behind := front(ts)
			return handlerURL(ts, httptest.NewServer, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/batch") {
					text, err := io.ReadAll(r.Body)
					ts.Check(err)
					time.Sleep(time.Duration(bytes.Count(text, []byte(`"coordinates"`))) * 20 * time.Millisecond)
					r.Body = io.NopCloser(bytes.NewReader(text))
				}
				behind.ServeHTTP(w, r)
			})
		},
		// a service that shows the file ARG as its document
		"document": func(ts *testscript.TestScript, file string) string {
			behind := front(ts)
			text := ts.ReadFile(file)
			return handlerURL(ts, httptest.NewServer, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/openapi.json" {
					_, _ = w.Write([]byte(text))
					return
				}
				behind.ServeHTTP(w, r)
			})
		},
		// no service, but a page of text
		"page": func(ts *testscript.TestScript, text string) string {
			return handlerURL(ts, httptest.NewServer, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
		},
		// redirects every path to the same one below ARG, or to a login page
		"redirect": func(ts *testscript.TestScript, to string) string {
			return handlerURL(ts, httptest.NewServer, func(w http.ResponseWriter, r *http.Request) {
				target := to + r.URL.Path
				if strings.HasSuffix(to, "/login") {
					target = to
				}
				http.Redirect(w, r, target, http.StatusMovedPermanently)
			})
		},
		// takes requests and never answers
		"silence": func(ts *testscript.TestScript, _ string) string {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			ts.Check(err)
			ts.Defer(func() { listener.Close() })
			return "http://" + listener.Addr().String()
		},
	})
}

// front is a reverse proxy before a service, which learns neither scheme nor host from it.
func front(ts *testscript.TestScript) http.Handler {
	target, err := url.Parse(castestURL(ts))
	ts.Check(err)
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
}

func certificate(ts *testscript.TestScript, valid time.Duration) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(valid),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("authority.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// diagnose runs the doctor and gives its findings by check.
func diagnose(t *testing.T, args ...string) (code int, findings map[string]doctor.Finding) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"doctor", "--json"}, args...), streams{in: strings.NewReader(""), out: &out, err: &errs})
	var report struct{ Checks []doctor.Finding }
	require.NoError(t, json.Unmarshal(out.Bytes(), &report), errs.String())
	findings = map[string]doctor.Finding{}
	for _, f := range report.Checks {
		findings[f.Check] = f
	}
	return code, findings
}

func TestDoctorFindsTheRealServiceFit(t *testing.T) {
	running := service.Start(t, service.Latest, service.App(t))
	code, findings := diagnose(t, "--url", running.URL(), "-d", "local_dem:elevation")
	assert.Equal(t, exitOK, code)
	delete(findings, "latency") // this machine may be busy
	for check, f := range findings {
		assert.Equal(t, doctor.OK, f.Status, "%s: %s", check, f.Detail)
	}
	assert.Contains(t, findings["extraction"].Detail, "local_dem:elevation is 1076 m (quality good)")
	assert.Contains(t, findings["contract"].Detail, "as known of service 0.4.0")
	assert.Contains(t, findings["catalog"].Detail, "all of the catalog")
}

func TestDoctorSeesKeyAndVersionOfTheRealService(t *testing.T) {
	t.Setenv("CAS_API_KEY", "k1")
	running := service.Start(t, "0.2.0", service.Plain, "CAS_AUTH_ENABLED=true", `CAS_API_KEYS=["k1"]`)
	code, findings := diagnose(t, "--url", running.URL())
	assert.Equal(t, exitOK, code)
	assert.Equal(t, doctor.Warn, findings["contract"].Status)
	assert.NotEmpty(t, findings["contract"].Differences)
	assert.Contains(t, findings["auth"].Detail, "the one in CAS_API_KEY is accepted")
	assert.Equal(t, doctor.Warn, findings["catalog"].Status, findings["catalog"].Detail)
}
