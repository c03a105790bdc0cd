package journal

import (
	"encoding/binary"
	"sort"
	"time"
)

// A stamp says which session wrote the blocks behind a place in the file, and when: in Unix seconds, 0 where that is not known.
type stamp struct {
	at, seconds int64
	session     int32
}

// When tells which session wrote a record, by its place in [Journal.Sessions], and when: in UTC, to a second. The time is zero in
// journals that do not say.
func (j *Journal) When(n Number) (session int, at time.Time) {
	j.mu.RLock()
	defer j.mu.RUnlock()
	block := j.index.place(n).block()
	i := sort.Search(j.stamps.n, func(i int) bool { return j.stamps.at(i).at > block }) - 1
	if i < 0 {
		return 0, time.Time{}
	}
	s := j.stamps.at(i)
	if s.seconds != 0 {
		at = time.Unix(s.seconds, 0).UTC()
	}
	return int(s.session), at
}

// stamp appends the time once a second, in front of records. It has to be called with mu locked.
func (j *Journal) stamp(now time.Time) error {
	s := stamp{seconds: now.Unix(), session: int32(len(j.sessions))}
	if n := j.stamps.n; n > 0 {
		if last := j.stamps.at(n - 1); last.session == s.session && last.seconds == s.seconds {
			return nil
		}
	}
	at, err := j.write(appendBlock(nil, binary.AppendVarint([]byte{timeBlock}, s.seconds)))
	if err != nil {
		return err
	}
	s.at = at
	j.stamps.add(s)
	return nil
}

// loadTime takes in the content of a time block.
func (j *Journal) loadTime(content []byte, at int64) error {
	seconds, n := binary.Varint(content)
	const year10000 = 253402300800
	if n <= 0 || seconds < 0 || seconds >= year10000 {
		return errBadBlock
	}
	j.stamps.add(stamp{at: at, seconds: seconds, session: int32(max(len(j.sessions)-1, 0))})
	return nil
}

// stampSession takes in where a session begins. Its repetitions say nothing new.
func (j *Journal) stampSession(at int64) {
	session := int32(len(j.sessions) - 1)
	if n := j.stamps.n; n == 0 || j.stamps.at(n-1).session != session {
		j.stamps.add(stamp{at: at, session: session})
	}
}
