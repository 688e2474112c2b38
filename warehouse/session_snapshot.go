package warehouse

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// takeSnapshots reads the logs of all tables at the same time, once it is
// known which version of each.
func (s *Session) takeSnapshots() error {
	readers := make([]func() (*delta.Snapshot, error), len(s.tables))
	for i := len(s.tables) - 1; i >= 0; i-- {
		var err error
		if readers[i], err = s.fix(s.tables[i]); err != nil {
			return fmt.Errorf("open table %s of warehouse %s: %w", s.tables[i].Name, s.dir, err)
		}
	}
	found := make([]*delta.Snapshot, len(s.tables))
	errs := make([]error, len(s.tables))
	var all sync.WaitGroup
	for i, read := range readers {
		if read != nil {
			all.Go(func() { found[i], errs[i] = s.snapshotOf(s.tables[i], read) })
		}
	}
	all.Wait()
	snapshots := map[string]*delta.Snapshot{}
	for i := len(s.tables) - 1; i >= 0; i-- {
		if errs[i] != nil {
			return errs[i]
		}
		if found[i] != nil {
			snapshots[s.tables[i].Name] = found[i]
		}
	}
	if len(snapshots) == 0 {
		return s.noTables()
	}
	s.mu.Lock()
	s.snapshots = snapshots
	s.mu.Unlock()
	return nil
}

// fix decides which version of a table the session sees, and returns what
// reads it; nil if there is no such table.
func (s *Session) fix(t *schema.Table) (func() (*delta.Snapshot, error), error) {
	log := delta.Open(filepath.Join(s.dir, t.Name))
	version, pinned := s.options.Versions[t.Name]
	switch {
	case !pinned:
		read, err := log.Fix()
		if errors.Is(err, delta.ErrNoTable) {
			return nil, nil
		}
		return read, err
	case version == Absent:
		return nil, nil
	}
	return func() (*delta.Snapshot, error) { return log.Snapshot(version) }, nil
}

// snapshotOf reads a table's snapshot, nil if there is no such table.
func (s *Session) snapshotOf(t *schema.Table, read func() (*delta.Snapshot, error)) (*delta.Snapshot, error) {
	snap, err := read()
	switch {
	case errors.Is(err, delta.ErrNoTable):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("open table %s of warehouse %s: %w", t.Name, s.dir, err)
	}
	if err := checkFormat(s.dir, t.Name, snap); err != nil {
		return nil, err
	}
	if _, pinned := s.options.Versions[t.Name]; pinned {
		return snap, s.reclaimed(t, snap)
	}
	return snap, nil
}

// noTables is the error of a directory that holds no table.
func (s *Session) noTables() error {
	if _, err := os.Stat(s.dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("open warehouse %s: %w", s.dir, err)
	}
	return fmt.Errorf("%w at %s: run `weir ingest PATH...` to make one", ErrNoWarehouse, s.dir)
}
