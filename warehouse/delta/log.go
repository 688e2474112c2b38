package delta

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"time"
)

// Latest asks Snapshot for the newest version.
const Latest int64 = -1

// checkpointInterval is the number of versions from checkpoint to checkpoint.
const checkpointInterval = 10

// Log is the log of one table. It is safe for concurrent use.
type Log struct {
	table string // the table's directory
	dir   string // its _delta_log
	fs    FS
	now   func() time.Time
	sleep func(time.Duration)

	// committing is held while this process writes to the log, so that its
	// goroutines wait for each other instead of racing.
	committing sync.Mutex
	// mu guards the fields below and is never held while writing.
	mu            sync.Mutex
	latest        *Snapshot // nil until first read
	checkpointErr error
}

// Open returns the log of the table in a directory. Nothing is touched: the
// table need not exist.
func Open(dir string) *Log { return OpenFS(dir, OS{}) }

// OpenFS is Open on another file system.
func OpenFS(dir string, fsys FS) *Log {
	return &Log{table: dir, dir: filepath.Join(dir, "_delta_log"), fs: fsys, now: time.Now, sleep: time.Sleep}
}

// Dir returns the table's directory.
func (l *Log) Dir() string { return l.table }

// Snapshot returns the table at a version, or with Latest as it is now. It
// returns ErrNoTable if there is no log and ErrNoVersion if the version is
// not, or no longer, in it.
func (l *Log) Snapshot(version int64) (*Snapshot, error) {
	if version == Latest {
		return l.refresh()
	}
	l.mu.Lock()
	latest := l.latest
	l.mu.Unlock()
	if latest != nil && latest.Version == version {
		return latest, nil
	}
	if version < 0 {
		return nil, fmt.Errorf("table %s, version %d: %w", l.table, version, ErrNoVersion)
	}
	s, err := l.load(version)
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", l.table, err)
	}
	return s, nil
}

// Fix finds the newest version and returns what reads it, whatever versions
// follow meanwhile. It returns ErrNoTable if there is no log.
func (l *Log) Fix() (read func() (*Snapshot, error), err error) {
	list, err := l.list()
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", l.table, err)
	}
	return func() (*Snapshot, error) {
		s, err := l.loadFrom(list, list.last())
		if err != nil {
			return nil, fmt.Errorf("read table %s: %w", l.table, err)
		}
		return s, nil
	}, nil
}

// CheckpointError returns why the last checkpoint could not be written, nil
// if it could. It never matters for the table's contents.
func (l *Log) CheckpointError() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.checkpointErr
}

// refresh brings the cached snapshot up to date and returns it.
func (l *Log) refresh() (*Snapshot, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var s *Snapshot
	var err error
	if l.latest == nil || l.overtaken() {
		s, err = l.load(Latest)
	} else {
		s, err = l.follow(l.latest, Latest)
	}
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", l.table, err)
	}
	l.latest = s
	return s, nil
}

// overtaken reports whether the cached snapshot is so old that other programs
// may have cleaned up the log files that come next: there is a checkpoint
// beyond it, but the next log file is missing.
func (l *Log) overtaken() bool {
	if _, err := l.fs.Stat(l.commitFile(l.latest.Version + 1)); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if hint, ok := l.readHint(); ok && hint > l.latest.Version {
		return true
	}
	// The log itself may have been removed, or replaced by another.
	_, err := l.fs.Stat(l.commitFile(l.latest.Version))
	return errors.Is(err, fs.ErrNotExist)
}

// load reads a version from the newest usable checkpoint on.
func (l *Log) load(version int64) (*Snapshot, error) {
	list, err := l.list()
	if err != nil {
		return nil, err
	}
	if version != Latest && version > list.last() {
		return nil, fmt.Errorf("version %d: %w", version, ErrNoVersion)
	}
	return l.loadFrom(list, version)
}

// loadFrom is load for a version of the listing.
func (l *Log) loadFrom(list listing, version int64) (*Snapshot, error) {
	var damage error
	for _, c := range list.checkpoints {
		if version != Latest && c.version > version {
			continue
		}
		base, err := l.readCheckpoint(c)
		if err != nil {
			damage = errors.Join(damage, err)
			continue
		}
		if version == Latest && list.last() > c.version {
			return l.followTo(base, list.last())
		}
		return l.follow(base, version)
	}
	if !list.complete() {
		if damage == nil {
			damage = fmt.Errorf("version %d: %w", version, ErrNoVersion)
		}
		return nil, damage
	}
	base := &Snapshot{Version: -1, txns: newTxnTable(0)}
	if version == Latest {
		return l.followTo(base, list.last())
	}
	return l.follow(base, version)
}

// followTo reads the commits after base up to at least a version that must be
// there.
func (l *Log) followTo(base *Snapshot, atLeast int64) (*Snapshot, error) {
	s, err := l.follow(base, Latest)
	if err == nil && s.Version < atLeast {
		return nil, l.gap(s.Version + 1)
	}
	return s, err
}

// gap is the error of a version that is missing before others.
func (l *Log) gap(version int64) error {
	return &DamagedError{File: l.commitFile(version), Err: errors.New("missing, although later versions exist")}
}

// follow reads the commits after base up to a version, which the log's
// directory lists, or with Latest as far as there are any.
func (l *Log) follow(base *Snapshot, version int64) (*Snapshot, error) {
	r := newReplay(base)
	for v := base.Version + 1; version == Latest || v <= version; v++ {
		a, err := l.readCommit(v)
		if errors.Is(err, fs.ErrNotExist) {
			if version != Latest {
				return nil, l.gap(v)
			}
			break
		}
		if err != nil {
			return nil, err
		}
		r.apply(v, a)
	}
	s, err := r.snapshot(l.table)
	if err != nil || !s.Time.IsZero() {
		return s, err
	}
	dated := *s
	dated.Time = l.timeOf(s.Version)
	return &dated, nil
}

// timeOf returns when a version was committed as far as files tell: by
// commitInfo, or else by the time of the log file.
func (l *Log) timeOf(version int64) time.Time {
	if a, err := l.readCommit(version); err == nil && a.info.Timestamp != 0 {
		return time.UnixMilli(a.info.Timestamp).UTC()
	}
	for _, name := range []string{l.commitFile(version), l.checkpointFile(version)} {
		if info, err := l.fs.Stat(name); err == nil {
			return info.ModTime().UTC()
		}
	}
	return time.Time{}
}

// readCommit reads a log file. One that ends early may be in the middle of
// being written on a file system without hard links, so it gets some time.
func (l *Log) readCommit(version int64) (*actions, error) {
	const tries, pause = 8, 25 * time.Millisecond
	name := l.commitFile(version)
	for try := 1; ; try++ {
		data, err := l.fs.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read log file: %w", err)
		}
		a, err := decodeActions(name, data)
		if err == nil || try == tries || !errors.Is(err, errTorn) {
			return a, err
		}
		l.sleep(pause)
	}
}
