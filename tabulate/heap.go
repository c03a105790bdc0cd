package tabulate

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// headroom is how much a run allocates between two collections of garbage, in bytes.
const headroom = 16 << 20

// A heap of a run is collected when it has grown by headroom, whatever lives in it. By itself the collector lets it grow by as much as
// lives, which is not what a run needs at either end: while a table is written, little lives, some megabytes, and the collector would be
// at work a tenth of the time; with a million features, much of what lives are tables of ids and places, in which there is nothing to
// look at and for which nothing more is needed.
type heap struct {
	mu    sync.Mutex
	usual int // percentage to go back to
	ended bool
}

// steadyHeap keeps the heap so until end is called. Whoever has set GOGC or GOMEMLIMIT has the last word.
func steadyHeap() (end func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	h := &heap{}
	h.usual = debug.SetGCPercent(100)
	h.watch()
	return h.end
}

// watch has the heap set right after the next collection, which finds an object that nobody has.
func (h *heap) watch() {
	runtime.AddCleanup(&struct{ *heap }{h}, func(h *heap) { h.set() }, h)
}

// set chooses the percentage that lets the heap grow by headroom from what lives.
func (h *heap) set() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	const least, most = 20, 400
	debug.SetGCPercent(int(min(max(100*headroom/max(live[0].Value.Uint64(), 1), least), most)))
	h.watch()
}

func (h *heap) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	debug.SetGCPercent(h.usual)
}
