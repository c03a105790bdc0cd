package tabulate

import "runtime"

// heapFloor is about what a run has allocated and given up again when it comes to writing its table.
const heapFloor = 12 << 20

// reserveHeap reserves memory that nobody touches, so that it is none in truth, until release. The collector lets the heap grow by as
// much as lives. Little does while a table is written, whatever its size, and the collector would be at work a tenth of the time.
func reserveHeap() (release func()) {
	reserve := make([]byte, heapFloor)
	return func() { runtime.KeepAlive(reserve) }
}
