package delta

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// Properties of a table by the Delta protocol.
const (
	retentionProperty = "delta.logRetentionDuration"    // such as "interval 30 days"
	cleanupProperty   = "delta.enableExpiredLogCleanup" // "false" keeps all
)

// LogRetention returns how long the table's own property wants log files to be
// kept, and false if it says nothing that is understood.
func (m Metadata) LogRetention() (time.Duration, bool) {
	fields := strings.Fields(strings.ToLower(m.Configuration[retentionProperty]))
	if len(fields) != 3 || fields[0] != "interval" {
		return 0, false
	}
	n, err := strconv.ParseInt(fields[1], 10, 32)
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour}
	unit, ok := units[strings.TrimSuffix(fields[2], "s")]
	const most = 100 * 365 * 24 * time.Hour
	if err != nil || !ok || n < 0 || n > int64(most/unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

// KeepsLog reports whether the table's own property forbids to remove log files.
func (m Metadata) KeepsLog() bool {
	return strings.EqualFold(m.Configuration[cleanupProperty], "false")
}

// Superfluous returns the newest version whose checkpoint was written before
// a time and can be read: log files of versions before it are needed by nobody
// who asks for that version or a later one. It returns 0 if there is none, and
// how many files there are before it.
func (l *Log) Superfluous(before time.Time) (version int64, files int, err error) {
	list, err := l.list()
	if err != nil {
		return 0, 0, err
	}
	for _, c := range list.checkpoints {
		info, err := l.fs.Stat(c.files[0])
		if err != nil || info.ModTime().After(before) {
			continue
		}
		if _, err := l.readCheckpoint(c); err != nil {
			continue // an older one, with what follows it, has to do
		}
		// Without its own log file a version has no time that is sure.
		if _, err := l.fs.Stat(l.commitFile(c.version)); err != nil {
			continue
		}
		return c.version, len(l.filesBefore(list, c.version)), nil
	}
	return 0, 0, nil
}

// RemoveBefore removes the log files and checkpoints of versions before the one
// that Superfluous returned, oldest first, so that what is left after an error
// is a log without its beginning too. It returns how many it has removed.
func (l *Log) RemoveBefore(ctx context.Context, version int64) (int, error) {
	list, err := l.list()
	if err != nil {
		return 0, err
	}
	done := 0
	for _, name := range l.filesBefore(list, version) {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		if err := l.fs.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return done, fmt.Errorf("remove old log file: %w", err)
		}
		done++
	}
	return done, nil
}

// filesBefore returns the files of the versions before one, oldest first.
func (l *Log) filesBefore(list listing, version int64) (files []string) {
	at := len(list.checkpoints) - 1 // newest first
	for _, v := range list.commits {
		for ; at >= 0 && list.checkpoints[at].version < min(v, version); at-- {
			files = append(files, list.checkpoints[at].files...)
		}
		if v >= version {
			break
		}
		files = append(files, l.commitFile(v))
	}
	return files
}

// ReplayKept is Replay for a log whose beginning was removed: it begins with
// the oldest checkpoint that can be read, and has all tombstones since.
func (l *Log) ReplayKept() (*Snapshot, error) {
	list, err := l.list()
	if err != nil {
		return nil, err
	}
	var damage error
	for i := len(list.checkpoints) - 1; i >= 0; i-- {
		base, err := l.readCheckpoint(list.checkpoints[i])
		if err == nil {
			return l.followTo(base, list.last())
		}
		damage = errors.Join(damage, err)
	}
	return nil, errors.Join(fmt.Errorf("replay table %s: %w", l.table, ErrNoVersion), damage)
}
