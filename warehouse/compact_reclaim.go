package warehouse

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"weir/warehouse/delta"
)

// DefaultGrace is how old a snapshot may be whose files are kept.
const DefaultGrace = 15 * time.Minute

// ReclaimOptions says what Reclaim removes.
type ReclaimOptions struct {
	// Tables are the names of the tables to look at; none means all.
	Tables []string
	// Grace is how long ago a file must have gone out of its table. Older
	// snapshots, and time travel to them, can no longer be read.
	Grace time.Duration
	// DryRun only counts.
	DryRun bool
	// OrphansOnly leaves the files that the log has removed, and the log.
	OrphansOnly bool
	// KeepLog is how old log files must be to be removed: those before a
	// checkpoint of that age. If it is 0 the table's property
	// delta.logRetentionDuration says it, or else it is DefaultKeepLog. It is never
	// less than Grace or LeastKeepLog.
	KeepLog time.Duration
}

// Reclaimed counts the files of a table that Reclaim removed, or with DryRun would.
type Reclaimed struct {
	Table string `json:"table"`
	// Removed were part of the table, Orphans never were: what writers that
	// died, or failed, have left behind.
	Removed      int64 `json:"removed_files"`
	RemovedBytes int64 `json:"removed_bytes"`
	Orphans      int64 `json:"orphan_files"`
	OrphanBytes  int64 `json:"orphan_bytes"`
	// Kept are the files in no snapshot that are too young, or whose writer
	// may still commit them.
	Kept int64 `json:"kept_files"`
	// Log are the files of the log, checkpoints among them.
	Log int64 `json:"log_files"`
}

// Reclaim removes data files that no snapshot younger than the grace period
// names, and log files that are older than KeepLog. It may run beside anything
// else: files of a writer that lives stay, however old they are.
func (w *Warehouse) Reclaim(ctx context.Context, o ReclaimOptions) ([]Reclaimed, error) {
	stores, err := w.chosen(o.Tables)
	if err != nil {
		return nil, err
	}
	var all []Reclaimed
	for _, s := range stores {
		r := Reclaimed{Table: s.table.Name}
		garbage, err := s.garbage(o, &r)
		if err == nil && !o.DryRun {
			err = s.sweep(ctx, garbage)
		}
		if err == nil && !o.OrphansOnly {
			err = s.cleanLog(ctx, o, &r)
		}
		if err != nil {
			return all, fmt.Errorf("remove old files of %s: %w", s.table.Name, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// chosen returns the tables of those names, in the order of commits.
func (w *Warehouse) chosen(names []string) ([]*tableStore, error) {
	if len(names) == 0 {
		return w.stores, nil
	}
	want := map[string]bool{}
	for _, n := range names {
		want[n] = true
	}
	var stores []*tableStore
	for _, s := range w.stores {
		if want[s.table.Name] {
			stores = append(stores, s)
			delete(want, s.table.Name)
		}
	}
	for n := range want {
		return nil, fmt.Errorf("there is no table %s", n)
	}
	return stores, nil
}

// foundFile is a file below a table's directory.
type foundFile struct {
	path string // relative to the table, with slashes
	size int64
	at   time.Time
}

// walk lists the data files of a table, temporary ones among them.
func (s *tableStore) walk() ([]foundFile, error) {
	var found []foundFile
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone meanwhile
		}
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "_delta_log" {
				return fs.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			return nil
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(s.dir, path)
		if err != nil {
			return err
		}
		if !strings.HasSuffix(rel, ".parquet") && !strings.HasSuffix(rel, ".parquet.tmp") {
			return nil // not ours to judge
		}
		found = append(found, foundFile{filepath.ToSlash(rel), info.Size(), info.ModTime()})
		return nil
	})
	return found, err
}

// garbage lists the files to be removed. The order of its steps matters: a
// file that is found, whose writer is then found dead, and that a snapshot
// taken after that does not name, will never be committed.
func (s *tableStore) garbage(o ReclaimOptions, r *Reclaimed) ([]foundFile, error) {
	found, err := s.walk()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	writers, err := liveWriters(s.lease.dir, now)
	if err != nil {
		return nil, err
	}
	snapshot, err := s.complete(o.Grace)
	if errors.Is(err, delta.ErrNoTable) {
		snapshot, err = &delta.Snapshot{}, nil
	}
	if err != nil {
		return nil, err
	}
	removedAt := map[string]int64{}
	for _, t := range snapshot.Tombstones() {
		removedAt[t.Path] = t.DeletionTimestamp
	}
	oldest := now.Add(-o.Grace)
	var garbage []foundFile
	for _, f := range found {
		if _, live := snapshot.File(f.path); live {
			continue
		}
		at, removed := removedAt[f.path]
		switch {
		case removed && (o.OrphansOnly || time.UnixMilli(at).After(oldest)),
			!removed && (f.at.After(oldest) || writers[ownerOf(f.path)]):
			r.Kept++
			continue
		case removed:
			r.Removed, r.RemovedBytes = r.Removed+1, r.RemovedBytes+f.size
		default:
			r.Orphans, r.OrphanBytes = r.Orphans+1, r.OrphanBytes+f.size
		}
		garbage = append(garbage, f)
	}
	return garbage, nil
}

// tombstoneHorizon is how long tombstones are sure to be in a checkpoint, with a margin.
const tombstoneHorizon = 6 * 24 * time.Hour

// complete returns the latest snapshot with all tombstones younger than the
// grace period.
func (s *tableStore) complete(grace time.Duration) (*delta.Snapshot, error) {
	if grace > tombstoneHorizon {
		snapshot, err := s.log.Replay(delta.Latest)
		if errors.Is(err, delta.ErrNoVersion) {
			snapshot, err = s.log.ReplayKept()
		}
		if !errors.Is(err, delta.ErrNoVersion) {
			return snapshot, err
		}
	}
	return s.log.Snapshot(delta.Latest)
}

// sweep removes files, and the directories of partitions that are empty then.
func (s *tableStore) sweep(ctx context.Context, garbage []foundFile) error {
	dirs := map[string]bool{}
	for _, f := range garbage {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(s.dir, filepath.FromSlash(f.path))
		if err := s.fs.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		dirs[filepath.Dir(path)] = true
	}
	for dir := range dirs {
		// A directory that is not empty stays, and that is no error.
		for ; dir != s.dir && len(dir) > len(s.dir) && os.Remove(dir) == nil; dir = filepath.Dir(dir) {
		}
	}
	s.log.Sweep()
	return nil
}
