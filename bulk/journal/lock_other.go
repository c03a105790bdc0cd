//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package journal

import (
	"errors"
	"os"
)

// lockFile returns errors.ErrUnsupported: this system has no lock that ends with its process.
func lockFile(*os.File) error { return errors.ErrUnsupported }
