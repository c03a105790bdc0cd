package local

import "time"

// PIDs are the process ids of the children, and of their groups.
func (s *Service) PIDs() (pids []int) {
	for _, process := range s.processes {
		pids = append(pids, process.cmd.Process.Pid)
	}
	return pids
}

// SetStopGrace shortens the grace for a test, and returns the way back.
func SetStopGrace(grace time.Duration) (restore func()) {
	before := stopGrace
	stopGrace = grace
	return func() { stopGrace = before }
}
