package contract_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// conformance are schemathesis' checks that an answer is one that the document has: its status, Content-Type, headers and body, and
// the 405 with its Allow header for a method that is not there. Left out are its opinions on what a service should accept, refuse or
// never answer: the document describes what this one does, a 500 for some invalid requests included.
var conformance = strings.Join([]string{
	"status_code_conformance", "content_type_conformance", "response_headers_conformance", "response_schema_conformance",
	"unsupported_method", "allow_header_conformance",
}, ",")

// judge lets schemathesis test a running service against api/openapi.yaml with generated requests, valid and invalid ones. It returns
// how often each operation gave each status. The requests are the same at every run, as far as the answers that it learns from are.
func judge(t *testing.T, baseURL string, cases int, phases string) map[string]map[int]int {
	t.Helper()
	root := service.Root(t)
	report := filepath.Join(t.TempDir(), "events.ndjson")
	cmd := exec.CommandContext(t.Context(), service.Program(t, service.Latest, "schemathesis"),
		"run", filepath.Join(root, "api", "openapi.yaml"), "--url", baseURL,
		"--checks", conformance, "--phases", phases, "--max-examples", strconv.Itoa(cases),
		"--generation-deterministic", "--continue-on-failure", "--request-timeout", "60",
		"--no-color", "--report", "ndjson", "--report-ndjson-path", report)
	cmd.Dir = t.TempDir() // it leaves folders where it runs
	hooks := filepath.Join(root, "internal", "contract", "service")
	cmd.Env = append(os.Environ(), "PYTHONPATH="+hooks, "SCHEMATHESIS_HOOKS=schemathesis_hooks", "PYTHONUTF8=1", "PYTHONDONTWRITEBYTECODE=1")
	started := time.Now()
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, string(output))
	t.Logf("schemathesis took %v", time.Since(started).Round(time.Second))
	return readEvents(t, report)
}

// readEvents counts the exchanges in schemathesis' own record of a run.
func readEvents(t *testing.T, path string) map[string]map[int]int {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	statuses := map[string]map[int]int{}
	for lines := bufio.NewReader(file); ; {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return statuses
		}
		require.NoError(t, err)
		var event struct {
			ScenarioFinished struct {
				Recorder struct {
					Label        string `json:"label"`
					Interactions map[string]struct {
						Response struct {
							StatusCode int `json:"status_code"`
						} `json:"response"`
					} `json:"interactions"`
				} `json:"recorder"`
			}
		}
		require.NoError(t, json.Unmarshal(line, &event))
		recorder := event.ScenarioFinished.Recorder
		for _, interaction := range recorder.Interactions {
			if statuses[recorder.Label] == nil {
				statuses[recorder.Label] = map[int]int{}
			}
			statuses[recorder.Label][interaction.Response.StatusCode]++
		}
	}
}

func total(statuses map[int]int) (sum int) {
	for _, n := range statuses {
		sum += n
	}
	return sum
}

// An outside judge of the document: requests that nobody here thought of, at least 200 an operation, and no answer that it does not
// describe. /health and /metrics take no parameters: there are no 200 different requests to make.
func TestSchemathesis(t *testing.T) {
	running := service.Start(t, service.Latest, service.App(t), "CAS_PROVIDER_TIMEOUT_S=1")
	response, err := http.Get(running.URL() + "/api/v1/datasets") // the first call makes every connector, which takes seconds
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	seen := judge(t, running.URL(), 200, "examples,coverage,fuzzing")
	t.Log(seen)
	require.Len(t, seen, 7, "operations")
	for _, operation := range []string{
		"POST /api/v1/extract", "POST /api/v1/extract/batch", "GET /api/v1/datasets", "GET /api/v1/providers", "GET /api/v1/providers/{slug}",
	} {
		assert.GreaterOrEqual(t, total(seen[operation]), 200, operation)
		assert.NotZero(t, seen[operation][http.StatusOK], operation)
	}
	for _, operation := range []string{"POST /api/v1/extract", "POST /api/v1/extract/batch", "GET /api/v1/datasets", "GET /api/v1/providers"} {
		assert.NotZero(t, seen[operation][http.StatusUnprocessableEntity], operation)
	}
	assert.NotZero(t, seen["GET /api/v1/providers/{slug}"][http.StatusNotFound])
}

// The same for a service that asks for keys and limits the rate: what it answers then is in the document too.
func TestSchemathesisSecured(t *testing.T) {
	for name, test := range map[string]struct {
		settings []string
		status   int
	}{
		"keys":       {[]string{"CAS_AUTH_ENABLED=true", "CAS_API_KEYS=a-key"}, http.StatusUnauthorized},
		"rate limit": {[]string{"CAS_RATE_LIMIT_ENABLED=true", "CAS_RATE_LIMIT_PER_MINUTE=1"}, http.StatusTooManyRequests},
	} {
		t.Run(name, func(t *testing.T) {
			running := service.Start(t, service.Latest, service.App(t), test.settings...)
			seen := judge(t, running.URL(), 10, "coverage")
			for operation, statuses := range seen {
				if strings.Contains(operation, "/api/") {
					assert.NotZero(t, statuses[test.status], operation)
				} else {
					assert.NotZero(t, statuses[http.StatusOK], operation)
				}
			}
		})
	}
}
