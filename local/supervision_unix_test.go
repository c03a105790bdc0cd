//go:build unix

package local_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/local"
)

// groupIsGone waits until no process of the group is left. A killed process
// stays in it until it is reaped, by init when its parent died too.
func groupIsGone(t *testing.T, pid int) {
	t.Helper()
	assert.Eventually(t, func() bool {
		return syscall.Kill(-pid, 0) == syscall.ESRCH
	}, ample, 20*time.Millisecond, "processes of group %d are left", pid)
}

func groupsAreGone(t *testing.T, pids []int) {
	t.Helper()
	for _, pid := range pids {
		groupIsGone(t, pid)
	}
}

func TestWorkersEndWithTheService(t *testing.T) {
	config := broken(t, "healthy")
	config.Workers = 3
	running, err := local.Start(t.Context(), config)
	require.NoError(t, err)
	require.Len(t, running.PIDs(), 3)
	require.NoError(t, running.Close())
	groupsAreGone(t, running.PIDs())
}

// The others go on when one process ends, and Close tells of it.
func TestServiceGoesOnWithoutAWorker(t *testing.T) {
	defer goleak.VerifyNone(t)
	config := broken(t, "healthy")
	config.Workers = 2
	running, err := local.Start(t.Context(), config)
	require.NoError(t, err)
	pids := running.PIDs()
	require.NoError(t, syscall.Kill(pids[0], syscall.SIGKILL))
	groupIsGone(t, pids[0])
	require.Eventually(t, func() bool {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get(running.URL() + "/health")
		return err == nil && response.Body.Close() == nil && response.StatusCode == http.StatusOK
	}, ample, 20*time.Millisecond)
	select {
	case <-running.Done():
		t.Fatal("the service ended with one of its processes")
	default:
	}

	require.NoError(t, syscall.Kill(pids[1], syscall.SIGKILL))
	<-running.Done()
	require.ErrorContains(t, running.Close(), "ended by itself: signal: killed")
	groupsAreGone(t, pids)
}

func TestStubbornServiceIsKilled(t *testing.T) {
	for _, workers := range []int{1, 2} {
		t.Run(fmt.Sprint(workers, " workers"), func(t *testing.T) {
			defer goleak.VerifyNone(t)
			defer local.SetStopGrace(time.Second)()
			config := broken(t, "stubborn")
			config.Workers = workers
			read, write := io.Pipe()
			config.Log = write
			blocked := make(chan struct{}, 1)
			go func() {
				for lines := bufio.NewScanner(read); lines.Scan(); {
					// Python writes a line end apart from its line, so that another worker's line may stand between them.
					if strings.Contains(lines.Text(), "blocked") {
						select {
						case blocked <- struct{}{}:
						default:
						}
					}
				}
			}()
			running, err := local.Start(t.Context(), config)
			require.NoError(t, err)

			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, running.URL()+"/block", nil)
			require.NoError(t, err)
			answered := make(chan struct{})
			go func() {
				defer close(answered)
				transport := &http.Transport{DisableKeepAlives: true}
				if response, err := transport.RoundTrip(request); err == nil {
					response.Body.Close()
				}
			}()
			select {
			case <-blocked:
			case <-time.After(time.Minute):
				require.Fail(t, "the service did not say that it has the request")
			}
			require.NoError(t, running.Close())
			groupsAreGone(t, running.PIDs())
			<-answered
			write.Close()
		})
	}
}

// Nothing of the service is left when the Go program is killed: neither with
// one process nor with workers, neither while it serves nor while it starts.
func TestNothingOutlivesAKilledProgram(t *testing.T) {
	for name, test := range map[string]struct {
		factory string
		workers int
	}{
		"serving":              {"healthy", 1},
		"serving with workers": {"healthy", 2},
		"stuck in its start":   {"sleeping", 1},
	} {
		t.Run(name, func(t *testing.T) {
			program, err := os.Executable()
			require.NoError(t, err)
			parent := exec.CommandContext(t.Context(), program)
			parent.Env = append(os.Environ(), parentOf+"="+test.factory,
				"PYTHON="+service.Python(t, service.Latest), "WORKERS="+strconv.Itoa(test.workers))
			parent.Stderr = os.Stderr
			output, err := parent.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, parent.Start())

			pids := make([]int, test.workers)
			lines := bufio.NewReader(output)
			for i := range pids {
				line, err := lines.ReadString('\n')
				require.NoError(t, err)
				pids[i], err = strconv.Atoi(strings.TrimSpace(line))
				require.NoError(t, err)
				require.NoError(t, syscall.Kill(-pids[i], 0), "the service runs")
			}

			require.NoError(t, parent.Process.Kill())
			_ = parent.Wait()
			groupsAreGone(t, pids)
		})
	}
}
