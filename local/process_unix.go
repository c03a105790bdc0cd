//go:build unix

package local

import (
	"os"
	"os/exec"
	"syscall"
)

// environmentPython is where a virtual environment has its interpreter.
const environmentPython = "bin/python"

// inOwnGroup gives the child a process group of its own: its workers can be
// ended with it, and an interrupt at the terminal is for this program to handle.
func inOwnGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// inherit lets the child write to a file, and returns its descriptor there.
func inherit(cmd *exec.Cmd, file *os.File) (descriptor uintptr, err error) {
	cmd.ExtraFiles = append(cmd.ExtraFiles, file)
	return uintptr(2 + len(cmd.ExtraFiles)), nil
}

// killGroup kills every process of the child's group; that there is none left
// is no error.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }
