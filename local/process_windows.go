package local

import (
	"os/exec"
	"strconv"
	"syscall"
)

// environmentPython is where a virtual environment has its interpreter.
const environmentPython = `Scripts\python.exe`

// inOwnGroup keeps an interrupt at the console from the child: it is for this
// program to handle.
func inOwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// killGroup kills the child with the processes that it started; that there is
// none left is no error.
func killGroup(pid int) {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(pid)).Run()
}
