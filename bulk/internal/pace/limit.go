package pace

import "time"

const (
	startLimit = 2
	// crowding is how much longer than usual a feature takes before fewer requests at a time are tried.
	crowding = 2
	// patience is how many measurements pass before more requests at a time are tried.
	patience = 10
)

// A limiter chooses how many requests are in flight. It measures what a limit achieves by Little's law: the limit, over the
// time that a feature takes, is the features a second. In the beginning it doubles for as long as that brings more, and stays
// at the first limit that does not, so that the service always has a request waiting. Later it tries more now and then, and
// fewer when features take longer than usual, and keeps what pays: features that are heavier than others are not taken for
// a crowded service, for fewer requests do not make them faster. What signals overload takes requests away at once, to come
// back one by one. It knows no clock.
//
// Answers and failures say something about a limit only if their request was begun under it: each carries the epoch
// in which it began, and a change of the limit begins another.
type Limiter struct {
	Limit, most int
	Epoch       int
	sum         float64 // of the seconds a feature of this epoch's answers
	answers     int     // in this epoch

	Starting bool    // doubling
	before   int     // the limit that the present one is compared with; 0 if it is not on trial
	achieved float64 // by it, in features a second
	usual    float64 // seconds a feature takes with this limit; 0 before it was measured
	calm     int     // measurements since the last trial
	goal     int     // to return to after an overload
}

func NewLimiter(most int) Limiter {
	return Limiter{Limit: min(startLimit, most), most: most, Starting: true}
}

// answered takes in an answer for n features after d.
func (l *Limiter) Answered(epoch, n int, d time.Duration) {
	if epoch != l.Epoch || n < 1 {
		return
	}
	l.sum += max(d, time.Nanosecond).Seconds() / float64(n)
	l.answers++
	if l.answers < l.Limit {
		return
	}
	seconds := l.sum / float64(l.answers)
	l.sum, l.answers = 0, 0
	switch achieves := float64(l.Limit) / seconds; {
	case l.before != 0:
		l.judge(achieves)
	case l.Starting:
		l.try(2*l.Limit, achieves)
	default:
		l.watch(seconds, achieves)
	}
}

// judge ends a trial.
func (l *Limiter) judge(achieves float64) {
	before := l.before
	// The half of what ideally changes decides.
	gain := achieves / l.achieved
	pays := gain-1 >= (float64(l.Limit)/float64(before)-1)/2
	l.before, l.calm, l.usual = 0, 0, 0
	switch {
	case l.Starting && pays:
		l.try(2*l.Limit, achieves)
	case l.Starting && gain >= 0.9:
		l.Starting = false
	case pays && l.Limit > before:
		l.try(l.Limit+step(l.Limit), achieves)
	case pays && gain > 1.05:
		l.try(l.Limit-step(l.Limit), achieves)
	case !pays:
		l.Starting = false
		l.set(before)
	}
}

// step is by how much limits differ that are compared.
func step(limit int) int { return max(1, limit/4) }

// watch decides whether another limit is to be tried.
func (l *Limiter) watch(seconds, achieves float64) {
	l.calm++
	switch {
	case l.Limit < l.goal:
		l.set(l.Limit + 1)
		l.usual = 0
		return
	case l.usual == 0:
		l.usual = seconds
	case seconds > crowding*l.usual && l.Limit > 1:
		l.try(l.Limit-step(l.Limit), achieves)
		return
	}
	l.usual += (seconds - l.usual) / 4
	if l.calm >= patience {
		l.try(l.Limit+step(l.Limit), achieves)
	}
}

// try puts another limit on trial.
func (l *Limiter) try(limit int, achieves float64) {
	l.calm = 0
	before := l.Limit
	l.set(limit)
	if l.Limit == before {
		l.Starting = false
		return
	}
	l.before, l.achieved = before, achieves
}

// overloaded takes in that a request begun in that epoch found the service overloaded, or failing.
func (l *Limiter) Overloaded(epoch int) {
	if epoch != l.Epoch {
		return // the limit has been lowered, or raised, since
	}
	l.goal = l.Limit // to come back to, unless the way there is as far as it gets
	if l.before > 0 {
		l.goal = min(l.Limit, l.before)
	}
	l.Starting, l.before, l.usual, l.calm = false, 0, 0, 0
	l.set(l.Limit / 2)
	l.Epoch++ // also where the limit was one
}

func (l *Limiter) set(limit int) {
	limit = max(1, min(limit, l.most))
	if limit != l.Limit {
		l.Epoch++
	}
	l.Limit = limit
	l.sum, l.answers = 0, 0
}
