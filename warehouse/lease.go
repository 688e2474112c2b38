package warehouse

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// leaseDir is the directory of a warehouse for the locks of its writers.
const leaseDir = "_writers"

const leaseSuffix = ".lock"

// leaseAge is how long a writer counts as alive where the file system has no
// locks to tell.
const leaseAge = 7 * 24 * time.Hour

// lease says that a writer lives: a file with its id for a name, locked while
// the process runs, however it ends. The id is part of the names of the data files that
// the writer makes, so that Reclaim tells files which may still be committed,
// even by a process that was stopped for a day, from those of a dead one.
type lease struct {
	dir string

	mu   sync.Mutex
	id   string
	file *os.File // nil if not held
}

// errLocked says that another process holds a lock.
var errLocked = errors.New("locked by another process")

// hold takes the lease unless it is held, and returns the id.
func (l *lease) hold() (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.file == nil {
		id := randomName()
		path := filepath.Join(l.dir, id+leaseSuffix)
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrNotExist) {
			if err = os.MkdirAll(l.dir, 0o777); err == nil {
				continue
			}
		}
		if err != nil {
			return "", fmt.Errorf("create lock: %w", err)
		}
		if err := lockFile(file); err == nil || errors.Is(err, errors.ErrUnsupported) {
			if sameFile(file, path) {
				l.id, l.file = id, file
				break
			}
		} else if !errors.Is(err, errLocked) {
			file.Close()
			return "", fmt.Errorf("lock %s: %w", path, err)
		}
		// Someone looking for dead writers came between create and lock.
		file.Close()
	}
	return l.id, nil
}

// release gives the lease back. Files of its writer that are in no log are
// then anyone's to remove.
func (l *lease) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return
	}
	os.Remove(l.file.Name())
	l.file.Close()
	l.file = nil
}

// sameFile reports whether an open file still has its name.
func sameFile(f *os.File, path string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(open, named)
}

// liveWriters returns the ids of the writers that may still commit, and
// removes the locks of the others.
func liveWriters(dir string, now time.Time) (map[string]bool, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list writers: %w", err)
	}
	live := map[string]bool{}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), leaseSuffix)
		if !ok {
			continue
		}
		alive, err := writerLives(filepath.Join(dir, e.Name()), now)
		if err != nil {
			return nil, fmt.Errorf("look for writer %s: %w", id, err)
		}
		if alive {
			live[id] = true
		}
	}
	return live, nil
}

func writerLives(path string, now time.Time) (bool, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if errors.Is(err, fs.ErrPermission) {
		return true, nil // another user's, who may be at work
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	err = lockFile(file)
	switch {
	case errors.Is(err, errLocked):
		return true, nil
	case errors.Is(err, errors.ErrUnsupported):
		info, err := file.Stat()
		if err != nil || now.Sub(info.ModTime()) < leaseAge {
			return true, err
		}
	case err != nil:
		return false, err
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return false, nil // who else looks for dead writers was faster
}

// randomName returns a name that nobody else has.
func randomName() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// ownerOf returns the id of the writer in the name of a data file, which ends
// in "<id>.<random>.parquet" or, of a temporary one, in ".parquet.tmp"; empty
// if the name has none.
func ownerOf(name string) string {
	const length = 16
	base, ok := strings.CutSuffix(strings.TrimSuffix(name, ".tmp"), ".parquet")
	if !ok || len(base) < 2*length+1 || base[len(base)-length-1] != '.' {
		return ""
	}
	id := base[len(base)-2*length-1 : len(base)-length-1]
	if _, err := hex.DecodeString(id); err != nil {
		return ""
	}
	return id
}
