package pace

import "time"

const (
	// startSize is the size of the first requests: the service works on ten geometries of a batch at a time.
	StartSize = 10
	// costWeight is the weight of the newest request in the cost of a feature.
	costWeight = 0.4
	// leastTarget bounds what a time-out may lower the target to.
	leastTarget = time.Second
)

// A sizer chooses how many features and bytes a request takes, so that it takes about as long as it should. It starts
// small, doubles with every full request that was answered while that promises to stay below the target, and falls
// back to a half when one fails for its load. It knows no clock.
type Sizer struct {
	Size     int
	most     int
	Bytes    int // most bytes of geometry
	Target   time.Duration
	cost     float64 // seconds a feature, smoothed; 0 before the first answer
	cautious bool    // a request has timed out: no more doubling
}

func NewSizer(most, bytes int, target time.Duration) Sizer {
	return Sizer{Size: min(StartSize, most), most: most, Bytes: bytes, Target: target}
}

// answered takes in a request of n features that was answered after d. While the number of requests in flight is still sought,
// which goes by answers, requests that are long already do not become longer.
func (s *Sizer) Answered(n int, d time.Duration, seeking bool) {
	cost := d.Seconds() / float64(n)
	switch {
	case s.cost == 0:
		s.cost = cost
	case n*4 < min(s.Size, StartSize):
		return // so small a request says nothing about a large one
	default:
		s.cost += costWeight * (cost - s.cost)
	}
	grown := s.Size
	if n >= s.Size && (!seeking || d < s.Target/20) { // a smaller one was begun before the size last grew
		grown = 2 * s.Size
		if s.cautious {
			grown = s.Size + max(1, s.Size/4)
		}
	}
	s.Size = roundTen(max(1, min(grown, s.affordable(), s.most)))
}

// roundTen rounds down to what the service works on at a time: the last of eleven geometries would take as long as ten.
func roundTen(n int) int {
	if n < StartSize {
		return n
	}
	return n / StartSize * StartSize
}

// affordable is how many features should take as long as a request should.
func (s *Sizer) affordable() int {
	if s.cost <= 0 {
		return s.most
	}
	return int(min(s.Target.Seconds()/s.cost, float64(s.most)))
}

// failed takes in that the service failed on n features, perhaps for their number.
func (s *Sizer) Failed(n int) { s.Size = max(1, min(s.Size, n/2)) }

// timedOut takes in that n features took longer than d.
func (s *Sizer) TimedOut(n int, d time.Duration) {
	s.cautious = true
	// Somebody's limit is d or less; a third of it leaves room for features that take longer than others.
	s.Target = min(s.Target, max(d/3, leastTarget))
	s.cost = max(s.cost, d.Seconds()/float64(n))
	s.Size = max(1, min(s.Size, n/2, s.affordable()))
}

// tooLarge takes in that so many bytes of geometry were too many, which they will always be.
func (s *Sizer) TooLarge(bytes int) { s.Bytes = max(1, min(s.Bytes, bytes/2)) }

// share is how many of the last features to take at once, so that all workers finish together: half of an even share
// at a time, but no fewer than the service works on at a time.
func Share(size, left, workers int) int {
	return min(size, max(StartSize, roundTen(left/(2*workers))))
}
