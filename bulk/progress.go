package bulk

import (
	"math"
	"time"
)

// Progress is how far a run has come. With Options.Periods, a feature counts once for each period, and once for Options.Static.
type Progress struct {
	Outcomes    int // outcomes of a feature: 1, or with Options.Periods their number, and 1 more for Options.Static
	Total       int // features in the input, times Outcomes; 0 if [Options.Total] is not set
	Read        int // features read
	Done        int // features with every dataset, including those from the journal
	Failed      int // features that were refused, failed, or lack a dataset
	FromJournal int // features that have the answer of an earlier run

	Requests    int   // requests sent, including repetitions
	InFlight    int   // requests under way
	Sent        int64 // bytes of geometry text in these requests
	Received    int64 // bytes of answers
	BatchSize   int   // features of a request, as chosen at the moment
	Concurrency int   // requests in flight, as chosen at the moment

	Waiting Waiting // for a service that is away

	Rate    float64       // features per second that got their outcome from the service, averaged over about half a minute
	Elapsed time.Duration // since the run began
}

// Waiting is an outage that the run waits for. The zero Waiting means that the service is up.
type Waiting struct {
	Since  time.Time     // when the outage was noticed
	Most   time.Duration // the longest wait for it
	Reason string        // what the service does, such as "the service answers 503"
}

// Remaining estimates how long the rest of the input takes at the current rate; false if that is not known.
func (p Progress) Remaining() (time.Duration, bool) {
	left := p.Total - p.Done - p.Failed
	if p.Total == 0 || p.Rate <= 0 || left < 0 {
		return 0, false
	}
	seconds := float64(left) / p.Rate
	if seconds > math.MaxInt64/float64(time.Second)/2 {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// tellEvery is the least time between two calls of Options.Progress.
const tellEvery = 100 * time.Millisecond

// rateMemory is the time constant of the rate's average.
const rateMemory = 20 * time.Second

// A rate is an exponentially weighted average of events per second.
type rate struct {
	started, last time.Time
	weight        float64
}

func (r *rate) add(now time.Time, n int) {
	r.fade(now)
	r.weight += float64(n)
}

func (r *rate) at(now time.Time) float64 {
	r.fade(now)
	memory := rateMemory.Seconds()
	span := memory * -math.Expm1(-now.Sub(r.started).Seconds()/memory)
	if span <= 0 {
		return 0
	}
	return r.weight / span
}

func (r *rate) fade(now time.Time) {
	r.weight *= math.Exp(-now.Sub(r.last).Seconds() / rateMemory.Seconds())
	r.last = now
}

// tell calls Options.Progress, one call at a time and not too often.
func (r *run) tell(atOnce bool) {
	if r.options.Progress == nil {
		return
	}
	r.telling.Lock()
	defer r.telling.Unlock()
	if now := time.Now(); atOnce || now.Sub(r.told) >= tellEvery {
		r.told = now
		r.options.Progress(r.progress(now))
	}
}

func (r *run) progress(now time.Time) Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.tally
	p.InFlight, p.BatchSize, p.Concurrency = r.inFlight, r.sizer.Size, r.limiter.Limit
	if since, most, waiting := r.outage.Waiting(); waiting {
		p.Waiting = Waiting{since, most, whatItDoes(r.trouble)}
	}
	p.Rate, p.Elapsed = r.rate.at(now), now.Sub(r.rate.started)
	return p
}
