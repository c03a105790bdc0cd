package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// A fault is what becomes of a request.
type fault string

// The faults of requests. Those of the service and of cas are in script.go.
const (
	none fault = ""
	drop fault = "drop" // the connection, before an answer
	cut  fault = "cut"  // the answer, in the middle
	late fault = "late" // the answer comes, after a while
	hang fault = "hang" // no answer comes, as long as the fault lasts
)

var requestFaults = []fault{"500", "502", "503", "429", drop, cut, late, hang}

// A proxy stands before the service, and keeps the ledger of what was asked and answered.
type proxy struct {
	server *httptest.Server
	client http.Client

	mu       sync.Mutex
	upstream string // URL of the service; "" while there is none
	fault    fault
	until    time.Time // the fault ends
	health   bool      // /health meets it too
	poison   map[string]bool
	requests int // of extractions
	told     chan struct{}
	ledger   []entry
	counts   map[string]int
}

// An entry is one request for features.
type entry struct {
	geometries []string
	begun      time.Time
	answered   time.Time // whole, and by a 200; zero if it was not
}

func newProxy() *proxy {
	p := &proxy{counts: map[string]int{}, told: make(chan struct{}, 1)}
	p.client.Transport = &http.Transport{DisableCompression: true}
	p.server = httptest.NewServer(p)
	return p
}

// begin forgets what was before a script.
func (p *proxy) begin(poison map[string]bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.requests, p.ledger, p.poison = none, 0, nil, poison
}

// meet lets requests meet a fault for a time.
func (p *proxy) meet(f fault, d time.Duration, health bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.until, p.health = f, time.Now().Add(d), health
}

func (p *proxy) route(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.upstream = url
}

func (p *proxy) seen() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var asked struct{ Geometries []json.RawMessage }
	if r.Method == http.MethodPost {
		_ = json.Unmarshal(body, &asked)
	}
	at, f, until, url := p.note(r, asked.Geometries)
	switch f {
	case none:
	case late:
		time.Sleep(300 * time.Millisecond)
	case drop:
		panic(http.ErrAbortHandler)
	case hang:
		select {
		case <-r.Context().Done():
		case <-time.After(time.Until(until)):
		}
		panic(http.ErrAbortHandler)
	case cut:
	default:
		code, _ := strconv.Atoi(string(f))
		if f == "429" {
			w.Header().Set("Retry-After", "1")
		}
		http.Error(w, "a fault of the script", code)
		return
	}
	if url == "" {
		panic(http.ErrAbortHandler)
	}
	forward, err := http.NewRequestWithContext(r.Context(), r.Method, url+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	forward.Header = r.Header.Clone()
	response, err := p.client.Do(forward)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(response.StatusCode)
	if f == cut {
		_, _ = w.Write(text[:len(text)/2])
		panic(http.ErrAbortHandler)
	}
	if _, err := w.Write(text); err == nil && response.StatusCode == http.StatusOK && r.Context().Err() == nil && at >= 0 {
		p.mu.Lock()
		p.ledger[at].answered = time.Now()
		p.mu.Unlock()
	}
}

// note puts a request into the ledger, and tells what becomes of it. A request for poisoned features fails, always.
func (p *proxy) note(r *http.Request, geometries []json.RawMessage) (at int, f fault, until time.Time, url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, url = -1, p.upstream
	poisoned := false
	if len(geometries) > 0 && !bytes.HasPrefix(geometries[0], []byte(`{"type": `)) { // which is how cas asks for a point to probe by
		e := entry{begun: time.Now()}
		for _, g := range geometries {
			e.geometries = append(e.geometries, string(g))
			poisoned = poisoned || p.poison[string(g)]
		}
		at = len(p.ledger)
		p.ledger = append(p.ledger, e)
		p.requests++
		select {
		case p.told <- struct{}{}:
		default:
		}
	}
	if time.Now().Before(p.until) && (p.health || r.URL.Path != "/health") {
		f, until = p.fault, p.until
	}
	if f == none && poisoned {
		f = "500"
	}
	if f != none {
		p.counts[string(f)]++
	}
	return at, f, until, url
}

// again counts the features that were asked for though they had been answered before, whole, and not just before cas was killed.
func (p *proxy) again(kills []time.Time) (n int) {
	const inFlight = 2 * time.Second
	p.mu.Lock()
	defer p.mu.Unlock()
	answered := map[string]time.Time{}
	for _, e := range p.ledger {
		for _, g := range e.geometries {
			if t, ok := answered[g]; ok && t.Before(e.begun) {
				n++
			}
		}
		lost := e.answered.IsZero()
		for _, kill := range kills {
			lost = lost || e.answered.After(kill.Add(-inFlight)) && e.begun.Before(kill)
		}
		if !lost {
			for _, g := range e.geometries {
				answered[g] = e.answered
			}
		}
	}
	return n
}
