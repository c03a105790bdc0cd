package local_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/local"
)

const ample = 30 * time.Second

// broken is a Config of one application of testdata/apps.py.
func broken(t *testing.T, factory string) local.Config {
	t.Helper()
	return local.Config{
		Python: service.Python(t, service.Latest),
		App:    filepath.Join("testdata", "apps.py") + ":" + factory,
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(body)
}

func TestStartPlainService(t *testing.T) {
	defer goleak.VerifyNone(t)
	running, err := local.Start(t.Context(), local.Config{Python: service.Python(t, service.Latest)})
	require.NoError(t, err)
	assert.Regexp(t, `^http://127\.0\.0\.1:[0-9]+$`, running.URL())

	status, body := get(t, running.URL()+"/health")
	assert.Equal(t, 200, status)
	var health struct {
		Providers int `json:"providers_registered"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &health))
	assert.Equal(t, 222, health.Providers)

	require.NoError(t, running.Close())
	require.NoError(t, running.Close(), "Close may be called again")
	_, err = http.Get(running.URL() + "/health")
	require.Error(t, err)
}

func TestClient(t *testing.T) {
	for _, version := range append([]string{service.Latest}, service.Earlier...) {
		t.Run(version, func(t *testing.T) {
			client, err := service.Start(t, version, service.App(t)).Client()
			require.NoError(t, err)
			defer client.Close()
			response, err := client.Extract(t.Context(), cas.ExtractRequest{
				Geometry:   cas.Point(-84.2308, 36.1983), // the summit of Cross Mountain, Tennessee
				DatasetIDs: []string{"local_dem:elevation"},
			})
			require.NoError(t, err)
			result, ok := cas.Lookup(response, "local_dem:elevation")
			require.True(t, ok, response.Warnings)
			metres, ok := result.Value.Float64()
			require.True(t, ok)
			assert.InDelta(t, 1076, metres, 0)
		})
	}
	_, err := service.Start(t, service.Latest, service.Plain).Client(cas.WithTimeout(-1))
	require.Error(t, err, "an option's error is Client's")
}

func TestStartOtherApp(t *testing.T) {
	defer goleak.VerifyNone(t)
	folder, module := filepath.Split(strings.TrimSuffix(service.App(t), ".py:create"))
	tests := map[string]local.Config{
		"by file":                {App: service.App(t)},
		"by module":              {App: module + ":create", Env: []string{"PYTHONPATH=" + folder}},
		"with workers":           {App: service.App(t), Workers: 2},
		"with workers by module": {App: module + ":create", Env: []string{"PYTHONPATH=" + folder}, Workers: 2},
	}
	for name, config := range tests {
		t.Run(name, func(t *testing.T) {
			config.Python = service.Python(t, service.Latest)
			running, err := local.Start(t.Context(), config)
			require.NoError(t, err)
			status, body := get(t, running.URL()+"/api/v1/providers/local_dem")
			assert.Equal(t, 200, status)
			assert.Contains(t, body, "local_dem:elevation")
			require.NoError(t, running.Close())
		})
	}
}

func TestEnvAndLog(t *testing.T) {
	var log bytes.Buffer // one goroutine writes, and Close waits for it
	running, err := local.Start(t.Context(), local.Config{
		Python: service.Python(t, service.Latest),
		Env:    []string{"CAS_AUTH_ENABLED=true", "CAS_API_KEYS=first", "CAS_API_KEYS=second"},
		Log:    &log,
	})
	require.NoError(t, err)
	for key, want := range map[string]int{"first": 401, "second": 200} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, running.URL()+"/api/v1/providers", nil)
		require.NoError(t, err)
		request.Header.Set("X-API-Key", key)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, want, response.StatusCode, key)
	}
	http.DefaultClient.CloseIdleConnections()
	require.NoError(t, running.Close())
	assert.Contains(t, log.String(), `"GET /api/v1/providers HTTP/1.1" 401`)
	assert.NotContains(t, log.String(), `"stage"`)
}

func TestContextEndsTheService(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx, cancel := context.WithCancel(t.Context())
	running, err := local.Start(ctx, broken(t, "healthy"))
	require.NoError(t, err)
	cancel()
	select {
	case <-running.Done():
	case <-time.After(ample):
		t.Fatal("the service outlived its context")
	}
	require.NoError(t, running.Close(), "an end that was asked for is no error")
}

func TestStartIsInterrupted(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Second/2, cancel)
	_, err := local.Start(ctx, broken(t, "sleeping"))
	require.ErrorIs(t, err, context.Canceled)
}

func TestStartTimeout(t *testing.T) {
	defer goleak.VerifyNone(t)
	config := broken(t, "sleeping")
	config.StartTimeout = 6 * time.Second
	_, err := local.Start(t.Context(), config)
	require.ErrorContains(t, err, "did not start within 6s")
	require.ErrorContains(t, err, "Waiting for application startup", "the last lines")
}

// A child that hangs, or lives on after it closed all that joins it to this
// program, is not waited for beyond the limit.
func TestStartLimitHoldsInEveryStage(t *testing.T) {
	for name, test := range map[string]struct {
		factory string
		want    []string
	}{
		"hangs in its factory":                    {"hanging", []string{"did not start within 6s: it was making the application", "\n\twaiting for the disk"}},
		"hangs in its start":                      {"sleeping", []string{"did not start within 6s: it was starting to serve"}},
		"closes its output, then hangs":           {"mute", []string{"did not start within 6s: it was making the application"}},
		"closes every descriptor, then lives on":  {"silent", []string{"the service lives, but closed the pipe on which it reports, while making the application"}},
		"leaves its output to a child that lives": {"leaving", []string{"ended while making the application: exit status 4"}},
	} {
		t.Run(name, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			config := broken(t, test.factory)
			config.StartTimeout = 6 * time.Second
			before := time.Now()
			_, err := local.Start(t.Context(), config)
			for _, want := range test.want {
				require.ErrorContains(t, err, want)
			}
			assert.Less(t, time.Since(before), config.StartTimeout+4*time.Second)
		})
	}
}

// A service that closes its output serves all the same.
func TestOutputIsClosed(t *testing.T) {
	defer goleak.VerifyNone(t)
	running, err := local.Start(t.Context(), broken(t, "quiet"))
	require.NoError(t, err)
	status, _ := get(t, running.URL()+"/health")
	assert.Equal(t, 200, status)
	require.NoError(t, running.Close())
}

func TestStartErrors(t *testing.T) {
	defer goleak.VerifyNone(t)
	tests := map[string]struct {
		factory string
		workers int
		want    []string
	}{
		"factory raises":        {"refusing", 1, []string{"cannot be made: ValueError: CAS_SOMETHING is not set", "apps.py"}},
		"factory exits":         {"exiting", 1, []string{"cannot be made: SystemExit: gave up"}},
		"no such factory":       {"nothing", 1, []string{`Attribute "nothing" not found in module "apps"`}},
		"ends while starting":   {"dying", 1, []string{"ended while starting to serve: exit status 7", "\n\tthe disk is full"}},
		"factory crashes":       {"crashing", 1, []string{"ended while making the application: exit status 5", "\n\tno such instruction"}},
		"crashes under workers": {"crashing", 2, []string{"ended while making the application: exit status 5"}},
		"is another service":    {"not_cas", 1, []string{"answers 404 to GET /health"}},
		"raises under workers":  {"refusing", 2, []string{"cannot be made: ValueError"}},
		"another under workers": {"not_cas", 2, []string{"answers 404 to GET /health"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config := broken(t, test.factory)
			config.Workers = test.workers
			_, err := local.Start(t.Context(), config)
			for _, want := range test.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
}

// Requests at a time are spread evenly over the processes, over one URL.
func TestWorkersShareTheRequests(t *testing.T) {
	defer goleak.VerifyNone(t)
	config := broken(t, "telling")
	config.Workers = 3
	running, err := local.Start(t.Context(), config)
	require.NoError(t, err)
	const each = 8
	answers := make(chan string, each*config.Workers)
	var all sync.WaitGroup
	for range cap(answers) {
		all.Go(func() {
			status, pid := get(t, running.URL()+"/who")
			assert.Equal(t, 200, status)
			answers <- pid
		})
	}
	all.Wait()
	close(answers)
	share := map[string]int{}
	for pid := range answers {
		share[pid]++
	}
	assert.Len(t, share, config.Workers)
	for pid, n := range share {
		assert.Equal(t, each, n, pid)
	}
	require.NoError(t, running.Close())
}

func TestServiceCrashes(t *testing.T) {
	defer goleak.VerifyNone(t)
	running, err := local.Start(t.Context(), broken(t, "mortal"))
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	_, err = client.Get(running.URL() + "/die")
	require.Error(t, err)
	select {
	case <-running.Done():
	case <-time.After(ample):
		t.Fatal("Done was not closed")
	}
	err = running.Close()
	require.ErrorContains(t, err, "ended by itself: exit status 9")
	require.ErrorContains(t, err, "out of memory")
	require.Equal(t, err, running.Close())
}

func TestCloseFromManyGoroutines(t *testing.T) {
	defer goleak.VerifyNone(t)
	running, err := local.Start(t.Context(), broken(t, "healthy"))
	require.NoError(t, err)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			assert.NoError(t, running.Close())
			select {
			case <-running.Done():
			default:
				t.Error("Close returned before the end")
			}
		})
	}
	all.Wait()
}

func TestConfigErrors(t *testing.T) {
	python := service.Python(t, service.Latest)
	tests := map[string]struct {
		config local.Config
		want   string
	}{
		"negative workers":   {local.Config{Workers: -1}, "Config.Workers is -1"},
		"negative timeout":   {local.Config{StartTimeout: -time.Second}, "Config.StartTimeout is -1s"},
		"env without =":      {local.Config{Env: []string{"SECRET"}}, "without the form NAME=value"},
		"app without colon":  {local.Config{App: "app"}, `Config.App is "app"; it must be "module:factory"`},
		"app without name":   {local.Config{App: "module:"}, `must be "module:factory"`},
		"app file not there": {local.Config{App: "nowhere/app.py:create"}, "Config.App: "},
		"app file misnamed":  {local.Config{App: "testdata/my-app.py:create"}, "cannot import a file named"},
		"no such module":     {local.Config{App: "nowhere.at.all:create"}, "cannot be made: ModuleNotFoundError: No module named 'nowhere'"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.config.Python = python
			_, err := local.Start(t.Context(), test.config)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "SECRET")
		})
	}
}
