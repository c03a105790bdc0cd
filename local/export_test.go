package local

import "time"

// PID is the process id of the child, and of its group.
func (s *Service) PID() int { return s.process.cmd.Process.Pid }

// SetStopGrace shortens the grace for a test, and returns the way back.
func SetStopGrace(grace time.Duration) (restore func()) {
	before := stopGrace
	stopGrace = grace
	return func() { stopGrace = before }
}
