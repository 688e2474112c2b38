package warehouse

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// reader reads a table's snapshot, the same one however often it is asked; nil is
// that of a table without a log.
type reader func() (*delta.Snapshot, error)

// takeSnapshots decides which versions of all tables the session sees, and
// reads the logs at the same time of those that are wanted now.
func (s *Session) takeSnapshots(wanted func(table string) bool) error {
	readers := map[string]reader{}
	var all sync.WaitGroup
	for i := len(s.tables) - 1; i >= 0; i-- {
		t := s.tables[i]
		read, err := s.fix(t)
		if err != nil {
			return fmt.Errorf("open table %s of warehouse %s: %w", t.Name, s.dir, err)
		}
		if read == nil {
			continue
		}
		readers[t.Name] = sync.OnceValues(func() (*delta.Snapshot, error) { return s.snapshotOf(t, read) })
	}
	for _, t := range s.tables {
		if read := readers[t.Name]; read != nil && wanted(strings.ToLower(t.Name)) {
			all.Go(func() { read() })
		}
	}
	all.Wait()
	there := false
	for i := len(s.tables) - 1; i >= 0; i-- {
		name := s.tables[i].Name
		read := readers[name]
		if read == nil {
			continue
		}
		if wanted(strings.ToLower(name)) {
			snapshot, err := read()
			if err != nil {
				return err
			}
			there = there || snapshot != nil
		} else {
			there = true
		}
	}
	if !there {
		return s.noTables()
	}
	s.mu.Lock()
	s.snapshots = readers
	s.mu.Unlock()
	return nil
}

// first returns the condition of the tables whose logs are read when the session opens.
func (s *Session) first() func(table string) bool {
	if s.options.First == "" || len(s.options.Versions) > 0 {
		return everything
	}
	return mentions(s.options.First)
}

// made reports whether the view of a table is made.
func (s *Session) made(table string) bool {
	s.views.mu.Lock()
	defer s.views.mu.Unlock()
	for name := range s.views.files {
		if strings.ToLower(name) == table {
			return true
		}
	}
	return false
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
