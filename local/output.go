package local

import (
	"bufio"
	"io"
	"os"
	"strings"
	"sync"
)

const (
	// maxLine cuts a longer line in pieces, for the last lines only.
	maxLine = 4096
	// tailLines is how many lines an error text quotes: a Python traceback
	// has what matters at its end.
	tailLines = 20
)

// output reads what the child prints, hands it to the log, and keeps the last
// lines.
type output struct {
	pipe  *os.File
	log   io.Writer
	ended chan struct{} // closed when copy has returned

	mu    sync.Mutex
	lines []string // the last ones, oldest first
}

func newOutput(pipe *os.File, log io.Writer) *output {
	return &output{pipe: pipe, log: log, ended: make(chan struct{})}
}

// copy reads until every process that could write has ended.
func (o *output) copy() {
	defer close(o.ended)
	for reader := bufio.NewReaderSize(o.pipe, maxLine); ; {
		line, err := reader.ReadSlice('\n')
		if len(line) > 0 {
			_, _ = o.log.Write(line) // the log's trouble is not the service's
			o.keep(line)
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
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

// sharedLog lets several processes write to one log, a line at a time.
type sharedLog struct {
	mu  sync.Mutex
	log io.Writer
}

func (s *sharedLog) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(line)
}
