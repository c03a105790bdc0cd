package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile locks the file for this process while it is open. It locks one byte far past the end, because Windows keeps other processes
// from reading what is locked.
func lockFile(f *os.File) error {
	past := &windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, past)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}
