package cas_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
)

// exampleClient is a client of a small service that answers with what the real one sent. Closing both is left to done.
func exampleClient(opts ...cas.Option) (client *cas.Client, done func()) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		status, name := exampleAnswer(r, string(body))
		text, err := os.ReadFile(filepath.Join("testdata", "answers", name+".json"))
		if err != nil {
			log.Panic(err)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-ID", "285d971167bf")
		w.WriteHeader(status)
		_, _ = w.Write(text)
	}))
	client, err := cas.NewClient(server.URL, opts...)
	if err != nil {
		log.Panic(err)
	}
	return client, func() {
		_ = client.Close()
		server.Close()
	}
}

func exampleAnswer(r *http.Request, body string) (status int, name string) {
	switch {
	case r.URL.Path == "/health":
		return 200, "health_ok"
	case r.URL.Path == "/api/v1/providers" && !strings.Contains(r.URL.RawQuery, "offset"):
		return 200, "providers_limit2"
	case r.URL.Path == "/api/v1/providers":
		return 200, "providers_past_end"
	case strings.HasPrefix(r.URL.Path, "/api/v1/providers/"):
		return 404, "plain_unknown"
	case r.URL.Path == "/api/v1/datasets" && !strings.Contains(r.URL.RawQuery, "offset"):
		return 200, "datasets_provider"
	case r.URL.Path == "/api/v1/datasets":
		return 200, "datasets_past_end"
	case r.URL.Path == "/api/v1/extract/batch":
		return 200, "batch_3_ok"
	case strings.Contains(body, `"dataset_ids":[]`):
		return 422, "extract_ids_empty_422"
	case strings.Contains(body, "local_dem:fail"):
		return 200, "extract_fault_fail"
	case strings.Contains(body, "Point"):
		return 200, "extract_point_ok"
	default:
		return 200, "extract_polygon_ok"
	}
}
