package pace

import "time"

const (
	// StartSize is the size of the first requests: the service works on ten geometries of a batch at a time.
	StartSize = 10
	// costWeight is the weight of the newest request in the cost of a feature.
	costWeight = 0.4
	// leastTarget is the lowest target that timeouts may lead to.
	leastTarget = time.Second
)

// A Sizer chooses how many features and bytes a request has, so that it takes about as long as the target. The size starts small, doubles
// with every full request that was answered as long as the next one should stay below the target, and halves when a request fails
// because of its load.
type Sizer struct {
	Size     int           // the most features of a request
	Bytes    int           // the most bytes of geometry of a request
	Target   time.Duration // how long a request should take
	most     int           // limit of Size
	cost     float64       // seconds per feature, smoothed; 0 before the first answer
	cautious bool          // a request has timed out: no more doubling
}

// NewSizer returns a Sizer with limits for the features and the bytes of a request.
func NewSizer(most, bytes int, target time.Duration) Sizer {
	return Sizer{Size: min(StartSize, most), most: most, Bytes: bytes, Target: target}
}

// Answered records that a request of n features was answered after d. Seeking says that a [Limiter] is Starting: because it counts answers,
// requests that already take long do not grow meanwhile.
func (s *Sizer) Answered(n int, d time.Duration, seeking bool) {
	cost := d.Seconds() / float64(n)
	switch {
	case s.cost == 0:
		s.cost = cost
	case n*4 < min(s.Size, StartSize):
		return // such a small request says nothing about a large one
	default:
		s.cost += costWeight * (cost - s.cost)
	}
	grown := s.Size
	if n >= s.Size && (!seeking || d < s.Target/20) { // a smaller request began before the size last grew
		grown = 2 * s.Size
		if s.cautious {
			grown = s.Size + max(1, s.Size/4)
		}
	}
	s.Size = roundTen(max(1, min(grown, s.affordable(), s.most)))
}

// roundTen rounds down to a multiple of the ten geometries that the service works on at a time: the last of eleven would take as long as
// ten.
func roundTen(n int) int {
	if n < StartSize {
		return n
	}
	return n / StartSize * StartSize
}

// affordable is how many features should take as long as the target.
func (s *Sizer) affordable() int {
	if s.cost <= 0 {
		return s.most
	}
	return int(min(s.Target.Seconds()/s.cost, float64(s.most)))
}

// Failed records that the service failed on n features, perhaps because of their number.
func (s *Sizer) Failed(n int) { s.Size = max(1, min(s.Size, n/2)) }

// TimedOut records that a request of n features timed out after d.
func (s *Sizer) TimedOut(n int, d time.Duration) {
	s.cautious = true
	// The client's or a proxy's limit is d or less; a third of it leaves room for features that take longer than others.
	s.Target = min(s.Target, max(d/3, leastTarget))
	s.cost = max(s.cost, d.Seconds()/float64(n))
	s.Size = max(1, min(s.Size, n/2, s.affordable()))
}

// TooLarge records that a request with so many bytes of geometry was too large. The limit stays.
func (s *Sizer) TooLarge(bytes int) { s.Bytes = max(1, min(s.Bytes, bytes/2)) }

// Share returns how many of the last features to request at once so that all workers finish together: half of an even share, but at least
// as many as the service works on at a time.
func Share(size, left, workers int) int {
	return min(size, max(StartSize, roundTen(left/(2*workers))))
}

const (
	startLimit = 2
	// crowding is how many times longer than usual a feature must take before a lower limit is tried.
	crowding = 2
	// patience is the number of measurements before a higher limit is tried.
	patience = 10
)

// A Limiter chooses how many requests are in flight. It measures the throughput of a limit by Little's law: features per second are the
// limit divided by the time that a feature takes. At the start the limit doubles as long as that gains, and stops at the first limit that
// does not, so that the service always has a request waiting. Later the Limiter tries a higher limit now and then, and a lower one when
// features take longer than usual, and keeps what gains. Heavy features are not mistaken for a busy service, because a lower limit does
// not make them faster. A sign of overload halves the limit at once; it returns one by one.
//
// An answer or failure counts for a limit only if its request began under it. For that, each request carries the epoch in which it
// began, and a change of the limit begins a new epoch.
type Limiter struct {
	Limit   int     // of requests in flight
	Epoch   int     // number of the current epoch
	most    int     // limit of Limit
	sum     float64 // of the seconds per feature of this epoch's answers
	answers int     // in this epoch

	Starting bool    // the limit is still doubling
	before   int     // the limit that this one is compared with; 0 if this one is not on trial
	achieved float64 // features per second under before
	usual    float64 // seconds per feature under this limit; 0 before it was measured
	calm     int     // measurements since the last trial
	goal     int     // the limit to return to after an overload
}

// NewLimiter returns a Limiter for at most so many requests.
func NewLimiter(most int) Limiter {
	return Limiter{Limit: min(startLimit, most), most: most, Starting: true}
}

// Answered records an answer for n features after d, to a request that began in that epoch.
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
	// A trial pays if it gains at least half of the ideal.
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

// step is the difference between a limit and the one that is tried next.
func step(limit int) int { return max(1, limit/4) }

// watch decides whether to try another limit.
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

// Overloaded records that a request that began in that epoch found the service overloaded or failing.
func (l *Limiter) Overloaded(epoch int) {
	if epoch != l.Epoch {
		return // the limit has changed since
	}
	l.goal = l.Limit
	if l.before > 0 { // this limit was a trial only
		l.goal = min(l.Limit, l.before)
	}
	l.Starting, l.before, l.usual, l.calm = false, 0, 0, 0
	l.set(l.Limit / 2)
	l.Epoch++ // also if the limit was 1 already
}

func (l *Limiter) set(limit int) {
	limit = max(1, min(limit, l.most))
	if limit != l.Limit {
		l.Epoch++
	}
	l.Limit = limit
	l.sum, l.answers = 0, 0
}
