package warehouse

import (
	"os"

	"weir/warehouse/delta"
)

// fileSystem is where data files are written. Tests put their own in place
// to make single calls fail.
type fileSystem interface {
	delta.FS
	// Append opens a file to be written on at its end.
	Append(name string) (delta.File, error)
}

// osFS is the operating system's file system.
type osFS struct{ delta.OS }

// Append implements fileSystem.
func (osFS) Append(name string) (delta.File, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
}
