package local

import (
	"bufio"
	"encoding/json"
	"os"
)

// report is one line of the launcher: a stage that it has reached, or what ends the start.
type report struct {
	Stage  stage  `json:"stage"`
	Port   int    `json:"port"` // with listening: bound, not yet served
	Tuning Tuning `json:"tuning"`

	Missing string `json:"missing"` // the ImportError of the service
	Problem string `json:"problem"` // what else is wrong with the interpreter
	Failed  string `json:"failed"`  // the error of the application's module or factory
}

// stage is how far a start has come.
type stage string

const (
	launched  stage = "" // nothing heard yet: it may not be Python at all
	started   stage = "started"
	imported  stage = "imported"
	listening stage = "listening"
)

// doing says what the child does after a stage, for error texts.
func (s stage) doing() string {
	switch s {
	case launched:
		return "starting Python"
	case started:
		return "importing the service"
	case imported:
		return "making the application"
	default:
		return "starting to serve"
	}
}

// reports reads the pipe on which only the launcher writes: what the application prints, or closes, does not touch it.
type reports struct {
	pipe  *os.File
	lines chan report   // closed at the end of the pipe
	ended chan struct{} // closed when read has returned
}

// maxReports is more than the launcher sends.
const maxReports = 16

func newReports(pipe *os.File) *reports {
	return &reports{pipe: pipe, lines: make(chan report, maxReports), ended: make(chan struct{})}
}

func (r *reports) read() {
	defer close(r.ended)
	defer close(r.lines)
	for lines := bufio.NewScanner(r.pipe); lines.Scan(); {
		var found report
		if json.Unmarshal(lines.Bytes(), &found) != nil {
			continue
		}
		select {
		case r.lines <- found:
		default: // nobody reads after the start
		}
	}
}
