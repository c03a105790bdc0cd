//go:build unix

package main

import (
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// cpuSeconds is the CPU time of this process, user and system.
func cpuSeconds() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return seconds(&u)
}

func seconds(u *syscall.Rusage) float64 { return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9 }

// peakRSS is the most memory that this process has held, in bytes.
func peakRSS() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return rssBytes(&u)
}

func rssBytes(u *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) << 10
}

// usage is what a process that has ended used.
func usage(cmd *exec.Cmd) (cpu float64, rss int64) {
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		return seconds(u), rssBytes(u)
	}
	return 0, 0
}

// listen takes any free port of the loopback.
func listen() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }

func stop(p *os.Process) { _ = p.Signal(syscall.SIGTERM) }
