package local

import (
	"os"
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

// inherit lets the child write to a file, and returns its handle, the same in
// both processes.
func inherit(cmd *exec.Cmd, file *os.File) (handle uintptr, err error) {
	handle = file.Fd()
	if err := syscall.SetHandleInformation(syscall.Handle(handle), syscall.HANDLE_FLAG_INHERIT, syscall.HANDLE_FLAG_INHERIT); err != nil {
		return 0, err
	}
	cmd.SysProcAttr.AdditionalInheritedHandles = append(cmd.SysProcAttr.AdditionalInheritedHandles, syscall.Handle(handle))
	return handle, nil
}

// killGroup kills the child with the processes that it started; that there is
// none left is no error.
func killGroup(pid int) {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(pid)).Run()
}
