//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package warehouse

import (
	"errors"
	"os"
)

// lockFile finds no locks on this system.
func lockFile(*os.File) error { return errors.ErrUnsupported }
