package local_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/community-attribute-service/cas-go/local"
)

// Names of environment variables that turn the test binary into another program.
const (
	impostor = "LOCAL_TEST_IMPOSTOR"  // says that Python was not found
	parentOf = "LOCAL_TEST_PARENT_OF" // runs an application of testdata/apps.py, until killed
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(impostor) != "":
		fmt.Println("Python was not found; run without arguments to install it")
		os.Exit(9)
	case os.Getenv(parentOf) != "":
		err := runParent(os.Getenv(parentOf))
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// runParent prints the process id of the service once it runs, and waits.
func runParent(factory string) error {
	workers, err := strconv.Atoi(os.Getenv("WORKERS"))
	if err != nil {
		return err
	}
	defer local.SetStopGrace(time.Second)()
	config := local.Config{
		Python:  os.Getenv("PYTHON"),
		App:     filepath.Join("testdata", "apps.py") + ":" + factory,
		Workers: workers,
		Log:     pidPrinter{},
	}
	running, err := local.Start(context.Background(), config)
	if err != nil {
		return err
	}
	<-running.Done()
	return running.Close()
}

// pidPrinter prints the process id that uvicorn logs when it begins to start:
// there is no Service to ask before Start has returned.
type pidPrinter struct{}

func (pidPrinter) Write(line []byte) (int, error) {
	if _, rest, ok := bytes.Cut(line, []byte("Started server process [")); ok {
		pid, _, _ := bytes.Cut(rest, []byte("]"))
		fmt.Println(string(pid))
	}
	return len(line), nil
}
