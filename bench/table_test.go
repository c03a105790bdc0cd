package main

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bench/service"
)

// Every round makes the same table in the same place, anew.
func TestTablesAreMadeAgain(t *testing.T) {
	var requests atomic.Int64
	handler := service.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	folder := t.TempDir()
	c := comparison{url: server.URL, folder: folder, program: filepath.Join(folder, "cas.exe")} // Windows runs no other name
	output, err := exec.Command("go", "build", "-o", c.program, "github.com/community-attribute-service/cas-go/cmd/cas").CombinedOutput()
	require.NoError(t, err, string(output))
	for range 2 {
		before := requests.Load()
		s, err := c.table("sizes", "1,000")
		require.NoError(t, err)
		assert.Equal(t, 10_000, s.Results)
		assert.Greater(t, requests.Load(), before, "the service is asked, not the journal of the last round")
	}
}
