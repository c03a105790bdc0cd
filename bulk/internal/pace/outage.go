package pace

import "time"

const (
	// beforeFirst is the longest wait for a service that has not answered yet: it may be the wrong address.
	beforeFirst = 10 * time.Second
	// suspicious is how many requests may fail in a row, each perhaps by its own fault, before the service is probed.
	suspicious = 8
	// The pauses between two probes double from the first to the longest.
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
	// slack is added to a Retry-After, which the service rounds down.
	slack = time.Second
)

// An Outage tells a service that is away from requests that are too much for it. There are three kinds of failed requests: one that is no
// sign of an outage unless everything fails ([Outage.Failed]), one that may be a sign ([Outage.Suspect]), and one that shows that the
// service is not there ([Outage.Away]). While the service is not known to be up, the run sends nothing but probes, whose results go to
// [Outage.Probed]. Any answer ends the outage.
type Outage struct {
	wait     time.Duration // the longest outage to wait for once there was an answer; 0 is none
	answered bool
	failed   int // requests in a row
	enough   int // failed requests in a row that make the service suspected

	state  outageState
	since  time.Time
	next   time.Time     // of the next probe
	pause  time.Duration // between probes
	answer time.Time     // of the last answer
}

type outageState int

const (
	up outageState = iota
	suspected
	away
)

// NewOutage returns an Outage for a run that waits for the service for at most wait. Answered says that the service is known to have
// answered before.
func NewOutage(wait time.Duration, answered bool) Outage {
	return Outage{wait: wait, answered: answered, enough: suspicious}
}

// Up reports whether requests may be sent.
func (o *Outage) Up() bool { return o.state == up }

// Waiting reports whether there certainly is an outage, since when, and the longest wait for it.
func (o *Outage) Waiting() (since time.Time, wait time.Duration, waiting bool) {
	return o.since, o.patience(), o.state == away
}

func (o *Outage) patience() time.Duration {
	if o.answered {
		return o.wait
	}
	return min(beforeFirst, o.wait)
}

// Answered records an answer to a request of the run.
func (o *Outage) Answered(now time.Time) {
	o.answered, o.answer = true, now
	o.state, o.failed, o.enough = up, 0, suspicious
}

// AnsweredSince reports whether a request of the run was answered at that time or later.
func (o *Outage) AnsweredSince(t time.Time) bool { return !o.answer.Before(t) && !o.answer.IsZero() }

// Failed records a request that failed, perhaps by its own fault.
func (o *Outage) Failed(now time.Time) {
	if o.failed++; o.failed >= o.enough {
		o.Suspect(now)
	}
}

// InARow is how many requests failed, perhaps by their own fault, since the last answer.
func (o *Outage) InARow() int { return o.failed }

// Suspect records a sign of an outage: a probe is due at once.
func (o *Outage) Suspect(now time.Time) {
	if o.state == up {
		o.state, o.since, o.next, o.pause = suspected, now, now, firstPause
	}
}

// Away records that the service is not there, or asks to wait; after is how long, or 0 if it does not say. Away reports whether that is
// longer than the run waits.
func (o *Outage) Away(now time.Time, after time.Duration) (over bool) {
	isNews := o.state == up
	if isNews {
		o.since, o.next, o.pause = now, now, firstPause
	}
	o.state = away
	if after > 0 {
		o.answered = true // the address is right
	} else if isNews && o.patience() == 0 {
		o.next = now.Add(firstPause) // one probe decides
		return false
	}
	return o.postpone(now, after)
}

// postpone sets the time of the next probe. It reports whether that is later than the run waits.
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
	if o.next.After(end) {
		o.next = end // the last one
	}
	return false
}

// Due is how long it is until the next probe.
func (o *Outage) Due(now time.Time) time.Duration { return o.next.Sub(now) }

// Probed records the result of a probe: whether the service answers, and how long it asks to wait. Probed reports whether the run has waited
// long enough.
func (o *Outage) Probed(now time.Time, answers bool, after time.Duration) (over bool) {
	if o.state == up {
		return false
	}
	if answers {
		o.state, o.failed = up, 0
		o.enough *= 2 // so far, the requests failed by their own fault
		return false
	}
	if o.state == away {
		o.pause = min(2*o.pause, longestPause)
	}
	o.state = away
	return o.postpone(now, after)
}
