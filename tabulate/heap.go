package tabulate

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// headroom is how much a run allocates between two garbage collections, in bytes.
const headroom = 16 << 20

// A heap sets the percentage of the garbage collector again and again, so that the heap grows by headroom between two collections. By
// default it doubles. While a table is written, the live heap is only some megabytes, and the collector would need a tenth of the time. With
// a million features, most of the live heap is tables of ids and places; doubling it would waste memory.
type heap struct {
	mu    sync.Mutex
	usual int // percentage before the run
	ended bool
}

// steadyHeap begins to set the percentage; end stops that. It does nothing if the user has set GOGC or GOMEMLIMIT.
func steadyHeap() (end func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	h := &heap{}
	h.usual = debug.SetGCPercent(100)
	h.watch()
	return h.end
}

// watch calls set after the next collection, by the cleanup of an object that is garbage at once.
func (h *heap) watch() {
	runtime.AddCleanup(&struct{ *heap }{h}, func(h *heap) { h.set() }, h)
}

// set sets the percentage so that the heap can grow by headroom.
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
