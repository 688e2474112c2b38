package output

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"weir/warehouse"
)

// Query is an SQL statement with the values of its parameters, as
// warehouse.Session.Query takes them.
type Query struct {
	SQL  string
	Args []any
}

// Target says where a result goes.
type Target struct {
	// Path is the file, or "-" for Stdout.
	Path   string
	Format Format
	// Force allows to replace an existing file.
	Force   bool
	Stdout  io.Writer
	Options Options
}

// ErrExists means that the output file exists and Force was not set.
var ErrExists = errors.New("exists already; choose another name, or --force to replace it")

// Run answers the query into the target and returns the number of rows. A
// file is complete or not there: it is written under a temporary name beside
// its own. Should a data file of the warehouse vanish meanwhile, a file is
// started again on the new snapshot, once. A device or a pipe, such as /dev/null, is
// written to and never replaced.
func Run(ctx context.Context, s *warehouse.Session, q Query, t Target) (n int64, err error) {
	if t.Path == "-" {
		return runTo(ctx, s, q, t, t.Stdout)
	}
	if t.device() {
		err = writeDevice(t, func(w io.Writer) error {
			n, err = runTo(ctx, s, q, t, w)
			return err
		})
		return n, err
	}
	if err := t.Free(); err != nil {
		return 0, err
	}
	n, err = runFile(ctx, s, q, t)
	if err != nil && warehouse.Vanished(err) && ctx.Err() == nil {
		if err := s.Refresh(ctx); err != nil {
			return 0, err
		}
		n, err = runFile(ctx, s, q, t)
	}
	return n, err
}

func runTo(ctx context.Context, s *warehouse.Session, q Query, t Target, w io.Writer) (int64, error) {
	out, err := New(t.Format, w, t.Options)
	if err != nil {
		return 0, err
	}
	rows, err := s.Query(ctx, q.SQL, q.Args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	return Copy(out, rows)
}

func runFile(ctx context.Context, s *warehouse.Session, q Query, t Target) (n int64, err error) {
	err = writeFile(t, func(f *os.File) error {
		if t.Format == Parquet {
			n, err = s.CopyParquet(ctx, f.Name(), q.SQL, q.Args...)
			return err
		}
		n, err = runTo(ctx, s, q, t, f)
		return err
	})
	return n, err
}

// WriteFile writes a file of the target's name with what fill writes, under
// the same rules as Run.
func WriteFile(t Target, fill func(w io.Writer) error) error {
	if t.Path == "-" {
		return fill(t.Stdout)
	}
	if t.device() {
		return writeDevice(t, fill)
	}
	if err := t.Free(); err != nil {
		return err
	}
	return writeFile(t, func(f *os.File) error { return fill(f) })
}

// Free returns an error if the target is a file that must not be replaced, so that
// long work can ask before it begins.
func (t Target) Free() error {
	if t.Path == "-" || t.device() {
		return nil
	}
	info, err := os.Lstat(t.Path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("write %s: is a directory", t.Path)
	case err == nil && !t.Force:
		return fmt.Errorf("write %s: %w", t.Path, ErrExists)
	}
	return nil
}

// device reports whether the target is there and is no file that a rename could
// replace: a device, a pipe or a socket, also behind a symbolic link.
func (t Target) device() bool {
	info, err := os.Stat(t.Path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

func writeDevice(t Target, fill func(w io.Writer) error) error {
	f, err := os.OpenFile(t.Path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("write %s: %w", t.Path, cause(err))
	}
	if err := fill(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", t.Path, err)
	}
	return nil
}

func writeFile(t Target, fill func(f *os.File) error) (err error) {
	f, err := createTemp(t.Path)
	if err != nil {
		return fmt.Errorf("write %s: %w", t.Path, cause(err))
	}
	defer func() {
		f.Close()
		os.Remove(f.Name()) // gone already if it was renamed
	}()
	if err := fill(f); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", t.Path, err)
	}
	if !t.Force {
		// A link, unlike a rename, never replaces a file that came to be
		// meanwhile. File systems without links get the rename.
		switch err := os.Link(f.Name(), t.Path); {
		case err == nil:
			return nil
		case errors.Is(err, os.ErrExist):
			return fmt.Errorf("write %s: %w", t.Path, ErrExists)
		}
	}
	if err := os.Rename(f.Name(), t.Path); err != nil {
		return fmt.Errorf("write %s: %w", t.Path, err)
	}
	return nil
}

// cause returns why a file could not be created, without the temporary name
// that nobody has asked for.
func cause(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return errors.New("its directory does not exist")
	}
	if named := (*os.PathError)(nil); errors.As(err, &named) {
		return named.Err
	}
	return err
}

// createTemp creates a hidden file beside path with the permissions that the
// user's new files have.
func createTemp(path string) (*os.File, error) {
	dir, base := filepath.Split(path)
	for try := 0; ; try++ {
		name := filepath.Join(dir, "."+clip(base, 100)+"."+strconv.FormatInt(time.Now().UnixNano(), 36)+".tmp")
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !errors.Is(err, os.ErrExist) || try > 100 {
			return f, err
		}
	}
}
