//go:build !unix

package main

import (
	"net"
	"os"
	"os/exec"
)

// There is no getrusage here: wall time and allocations are measured, CPU time and memory are 0.

func cpuSeconds() float64 { return 0 }

func peakRSS() int64 { return 0 }

func usage(*exec.Cmd) (cpu float64, rss int64) { return 0, 0 }

func listen() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }

func stop(p *os.Process) { _ = p.Kill() }
