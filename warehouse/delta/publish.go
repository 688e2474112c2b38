package delta

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// Names of unfinished files begin with a dot, which every reader of Delta
// tables skips.
const (
	tempPrefix = ".weir-"
	tempSuffix = ".tmp"
	// tempAge is how old an unfinished file must be to belong to a writer
	// that died.
	tempAge = time.Hour
)

// writeTemp writes a file under a temporary name, flushes it and returns the
// name. On an error nothing is left behind if that can be helped.
func (l *Log) writeTemp(data []byte) (string, error) {
	var r [12]byte
	rand.Read(r[:]) // never fails
	name := filepath.Join(l.dir, tempPrefix+hex.EncodeToString(r[:])+tempSuffix)
	f, err := l.fs.Create(name)
	if err != nil {
		return "", fmt.Errorf("create temporary log file: %w", err)
	}
	if err := writeAll(f, data); err != nil {
		l.fs.Remove(name)
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	return name, nil
}

// writeAll writes, flushes and closes a file.
func writeAll(f File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// publish gives the temporary file its name in the log. It returns false if
// another writer was faster.
func (l *Log) publish(temp, name string, data []byte) (bool, error) {
	err := l.fs.Link(temp, name)
	switch {
	case err == nil:
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, fs.ErrPermission):
		// No hard links here, at least not for us.
		if won, err := l.publishExclusive(name, data); !won || err != nil {
			return won, err
		}
	default:
		// On network file systems a link may be reported as failed, or as
		// existing, because the answer to the first request was lost.
		mine, sure := l.isMine(name, data)
		switch {
		case mine:
		case !sure:
			return false, fmt.Errorf("link %s: %w: %w", name, ErrOutcomeUnknown, err)
		case errors.Is(err, fs.ErrExist):
			return false, nil
		default:
			return false, fmt.Errorf("link %s: %w", name, err)
		}
	}
	if err := l.fs.SyncDir(l.dir); err != nil {
		return false, fmt.Errorf("flush %s: %w: %w", l.dir, ErrOutcomeUnknown, err)
	}
	return true, nil
}

// isMine reports whether the log file of that name is the one this writer
// made. Every commit has a txnId of its own, so equal bytes say so. It is not
// sure if the file cannot be read.
func (l *Log) isMine(name string, data []byte) (mine, sure bool) {
	have, err := l.fs.ReadFile(name)
	if err != nil {
		return false, errors.Is(err, fs.ErrNotExist)
	}
	return bytes.Equal(have, data), true
}

// publishExclusive creates the log file and then writes it. A write that
// fails takes the file back: nobody can have built upon a part of it.
func (l *Log) publishExclusive(name string, data []byte) (bool, error) {
	f, err := l.fs.Create(name)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("create log file: %w", err)
	}
	if n, err := f.Write(data); err != nil || n < len(data) {
		err = errors.Join(err, f.Close())
		if gone := l.fs.Remove(name); gone != nil {
			err = fmt.Errorf("%w: %w: %w", ErrOutcomeUnknown, err, gone)
		}
		return false, fmt.Errorf("write %s: %w", name, err)
	}
	// From here on others may have read the file and built upon it.
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return false, fmt.Errorf("flush %s: %w: %w", name, ErrOutcomeUnknown, err)
	}
	return true, nil
}

// replaceFile puts a file in place of the one of that name, if there is one.
func (l *Log) replaceFile(name string, data []byte) error {
	temp, err := l.writeTemp(data)
	if err != nil {
		return err
	}
	if err := l.fs.Rename(temp, name); err != nil {
		l.fs.Remove(temp)
		return fmt.Errorf("rename to %s: %w", name, err)
	}
	return nil
}

// sweep removes the temporary files of writers that died. What it cannot
// remove is in nobody's way.
func (l *Log) sweep() {
	names, err := l.fs.ReadDir(l.dir)
	if err != nil {
		return
	}
	for _, name := range names {
		if !strings.HasPrefix(name, tempPrefix) || !strings.HasSuffix(name, tempSuffix) {
			continue
		}
		path := filepath.Join(l.dir, name)
		if info, err := l.fs.Stat(path); err == nil && l.now().Sub(info.ModTime()) > tempAge {
			l.fs.Remove(path)
		}
	}
}
