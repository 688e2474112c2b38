package warehouse

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// Warehouse is a directory of tables. It is safe for concurrent use.
type Warehouse struct {
	dir    string
	stores []*tableStore // in the order of commits
	lease  *lease
}

// tableStore is a table on disk.
type tableStore struct {
	table *schema.Table
	dir   string
	log   *delta.Log
	fs    fileSystem
	lease *lease
}

// FormatError says that a newer version of this program made the warehouse.
type FormatError struct {
	Table          string
	Found, Newest  int
	warehouse, key string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("warehouse %s: table %s has format %d (%s) and this program knows up to %d: use a newer weir",
		e.warehouse, e.Table, e.Found, e.key, e.Newest)
}

// Open opens the warehouse in a directory, which need not exist: the first
// Writer.Begin makes what is missing. Tables come in the order in which a
// capture is committed to them; whether the last one has a capture decides
// whether it is ingested. A newer major version is a FormatError.
func Open(dir string, tables []*schema.Table) (*Warehouse, error) {
	return openOn(dir, tables, osFS{})
}

// openOn is Open on another file system.
func openOn(dir string, tables []*schema.Table, fsys fileSystem) (*Warehouse, error) {
	if len(tables) == 0 {
		return nil, errors.New("open warehouse: no tables")
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("open warehouse %s: it is a file, not a directory", dir)
	}
	w := &Warehouse{dir: dir, lease: &lease{dir: filepath.Join(dir, leaseDir)}}
	for _, t := range tables {
		s := &tableStore{table: t, dir: filepath.Join(dir, t.Name), fs: fsys, lease: w.lease}
		s.log = delta.OpenFS(s.dir, fsys)
		if err := s.check(dir); err != nil {
			return nil, err
		}
		w.stores = append(w.stores, s)
	}
	return w, nil
}

// check refuses a table that this program is too old for.
func (s *tableStore) check(warehouse string) error {
	snapshot, err := s.log.Snapshot(delta.Latest)
	if errors.Is(err, delta.ErrNoTable) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open warehouse %s: %w", warehouse, err)
	}
	return checkFormat(warehouse, s.table.Name, snapshot)
}

// checkFormat returns a FormatError for a snapshot of a table that a newer
// major version wrote.
func checkFormat(warehouse, table string, snapshot *delta.Snapshot) error {
	format, err := snapshot.Metadata.Format()
	if err != nil {
		return fmt.Errorf("open warehouse %s: %w", warehouse, err)
	}
	if format > delta.Format {
		return &FormatError{Table: table, Found: format, Newest: delta.Format, warehouse: warehouse, key: delta.FormatProperty}
	}
	return nil
}

// Close tells that nothing more is written by way of this Warehouse. A
// process that ends without it does no harm.
func (w *Warehouse) Close() { w.lease.release() }

// Dir returns the directory.
func (w *Warehouse) Dir() string { return w.dir }

// Exists reports whether the directory holds any table.
func (w *Warehouse) Exists() (bool, error) {
	for _, s := range w.stores {
		_, err := s.log.Snapshot(delta.Latest)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, delta.ErrNoTable) {
			return false, fmt.Errorf("look for warehouse %s: %w", w.dir, err)
		}
	}
	return false, nil
}

// Has reports whether a capture is ingested, as of now.
func (w *Warehouse) Has(captureID string) (bool, error) {
	return w.stores[len(w.stores)-1].has(captureID)
}

// HasRows reports whether a capture's rows of a table are committed, as of now. A
// writer that is killed may leave the rows of the first tables without those of the last.
// A capture without rows in the table is not known to it.
func (w *Warehouse) HasRows(table, captureID string) (bool, error) {
	for _, s := range w.stores {
		if s.table.Name == table {
			return s.has(captureID)
		}
	}
	return false, fmt.Errorf("look for capture %s: there is no table %s", captureID, table)
}

func (s *tableStore) has(captureID string) (bool, error) {
	snapshot, err := s.log.Snapshot(delta.Latest)
	if errors.Is(err, delta.ErrNoTable) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for capture %s: %w", captureID, err)
	}
	_, ok := snapshot.Txn(captureID)
	return ok, nil
}

// ready makes the tables that do not exist, and finds out early whether they can
// be written.
func (w *Warehouse) ready() error {
	for _, s := range w.stores {
		if err := s.ready(); err != nil {
			return fmt.Errorf("write to warehouse %s: %w", w.dir, err)
		}
	}
	return nil
}

func (s *tableStore) ready() error {
	snapshot, err := s.log.Snapshot(delta.Latest)
	if errors.Is(err, delta.ErrNoTable) {
		snapshot, err = s.log.Create(delta.MetadataOf(s.table))
	}
	if err != nil {
		return err
	}
	// Another program may have made the table since Open.
	if err := s.check(filepath.Dir(s.dir)); err != nil {
		return err
	}
	if n := snapshot.Protocol.MinWriterVersion; n > 2 {
		return fmt.Errorf("table %s: its protocol needs writer version %d", s.table.Name, n)
	}
	probe, err := s.create()
	if err != nil {
		return err
	}
	probe.discard()
	return nil
}
