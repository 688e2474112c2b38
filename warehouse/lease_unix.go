//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package warehouse

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile locks a file for as long as it is open, without waiting. It
// returns errLocked if another process has it, and an error that is
// errors.ErrUnsupported if the file system has no locks.
func lockFile(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errLocked
		case errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.ENOTSUP):
			return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
		default:
			return err
		}
	}
}
