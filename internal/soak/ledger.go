package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/community-attribute-service/cas-go/cas"
)

// ledger knows which faults befell which call.
type ledger struct {
	mu     sync.Mutex
	faults map[int64][]*kind // by call, one for every attempt; nil is none
	counts map[string]int
	ends   map[string]int
	wrong  []string
}

func newLedger() *ledger {
	return &ledger{faults: map[int64][]*kind{}, counts: map[string]int{}, ends: map[string]int{}}
}

// met notes what befell an attempt.
func (l *ledger) met(r *http.Request, k *kind) {
	id, err := callOf(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.wrong = append(l.wrong, "a request that no call sent: "+err.Error())
		return
	}
	l.faults[id] = append(l.faults[id], k)
	if k != nil {
		l.counts[k.name]++
	}
}

// callOf reads the call's number from its request.
func callOf(r *http.Request) (int64, error) {
	if number, ok := strings.CutPrefix(r.URL.Query().Get("variable"), "v"); ok {
		return strconv.ParseInt(number, 10, 64)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	type point struct{ Coordinates [2]float64 }
	var request struct {
		Geometry   *point
		Geometries []point
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return 0, err
	}
	if request.Geometry == nil {
		if len(request.Geometries) == 0 {
			return 0, errors.New("no geometry")
		}
		request.Geometry = &request.Geometries[0]
	}
	return numberOf(request.Geometry.Coordinates[0], request.Geometry.Coordinates[1]), nil
}

// settle holds how a call ended against what befell its attempts.
func (l *ledger) settle(id int64, w way, wrong string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	attempts := l.faults[id]
	delete(l.faults, id)
	if complaint := judge(w, attempts, wrong, err); complaint != "" {
		l.wrong = append(l.wrong, fmt.Sprintf("call %d after %d attempts: %s", id, len(attempts), complaint))
	}
	switch {
	case err == nil && len(attempts) > 1:
		l.ends["answered after a repetition"]++
	case err == nil:
		l.ends["answered at once"]++
	default:
		l.ends["ended in the right error"]++
	}
}

func judge(w way, attempts []*kind, wrong string, err error) string {
	switch {
	case wrong != "":
		return "a wrong answer: " + wrong
	case len(attempts) == 0:
		return fmt.Sprintf("no request arrived, and it ended in %v", err)
	}
	for _, k := range attempts[:len(attempts)-1] {
		if k == nil || (k.ends != nil && !k.repeatedFor(w)) {
			return "asked again after " + k.String()
		}
	}
	last := attempts[len(attempts)-1]
	if err == nil {
		if last == nil || last.ends == nil || w.leaves {
			return ""
		}
		return "answered in spite of " + last.name
	}
	var e *cas.Error
	switch {
	case !errors.As(err, &e):
		return fmt.Sprintf("ended in an error without a type, %v, after %v", err, last)
	case len(attempts) > e.Attempts && !w.get:
		return fmt.Sprintf("says %d attempts where %d arrived", e.Attempts, len(attempts))
	case e.Attempts == maxAttempts && len(attempts) < maxAttempts && matches(e, errTransport):
		return "" // the last attempt met a connection that had been reset, and did not arrive
	case last == nil || last.ends == nil:
		return fmt.Sprintf("ended in %v after %v", err, last)
	case !matches(e, last.ends):
		return fmt.Sprintf("ended in %v after %v", err, last)
	case last.repeatedFor(w) && e.Attempts != maxAttempts:
		return fmt.Sprintf("gave up after %d attempts in %v", e.Attempts, err)
	}
	return ""
}

func matches(e *cas.Error, want error) bool {
	var status errStatus
	switch {
	case want == error(errTransport):
		return e.Type == cas.ErrorTypeTransport && e.StatusCode == 0
	case errors.As(want, &status):
		return e.StatusCode == int(status)
	default:
		return errors.Is(e, want)
	}
}
