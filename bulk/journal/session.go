package journal

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/go-json-experiment/json"
)

// A Session describes one run, in the journal that it writes to.
type Session struct {
	ServiceURL     string      `json:"service_url,omitempty"`     // base URL of the service; "" if unknown
	ServiceVersion string      `json:"service_version,omitempty"` // as the service reports it; "" if unknown
	Client         string      `json:"client,omitempty"`          // name and version of the program that made the run
	Parameters     Fingerprint `json:"run"`                       // of the answers; its datasets include those of earlier sessions
	First          time.Time   `json:"first,omitzero"`            // when the session's first record was written
	Last           time.Time   `json:"last,omitzero"`             // when its last record was written; up to a minute early after a kill
	Features       int         `json:"features,omitzero"`         // of a table: those whose newest answer is this session's; not in the journal
	Failed         int         `json:"failed,omitzero"`           // those of Features that lack something; not in the journal
}

// sessionText is the content of a session block. The version is repeated here for a reader whose first line is damaged.
type sessionText struct {
	Version int `json:"version"`
	Session
}

// A stamp says which session wrote the blocks from a place in the file on, and when: in Unix seconds, 0 if that is not known.
type stamp struct {
	at, seconds int64
	session     int32
}

// Describe sets the service and the client of this run's session. It may be called again when more is known.
func (j *Journal) Describe(serviceURL, serviceVersion, client string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := &j.session
	s.ServiceURL, s.ServiceVersion, s.Client = serviceURL, serviceVersion, client
	j.sessionDirty = !s.First.IsZero()
}

// Sessions lists the runs that wrote records, oldest first. A journal of version 2 has one, without a service and without times.
func (j *Journal) Sessions() []Session {
	j.mu.RLock()
	defer j.mu.RUnlock()
	list := slices.Clone(j.sessions)
	if !j.session.First.IsZero() {
		list = append(list, j.session)
	}
	return list
}

// SameService reports whether the same service answered the session before this one.
func (j *Journal) SameService() bool {
	j.mu.RLock()
	defer j.mu.RUnlock()
	last := len(j.sessions) - 1
	return last >= 0 && j.done > 0 && j.session.ServiceURL != "" && j.sessions[last].ServiceURL == j.session.ServiceURL
}

// When returns which session wrote a record, as an index of [Journal.Sessions], and when, in UTC, to a second. The time is zero in a
// journal that does not record it.
func (j *Journal) When(n Number) (session int, at time.Time) {
	j.mu.RLock()
	defer j.mu.RUnlock()
	block := j.index.place(n).block()
	i := sort.Search(len(j.stamps), func(i int) bool { return j.stamps[i].at > block }) - 1
	if i < 0 {
		return 0, time.Time{}
	}
	s := j.stamps[i]
	if s.seconds != 0 {
		at = time.Unix(s.seconds, 0).UTC()
	}
	return int(s.session), at
}

// stamp appends the time before records, at most once a second. It is called with mu locked.
func (j *Journal) stamp(now time.Time) error {
	s := stamp{seconds: now.Unix(), session: int32(len(j.sessions))}
	if n := len(j.stamps); n > 0 && j.stamps[n-1].session == s.session && j.stamps[n-1].seconds == s.seconds {
		return nil
	}
	at, err := j.write(appendBlock(nil, binary.AppendVarint([]byte{timeBlock}, s.seconds)))
	if err != nil {
		return err
	}
	s.at = at
	j.stamps = append(j.stamps, s)
	return nil
}

// sessionEvery is how far the file's copy of Session.Last may be behind while records arrive.
const sessionEvery = time.Minute

// noteSession appends the session again if it has changed and was written long enough ago, or in any case if due. It is called with mu
// locked.
func (j *Journal) noteSession(now time.Time, due bool) error {
	if !j.sessionDirty || !due && now.Sub(j.sessionAt) < sessionEvery {
		return nil
	}
	block, err := j.session.block()
	if err != nil {
		return err
	}
	j.sessionAt, j.sessionDirty = now, false
	_, err = j.write(block)
	return err
}

// block encodes the block of a session.
func (s Session) block() ([]byte, error) {
	text, err := json.Marshal(sessionText{fileVersion, s})
	if err != nil {
		return nil, fmt.Errorf("the parameters cannot be recorded in the journal: %w", err)
	}
	return appendBlock(nil, []byte{sessionBlock}, text), nil
}
