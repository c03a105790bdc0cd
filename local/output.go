package local

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// reportMark begins the line by which the launcher says how it fared.
	reportMark = "cas-go-local: "
	// maxLine cuts a longer line in pieces, for the last lines only.
	maxLine = 4096
	// tailLines is how many lines an error text quotes: a Python traceback
	// has what matters at its end.
	tailLines = 20
)

// report is what the launcher has to say: one of these.
type report struct {
	Port    int    `json:"port"`    // bound, listening, not yet served
	Missing string `json:"missing"` // the ImportError of the service
	Problem string `json:"problem"` // what else is wrong with the interpreter
	Failed  string `json:"failed"`  // the error of the application's module or factory
}

// output reads what the child prints: it finds the report, hands everything
// else to the log, and keeps the last lines.
type output struct {
	pipe    *os.File
	log     io.Writer
	reports chan report   // gets the report; closed at the end of the output
	ended   chan struct{} // closed when copy has returned

	mu    sync.Mutex
	lines []string // the last ones, oldest first
}

func newOutput(pipe *os.File, log io.Writer) *output {
	if log == nil {
		log = io.Discard
	}
	return &output{pipe: pipe, log: log, reports: make(chan report, 1), ended: make(chan struct{})}
}

// copy reads until every process that could write has ended.
func (o *output) copy() {
	defer close(o.ended)
	defer close(o.reports)
	reported := false
	for reader := bufio.NewReaderSize(o.pipe, maxLine); ; {
		line, err := reader.ReadSlice('\n')
		if found, ok := parseReport(line); ok && !reported {
			reported = true
			o.reports <- found
		} else if len(line) > 0 {
			_, _ = o.log.Write(line) // the log's trouble is not the service's
			o.keep(line)
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}

func parseReport(line []byte) (found report, ok bool) {
	text, ok := bytes.CutPrefix(line, []byte(reportMark))
	return found, ok && json.Unmarshal(text, &found) == nil
}

func (o *output) keep(line []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, strings.TrimRight(string(line), "\r\n"))
	if len(o.lines) > tailLines {
		o.lines = append(o.lines[:0], o.lines[1:]...)
	}
}

// tail is the last lines as the end of an error text, or "".
func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.lines) == 0 {
		return ""
	}
	return "; its last lines:\n\t" + strings.Join(o.lines, "\n\t")
}

// finish waits for the end of the output, and closes the pipe.
func (o *output) finish(grace time.Duration) {
	select {
	case <-o.ended:
	case <-time.After(grace):
	}
	_ = o.pipe.Close()
}
