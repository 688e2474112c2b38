package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Spool writes all of r to a new file in dir, or in the system's directory for
// temporary files if dir is empty, and returns its path. What comes by a pipe so
// gets an identity before it is read. The caller removes the file.
func Spool(r io.Reader, dir string) (path string, err error) {
	f, err := os.CreateTemp(dir, "weir-spool-*")
	if err != nil {
		return "", fmt.Errorf("spool: %w", err)
	}
	_, err = io.CopyBuffer(f, r, make([]byte, 1<<20))
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", fmt.Errorf("spool to %s: %w", f.Name(), err)
	}
	return f.Name(), nil
}
