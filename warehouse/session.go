package warehouse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"weir/warehouse/delta"
	"weir/warehouse/schema"
)

// SessionOptions bounds what a session may use.
type SessionOptions struct {
	// Versions pins tables to a version of their log, or to Absent; tables not
	// named are read at their latest version. ErrReclaimed means that files of
	// a version are no longer there. See Warehouse.AsOf and AtVersion.
	Versions map[string]int64
	// MemoryLimit is the memory that DuckDB may use, such as "2GB"; empty
	// means DuckDB's own limit, 80 % of the machine's.
	MemoryLimit string
	// Threads is how many threads a query may use; 0 means all cores.
	Threads int
	// TempDir is where a query that outgrows the memory limit may spill;
	// empty means that it fails instead.
	TempDir string
	// Dialects are further spellings of the tables. Those with a view of
	// their own get it if the table has all columns that they need; it is made
	// before the first query that mentions one of them.
	Dialects []*schema.Dialect
	// ReadOnly confines the session to the tables of its warehouse: it answers
	// single SELECT statements (with DESCRIBE, SHOW and SUMMARIZE), opens no
	// file outside the tables' directories, and its settings are locked.
	ReadOnly bool
	// InOrder keeps the rows of a statement without ORDER BY in the order of
	// the files and of the rows in them. DuckDB does so by itself, but where a
	// condition lists more than a few values, which it answers by a join.
	InOrder bool
	// CopyDir is the directory in which CopyParquet of a read-only session may
	// place its files; empty means that it fails.
	CopyDir string
	// Progress, if any, is told now and then how many percent of the query
	// that Query runs are done, as DuckDB estimates it, until the first rows
	// and between later ones. It is called from another goroutine, never after
	// the query's Rows are closed.
	Progress func(percent float64)
}

// Session answers SQL over one snapshot of a warehouse: a view for each table
// shows the files of one version of its log, with the derived columns of the
// catalogue beside the stored ones. Ingest and compaction that go on
// meanwhile change nothing in it, save that a query whose file was compacted
// away is run again over the snapshot of that moment.
//
// Timestamps are TIMESTAMP WITH TIME ZONE and the time zone is UTC: that is
// the type under which comparisons with start_time still skip row groups.
type Session struct {
	dir     string
	tables  []*schema.Table
	options SessionOptions

	db   duckdb.Database
	conn duckdb.Connection

	mu        sync.Mutex
	busy      bool   // conn has open Rows
	private   string // directory within CopyDir that DuckDB may write, or empty
	snapshots map[string]*delta.Snapshot
	narrow    map[string]bool // the table has files that lack newer columns

	spelling sync.Mutex
	spelled  bool // the views of the dialects are there
}

// OpenSession opens the warehouse in dir. Tables come in the order in which
// ingest commits them: snapshots are taken in the opposite order, so that the
// rows that a row of a later table refers to are there. A table without a log
// is an empty view; a directory without any log is ErrNoWarehouse. The caller
// closes the session.
func OpenSession(ctx context.Context, dir string, tables []*schema.Table, options SessionOptions) (*Session, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open warehouse %s: %w", dir, err)
	}
	s := &Session{dir: abs, tables: tables, options: options, narrow: map[string]bool{}}
	if err := s.takeSnapshots(); err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("open warehouse %s: %w", dir, err)
	}
	return s, nil
}

// OpenMemory opens a session without a warehouse: its views of tables are
// empty. It serves queries over files that are no warehouse.
func OpenMemory(ctx context.Context, tables []*schema.Table, options SessionOptions) (*Session, error) {
	s := &Session{tables: tables, options: options, narrow: map[string]bool{}, snapshots: map[string]*delta.Snapshot{}}
	if err := s.start(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close ends the session. Its Rows must be closed before.
func (s *Session) Close() {
	if s.conn.Ptr != nil {
		duckdb.Disconnect(&s.conn)
	}
	if s.db.Ptr != nil {
		duckdb.Close(&s.db)
	}
	if s.private != "" {
		os.RemoveAll(s.private)
	}
}

// Tables returns the tables of the session's views.
func (s *Session) Tables() []*schema.Table { return s.tables }

// Snapshot returns the version of a table's log that the session sees, or nil
// if the table has none.
func (s *Session) Snapshot(table string) *delta.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snapshots[table]
}

func (s *Session) takeSnapshots() error {
	snapshots := map[string]*delta.Snapshot{}
	for i := len(s.tables) - 1; i >= 0; i-- {
		t := s.tables[i]
		version, pinned := s.options.Versions[t.Name]
		switch {
		case !pinned:
			version = delta.Latest
		case version == Absent:
			continue
		}
		snap, err := delta.Open(filepath.Join(s.dir, t.Name)).Snapshot(version)
		switch {
		case errors.Is(err, delta.ErrNoTable):
			continue
		case err != nil:
			return fmt.Errorf("open table %s of warehouse %s: %w", t.Name, s.dir, err)
		}
		if err := checkFormat(s.dir, t.Name, snap); err != nil {
			return err
		}
		if pinned {
			if err := s.reclaimed(t, snap); err != nil {
				return err
			}
		}
		snapshots[t.Name] = snap
	}
	if len(snapshots) == 0 {
		if _, err := os.Stat(s.dir); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("open warehouse %s: %w", s.dir, err)
		}
		return fmt.Errorf("%w at %s: run `weir ingest PATH...` to make one", ErrNoWarehouse, s.dir)
	}
	s.mu.Lock()
	s.snapshots = snapshots
	s.mu.Unlock()
	return nil
}

// start brings DuckDB up with the views.
func (s *Session) start(ctx context.Context) error {
	var config duckdb.Config
	if duckdb.CreateConfig(&config) == duckdb.StateError {
		return errors.New("start DuckDB: no configuration")
	}
	defer duckdb.DestroyConfig(&config)
	for _, o := range s.settings() {
		if duckdb.SetConfig(config, o[0], o[1]) == duckdb.StateError {
			return fmt.Errorf("start DuckDB: setting %s does not take %q", o[0], o[1])
		}
	}
	var msg string
	if duckdb.OpenExt("", &s.db, config, &msg) == duckdb.StateError {
		return fmt.Errorf("start DuckDB: %s", msg)
	}
	if duckdb.Connect(s.db, &s.conn) == duckdb.StateError {
		return errors.New("start DuckDB: no connection")
	}
	start := []string{
		"SET GLOBAL TimeZone = 'UTC'",
		"SET GLOBAL parquet_metadata_cache = true",
	}
	if s.options.Progress != nil { // DuckDB keeps count only where it would draw a bar
		start = append(start, "SET enable_progress_bar = true", "SET enable_progress_bar_print = false")
	}
	for _, sql := range start {
		if err := s.run(ctx, sql); err != nil {
			return fmt.Errorf("start DuckDB: %w", err)
		}
	}
	if err := registerFunctions(s.conn); err != nil {
		return fmt.Errorf("start DuckDB: %w", err)
	}
	if err := s.createViews(ctx); err != nil || !s.options.ReadOnly {
		return err
	}
	return s.lock(ctx)
}

// settings returns DuckDB's start settings. Extensions are never fetched:
// all that is needed is linked in.
func (s *Session) settings() [][2]string {
	set := [][2]string{
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"temp_directory", s.options.TempDir},
	}
	if s.options.InOrder {
		set = append(set, [2]string{"disabled_optimizers", "in_clause"})
	}
	if s.options.MemoryLimit != "" {
		set = append(set, [2]string{"memory_limit", s.options.MemoryLimit})
	}
	if s.options.Threads > 0 {
		set = append(set, [2]string{"threads", strconv.Itoa(s.options.Threads)})
	}
	return set
}

func (s *Session) createViews(ctx context.Context) error {
	for _, t := range s.tables {
		src, err := s.source(ctx, t)
		if err != nil {
			return fmt.Errorf("make the view %s: %w", t.Name, err)
		}
		sql, err := viewSQL(t, src)
		if err != nil {
			return err
		}
		if err := s.run(ctx, sql); err != nil {
			return fmt.Errorf("make the view %s: %w", t.Name, err)
		}
	}
	return nil
}

// source returns the files of the table's view, in the order of their paths,
// so that rows come in the same order from every warehouse of the same
// captures. DuckDB takes the columns from the first file; where that one lacks
// a column of the log's schema, as when an older release wrote it, the newest
// comes first, and where that lacks one too, the columns come from all footers.
func (s *Session) source(ctx context.Context, t *schema.Table) (viewSource, error) {
	src := viewSource{union: s.narrow[t.Name]}
	snap := s.snapshots[t.Name]
	if snap == nil || len(snap.Files) == 0 {
		return src, nil
	}
	newest := 0
	for i, f := range snap.Files {
		src.files = append(src.files, filepath.Join(s.dir, t.Name, filepath.FromSlash(f.Path)))
		if f.ModificationTime > snap.Files[newest].ModificationTime {
			newest = i
		}
	}
	if src.union {
		return src, nil
	}
	complete, err := s.complete(ctx, t, src.files[0])
	if err == nil && !complete && newest > 0 {
		src.files[0], src.files[newest] = src.files[newest], src.files[0]
		complete, err = s.complete(ctx, t, src.files[0])
	}
	src.union = !complete
	return src, err
}

// complete tells whether a file has all columns that the log's schema names.
func (s *Session) complete(ctx context.Context, t *schema.Table, path string) (bool, error) {
	have, err := s.fileColumns(ctx, path)
	if err != nil {
		return false, fmt.Errorf("read %s: %w", path, err)
	}
	for _, c := range s.snapshots[t.Name].Metadata.Schema {
		if col, known := t.Column(c.Name); known && !col.Partition && !have[c.Name] {
			return false, nil
		}
	}
	return true, nil
}

// fileColumns returns the names in a file's footer.
func (s *Session) fileColumns(ctx context.Context, path string) (map[string]bool, error) {
	rows, err := s.query(ctx, "SELECT name FROM parquet_schema("+QuoteText(escapeGlob(path))+")", nil, false)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := map[string]bool{}
	for rows.Next() {
		for i := range rows.Chunk().Rows {
			names[string(rows.Chunk().Vectors[0].Text(i))] = true
		}
	}
	return names, rows.Err()
}

// run executes a statement of the session's own on its connection.
func (s *Session) run(ctx context.Context, sql string) error { return runOn(ctx, s.conn, sql) }

func runOn(ctx context.Context, conn duckdb.Connection, sql string) error {
	st, err := prepare(conn, sql)
	if err != nil {
		return err
	}
	defer st.close()
	w := watch(ctx, conn, nil)
	defer w.stop()
	if err := st.execute(); err != nil {
		return w.cause(err)
	}
	for {
		chunk, more, err := st.fetch()
		if err != nil || !more {
			return err
		}
		duckdb.DestroyDataChunk(&chunk)
	}
}

// QuoteName returns name as an SQL identifier.
func QuoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// QuoteText returns text as an SQL string.
func QuoteText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
