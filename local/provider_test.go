package local_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// provider is a data provider on loopback, over TLS with a certificate of its own authority. It speaks the wire of two providers that
// connectors of the service ask: an elevation API in JSON, and a STAC catalog with cloud-optimized GeoTIFFs.
type provider struct {
	*httptest.Server
	authority  string // the file of its certificate
	handshakes atomic.Int64
	requests   atomic.Int64
	slow       time.Duration // how much longer than others the requests for rasters take
}

// latency is how long every answer takes.
const latency = 50 * time.Millisecond

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{}
	raster := newRaster(t)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /altimetrie/1.0/calcul/alti/rest/elevation.json", func(w http.ResponseWriter, r *http.Request) {
		lon, _ := strconv.ParseFloat(r.FormValue("lon"), 64)
		lat, _ := strconv.ParseFloat(r.FormValue("lat"), 64)
		fmt.Fprintf(w, `{"elevations":[{"lon":%v,"lat":%v,"z":%.3f}]}`, lon, lat, 100*lat-10*lon)
	})
	// Every place has a raster of its own, so that GDAL has none in its cache.
	mux.HandleFunc("POST /api/stac/v1/search", func(w http.ResponseWriter, r *http.Request) {
		var search struct {
			BBox [4]float64 `json:"bbox"`
		}
		if err := json.NewDecoder(r.Body).Decode(&search); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		tile := fmt.Sprintf("%.5f_%.5f", search.BBox[0], search.BBox[1])
		fmt.Fprintf(w, `{"features":[{"id":%q,"assets":{"data":{"href":"%s/tiles/%s.tif"}}}]}`, tile, p.URL, tile)
	})
	mux.HandleFunc("/tiles/", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(p.slow)
		http.ServeContent(w, r, "tile.tif", time.Unix(1e9, 0), bytes.NewReader(raster))
	})
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.requests.Add(1)
		time.Sleep(latency)
		mux.ServeHTTP(w, r)
	}))
	p.Config.ErrorLog = log.New(io.Discard, "", 0)
	var certificate tls.Certificate
	p.authority, certificate = certify(t)
	addUsualAuthorities(t, p.authority)
	p.TLS = &tls.Config{
		Certificates: []tls.Certificate{certificate},
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			p.handshakes.Add(1)
			return nil, nil
		},
	}
	p.StartTLS()
	t.Cleanup(p.Close)
	return p
}

// newRaster is a cloud-optimized GeoTIFF of the elevation model, its upper left corner at 7° E, 47° N.
func newRaster(t *testing.T) []byte {
	t.Helper()
	target := filepath.Join(t.TempDir(), "elevation.tif")
	model := filepath.Join(service.Root(t), "internal", "contract", "service", "jacksboro_fault_dem.npz")
	output, err := exec.Command(service.Python(t, service.Latest), filepath.Join("testdata", "providers.py"), model, target).CombinedOutput()
	require.NoError(t, err, string(output))
	raster, err := os.ReadFile(target)
	require.NoError(t, err)
	return raster
}

// certify makes an authority, writes its certificate into a file, and returns one that it has signed for loopback.
func certify(t *testing.T) (authorityFile string, certificate tls.Certificate) {
	t.Helper()
	template := func(name string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		}
	}
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	authority := template("authority of the test")
	authority.IsCA, authority.BasicConstraintsValid, authority.KeyUsage = true, true, x509.KeyUsageCertSign
	authorityDER, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	require.NoError(t, err)
	authorityFile = filepath.Join(t.TempDir(), "authority.pem")
	require.NoError(t, os.WriteFile(authorityFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorityDER}), 0o600))

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	leaf := template("provider of the test")
	leaf.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), authorityKey)
	require.NoError(t, err)
	return authorityFile, tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: key}
}

// addUsualAuthorities makes a file of certificates as large as the usual one: loading it is what costs.
func addUsualAuthorities(t *testing.T, file string) {
	t.Helper()
	usual, err := exec.Command(service.Python(t, service.Latest), "-c", "import certifi; print(certifi.contents())").Output()
	require.NoError(t, err)
	own, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(own, usual...), 0o600))
}

// env is the environment of a service that asks this provider, and trusts it.
func (p *provider) env() []string {
	return []string{
		"PROVIDER_URL=" + p.URL, "SSL_CERT_FILE=" + p.authority,
		"GDAL_CURL_CA_BUNDLE=" + p.authority, "GDAL_DISABLE_READDIR_ON_OPEN=EMPTY_DIR", // of GDAL
		"CAS_RESULT_CACHE_TTL_S=0",
	}
}
