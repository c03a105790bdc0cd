package castest

import (
	"strconv"
	"sync"
	"time"
)

const rateWindow = time.Minute

// limiter is the service's rate limit: windows of a minute, each caller's from its first request on.
type limiter struct {
	perMinute int // 0 is no limit
	now       func() time.Time

	mu      sync.Mutex
	windows map[string]window
}

type window struct {
	start time.Time
	count int
}

// check counts a request. Where it is one too many, it gives the seconds that Retry-After says: rounded down, so that who waits
// exactly so long comes too early.
func (l *limiter) check(caller string) (retryAfter string, ok bool) {
	if l.perMinute == 0 {
		return "", true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	w, known := l.windows[caller]
	if !known || now.Sub(w.start) >= rateWindow {
		w = window{start: now}
	}
	if w.count >= l.perMinute {
		left := rateWindow - now.Sub(w.start)
		return strconv.Itoa(max(1, int(left/time.Second))), false
	}
	w.count++
	if l.windows == nil {
		l.windows = map[string]window{}
	}
	l.windows[caller] = w
	return "", true
}
