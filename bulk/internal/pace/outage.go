package pace

import "time"

const (
	// beforeFirst is the longest wait for a service that has not answered yet: it may be the wrong address.
	beforeFirst = 10 * time.Second
	// suspicious is how many requests fail in a row, each perhaps by its own fault, before it is looked whether the service is there.
	suspicious = 8
	// The pauses between two probes double from the first to the longest.
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
	// slack makes up for a service that rounds its Retry-After down.
	slack = time.Second
)

// An Outage tells a service that is away from requests that are too much for it. A request that fails is either no sign of an outage
// ([Outage.Failed]), unless everything fails; or one to look into ([Outage.Suspect]); or the service says itself that it is not there
// ([Outage.Away]). While the service is not known to be up, nothing is asked but a probe now and then, whose result goes to
// [Outage.Probed]. Any answer ends the outage. It knows no clock.
type Outage struct {
	wait     time.Duration // longest outage to sit out once there was an answer; 0 is none
	answered bool
	failed   int // requests in a row
	enough   int // of them to suspect the service

	state  outageState
	since  time.Time
	next   time.Time // probe
	pause  time.Duration
	answer time.Time // the last
}

type outageState int

const (
	up outageState = iota
	suspected
	away
)

// NewOutage is for a run that sits out an outage of at most wait. Answered says that the service is known to have answered before.
func NewOutage(wait time.Duration, answered bool) Outage {
	return Outage{wait: wait, answered: answered, enough: suspicious}
}

// Up reports that requests may be sent.
func (o *Outage) Up() bool { return o.state == up }

// Waiting reports an outage that is certain: since when, and how long it is waited for at most.
func (o *Outage) Waiting() (since time.Time, wait time.Duration, waiting bool) {
	return o.since, o.patience(), o.state == away
}

func (o *Outage) patience() time.Duration {
	if o.answered {
		return o.wait
	}
	return min(beforeFirst, o.wait)
}

// Answered takes in an answer to a request of the run.
func (o *Outage) Answered(now time.Time) {
	o.answered, o.answer = true, now
	o.state, o.failed, o.enough = up, 0, suspicious
}

// AnsweredSince reports an answer to a request of the run at that time or later.
func (o *Outage) AnsweredSince(t time.Time) bool { return !o.answer.Before(t) && !o.answer.IsZero() }

// Failed takes in a request that failed, perhaps by its own fault.
func (o *Outage) Failed(now time.Time) {
	if o.failed++; o.failed >= o.enough {
		o.Suspect(now)
	}
}

// InARow is how many requests failed, perhaps by their own fault, since the last answer.
func (o *Outage) InARow() int { return o.failed }

// Suspect asks for a probe at once.
func (o *Outage) Suspect(now time.Time) {
	if o.state == up {
		o.state, o.since, o.next, o.pause = suspected, now, now, firstPause
	}
}

// Away takes in that the service is not there, or wants to be left alone for a while; 0 is that it does not say how long. It reports
// that this is longer than an outage is sat out.
func (o *Outage) Away(now time.Time, after time.Duration) (over bool) {
	isNews := o.state == up
	if isNews {
		o.since, o.next, o.pause = now, now, firstPause
	}
	o.state = away
	if after > 0 {
		o.answered = true // it is there, and it is the right one
	} else if isNews && o.patience() == 0 {
		o.next = now.Add(firstPause) // one probe decides
		return false
	}
	return o.postpone(now, after)
}

// postpone sets the time of the next probe.
func (o *Outage) postpone(now time.Time, after time.Duration) (over bool) {
	end := o.since.Add(o.patience())
	if after > 0 {
		at := now.Add(min(after, 1<<60) + slack)
		if at.After(o.next) {
			o.next = at
		}
		return o.next.After(end.Add(slack))
	}
	if !now.Before(end) {
		return true
	}
	if at := now.Add(o.pause); at.After(o.next) {
		o.next = at
	}
	if o.next.After(end) && now.Before(end) {
		o.next = end // the last one
	}
	return false
}

// Due is how long it is until the next probe.
func (o *Outage) Due(now time.Time) time.Duration { return o.next.Sub(now) }

// Probed takes in what a probe found: that the service answers, or not, and how long it wants to be left alone. It reports that the
// outage has lasted for as long as it is sat out.
func (o *Outage) Probed(now time.Time, answers bool, after time.Duration) (over bool) {
	if o.state == up {
		return false
	}
	if answers {
		o.state, o.failed = up, 0
		o.enough *= 2 // what fails is the requests' own fault, so far
		return false
	}
	if o.state == away {
		o.pause = min(2*o.pause, longestPause)
	}
	o.state = away
	return o.postpone(now, after)
}
