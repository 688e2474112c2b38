package delta

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// FS is the file system that a Log lives in. Its errors are those of package
// os: errors.Is must recognise fs.ErrExist and fs.ErrNotExist. Tests put
// their own in place to make single calls fail.
type FS interface {
	// ReadFile returns the contents of a file.
	ReadFile(name string) ([]byte, error)
	// ReadDir returns the names of a directory's entries, in any order.
	ReadDir(name string) ([]string, error)
	// Stat describes a file.
	Stat(name string) (fs.FileInfo, error)
	// MkdirAll makes a directory and its parents.
	MkdirAll(name string) error
	// Create creates a file that must not exist.
	Create(name string) (File, error)
	// Link gives a file a second name, which must not exist.
	Link(oldname, newname string) error
	// Rename renames a file and replaces what has the new name.
	Rename(oldname, newname string) error
	// Remove removes a file.
	Remove(name string) error
	// SyncDir flushes a directory's entries to disk.
	SyncDir(name string) error
}

// File is a file being written.
type File interface {
	io.WriteCloser
	// Sync flushes the file to disk.
	Sync() error
}

// OS is the operating system's file system.
type OS struct{}

// ReadFile implements FS.
func (OS) ReadFile(name string) ([]byte, error) { return os.ReadFile(name) }

// ReadDir implements FS.
func (OS) ReadDir(name string) ([]string, error) {
	d, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// Stat implements FS.
func (OS) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

// MkdirAll implements FS.
func (OS) MkdirAll(name string) error { return os.MkdirAll(name, 0o777) }

// Create implements FS.
func (OS) Create(name string) (File, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// Link implements FS.
func (OS) Link(oldname, newname string) error { return os.Link(oldname, newname) }

// Rename implements FS.
func (OS) Rename(oldname, newname string) error { return os.Rename(oldname, newname) }

// Remove implements FS.
func (OS) Remove(name string) error { return os.Remove(name) }

// SyncDir implements FS. File systems that cannot flush a directory are
// taken to have no need of it.
func (OS) SyncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return err
}
