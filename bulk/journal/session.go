package journal

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
)

// A Session is what one run says of itself in the journal that it writes to.
type Session struct {
	ServiceURL     string      `json:"service_url,omitempty"`     // base URL of the service; "" is unknown
	ServiceVersion string      `json:"service_version,omitempty"` // as the service gives it; "" is unknown
	Client         string      `json:"client,omitempty"`          // name and version of the program that asked
	Parameters     Fingerprint `json:"run"`                       // of the answers; its datasets include those of earlier sessions
	First          time.Time   `json:"first,omitzero"`            // when the session's first record was written
	Last           time.Time   `json:"last,omitzero"`             // and its last one, to a minute after a kill
	Features       int         `json:"features,omitzero"`         // of a table whose newest answer is the session's; not in the journal
	Failed         int         `json:"failed,omitzero"`           // those of them that lack something; not in the journal
}

// sessionText is the content of a session block. The version tells a reader whose first line is damaged what it reads.
type sessionText struct {
	Version int `json:"version"`
	Session
}

// sessionEvery is how far Last may be behind while records arrive.
const sessionEvery = time.Minute

// Describe says who asks whom, for the sessions of the journal. It may be called again when more is known.
func (j *Journal) Describe(serviceURL, serviceVersion, client string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := &j.session
	s.ServiceURL, s.ServiceVersion, s.Client = serviceURL, serviceVersion, client
	j.sessionDirty = !s.First.IsZero()
}

// Sessions lists the runs that wrote records, oldest first. Journals of version 2 have one without a service and without times.
func (j *Journal) Sessions() []Session {
	j.mu.RLock()
	defer j.mu.RUnlock()
	list := slices.Clone(j.sessions)
	if !j.session.First.IsZero() {
		list = append(list, j.session)
	}
	return list
}

// SameService reports that the session before this one was answered by the same service.
func (j *Journal) SameService() bool {
	j.mu.RLock()
	defer j.mu.RUnlock()
	last := len(j.sessions) - 1
	return last >= 0 && j.done > 0 && j.session.ServiceURL != "" && j.sessions[last].ServiceURL == j.session.ServiceURL
}

// appendSession appends a session block.
func appendSession(b []byte, s Session) ([]byte, error) {
	text, err := json.Marshal(sessionText{fileVersion, s})
	if err != nil {
		return nil, fmt.Errorf("the parameters cannot be recorded in the journal: %w", err)
	}
	return appendBlock(b, []byte{sessionBlock}, text), nil
}

// loadSession takes in the text of a session block, or of the header of version 2.
func (j *Journal) loadSession(text []byte) error {
	var s sessionText
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	if s.Version > fileVersion || len(s.Parameters.DatasetIDs) == 0 {
		return errBadBlock
	}
	switch last := len(j.sessions) - 1; {
	case last < 0:
		j.sessions = []Session{s.Session}
	case j.sessions[last].First.Equal(s.First):
		j.sessions[last] = s.Session
	default:
		j.sessions = append(j.sessions, s.Session)
	}
	if j.begun && s.Parameters.grows(j.stored) {
		j.forgetDone()
	}
	j.stored, j.begun = s.Parameters, true
	return nil
}

// forgetDone is for datasets that no record has an answer to.
func (j *Journal) forgetDone() {
	for i := range j.index.places.n {
		j.index.places.set(i, j.index.places.at(i)&^1)
	}
	j.done = 0
}

// noteSession appends the session once more if it has changed since it was written, and is due. It has to be called with mu locked.
func (j *Journal) noteSession(now time.Time, due bool) error {
	if !j.sessionDirty || !due && now.Sub(j.sessionAt) < sessionEvery {
		return nil
	}
	block, err := appendSession(nil, j.session)
	if err != nil {
		return err
	}
	j.sessionAt, j.sessionDirty = now, false
	_, err = j.write(block)
	return err
}
