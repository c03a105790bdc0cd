// Package service speaks the wire of CAS from memory, so that a client is the only thing that a measurement shows. Its answers are
// built once; what is asked decides only how many of them are sent.
package service

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
)

// DatasetIDs are the ten datasets that are asked for; every answer has one result for each. A batch may ask for the first alone.
var DatasetIDs = []string{
	"copernicus_dem:elevation", "alos_dem:elevation", "aster_gdem:elevation", "worldcover:land_cover", "isric_soilgrids:clay",
	"isric_soilgrids:sand", "terraclimate:precipitation", "terraclimate:pet", "hydrosheds:upstream_area", "global_aridity:aridity_index",
}

// MaxBatch is the largest number of geometries that a batch is answered for.
const MaxBatch = 1000

// answers are the bodies that the service sends.
type answers struct {
	extract  []byte
	ten, one batch // by the number of datasets that are asked for
	datasets []byte
}

// A batch has the answers for the largest number of geometries.
type batch struct {
	responses []byte // comma-separated
	ends      []int  // of each
}

// Handler is the service.
func Handler() http.Handler {
	a := build()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/extract", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		send(w, a.extract)
	})
	mux.HandleFunc("POST /api/v1/extract/batch", a.answerBatch)
	mux.HandleFunc("GET /api/v1/datasets", func(w http.ResponseWriter, _ *http.Request) { send(w, a.datasets) })
	mux.HandleFunc("GET /api/v1/providers/{slug}", func(w http.ResponseWriter, r *http.Request) { send(w, provider(r.PathValue("slug"))) })
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		send(w, []byte(`{"status":"ok","providers_registered":222,"cache":{"hits":0,"misses":0,"size":0,"hit_rate":0.0}}`))
	})
	return mux
}

func (a *answers) answerBatch(w http.ResponseWriter, r *http.Request) {
	request, err := io.ReadAll(r.Body)
	n := bytes.Count(request, []byte(`"coordinates"`))
	if err != nil || n < 1 || n > MaxBatch {
		http.Error(w, `{"error":{"type":"validation_error","message":"1 to 1000 geometries","request_id":"0123456789ab"}}`, http.StatusUnprocessableEntity)
		return
	}
	datasets, answer := len(DatasetIDs), a.ten
	if !bytes.Contains(request, []byte(DatasetIDs[1])) {
		datasets, answer = 1, a.one
	}
	send(w, []byte(`{"request_id":"0123456789ab","responses":[`), answer.responses[:answer.ends[n-1]],
		fmt.Appendf(nil, `],"total_geometries":%d,"total_results":%d,"elapsed_ms":12}`, n, n*datasets))
}

func send(w http.ResponseWriter, parts ...[]byte) {
	length := 0
	for _, part := range parts {
		length += len(part)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(length))
	w.Header().Set("X-Request-ID", "ba9876543210")
	for _, part := range parts {
		_, _ = w.Write(part)
	}
}

func build() *answers {
	r := rand.New(rand.NewPCG(1, 2))
	a := &answers{extract: appendResponse(nil, r, DatasetIDs), ten: buildBatch(r, DatasetIDs), one: buildBatch(r, DatasetIDs[:1])}
	a.datasets = datasets(r)
	return a
}

func buildBatch(r *rand.Rand, ids []string) (b batch) {
	for i := range MaxBatch {
		if i > 0 {
			b.responses = append(b.responses, ',')
		}
		b.responses = appendResponse(b.responses, r, ids)
		b.ends = append(b.ends, len(b.responses))
	}
	return b
}
