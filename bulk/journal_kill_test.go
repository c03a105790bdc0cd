package bulk

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// The environment that tells a test process to be the run that is killed.
const (
	childURL    = "BULK_TEST_CHILD_URL"
	childFolder = "BULK_TEST_CHILD_FOLDER"
)

const (
	childFeatures    = 1500
	childSize        = 20
	childConcurrency = 3
)

// TestChildRun is the run that TestKill starts as a process of its own; otherwise it does nothing.
func TestChildRun(t *testing.T) {
	folder := os.Getenv(childFolder)
	if folder == "" {
		return
	}
	client, err := cas.NewClient(os.Getenv(childURL))
	require.NoError(t, err)
	j := openJournal1(t, filepath.Join(folder, "table.journal"))
	table, err := os.Create(filepath.Join(folder, "table.part"))
	require.NoError(t, err)
	rows := bufio.NewWriter(table)
	o := Options{DatasetIDs: dataset, BatchSize: childSize, Concurrency: childConcurrency, Journal: j}
	for outcome, err := range Extract(t.Context(), client, someFeatures(childFeatures), o) {
		require.NoError(t, err)
		require.NoError(t, outcome.Err)
		fmt.Fprintln(rows, outcome.Feature.ID, outcome.Response.Results[0].Value)
	}
	require.NoError(t, rows.Flush())
	require.NoError(t, table.Close())
	require.NoError(t, j.Finish())
	require.NoError(t, os.Rename(table.Name(), filepath.Join(folder, "table")))
}

// served is a service over HTTP that counts the requests for each position.
type served struct {
	mu    sync.Mutex
	asked map[int]int
}

// forget returns the counts and resets them.
func (s *served) forget() map[int]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = map[int]int{}
	return asked
}

func (s *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Geometries []json.RawMessage `json:"geometries"`
		DatasetIDs []string          `json:"dataset_ids"`
	}
	body, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(body, &request); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	batch := cas.BatchAttributeResponse{RequestID: "285d971167bf", TotalGeometries: int64(len(request.Geometries))}
	s.mu.Lock()
	for _, g := range request.Geometries {
		position := positionOf(g)
		s.asked[position]++
		batch.Responses = append(batch.Responses, *responseFor(position, request.DatasetIDs))
	}
	s.mu.Unlock()
	time.Sleep(3 * time.Millisecond)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(batch)
}

// A run that is killed at random moments and run again ends with the table of an uninterrupted run, and repeats only the requests that
// were in flight.
func TestKill(t *testing.T) {
	const kills = 6
	service := &served{asked: map[int]int{}}
	server := httptest.NewServer(service)
	defer server.Close()
	start := func(folder string) *exec.Cmd {
		child := exec.Command(os.Args[0], "-test.run=^TestChildRun$")
		child.Env = append(os.Environ(), childURL+"="+server.URL, childFolder+"="+folder)
		require.NoError(t, child.Start())
		return child
	}

	whole := t.TempDir()
	began := time.Now()
	require.NoError(t, start(whole).Wait())
	took := time.Since(began)
	require.Len(t, service.forget(), childFeatures)

	folder := t.TempDir()
	killed := 0
	for range kills {
		child := start(folder)
		time.Sleep(time.Duration(rand.Int64N(int64(took)))/4 + took/20)
		_ = child.Process.Kill()
		if child.Wait() != nil {
			killed++
		}
		_, err := os.Stat(filepath.Join(folder, "table"))
		if err == nil {
			break // that run finished
		}
	}
	require.NoError(t, start(folder).Wait())

	want, err := os.ReadFile(filepath.Join(whole, "table"))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(folder, "table"))
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	state, err := journal.Inspect(filepath.Join(folder, "table.journal"))
	require.NoError(t, err)
	require.Equal(t, []any{true, childFeatures, 0, 0}, []any{state.Finished, state.Done, state.Failed, state.Damaged})

	asked := service.forget()
	require.Len(t, asked, childFeatures)
	twice := 0
	for _, times := range asked {
		twice += times - 1
	}
	t.Logf("killed %d times, %d features asked for again", killed, twice)
	require.LessOrEqual(t, twice, killed*childSize*childConcurrency)
}
