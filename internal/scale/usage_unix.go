//go:build unix

package main

import (
	"os"
	"syscall"
	"time"
)

// cpuTime is what this process has used, in user and system.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakKilobytes is the resident memory of the largest process of a child that has ended, on Linux in kB.
func peakKilobytes(p *os.ProcessState) int64 {
	u, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return int64(u.Maxrss)
}
