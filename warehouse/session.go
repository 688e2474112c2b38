package warehouse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
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
	// First is the statement that the session is opened for, if it is known. The logs
	// of tables that it does not mention are read once they are needed; which
	// version of them is seen is decided at once.
	First string
	// MemoryLimit is the memory that DuckDB may use, such as "2GB"; empty
	// means DuckDB's own limit, 80 % of the machine's.
	MemoryLimit string
	// Threads is how many threads a query may use; 0 means all cores.
	Threads int
	// Ahead is how many files more than threads are opened before their turn, if a
	// table that the session was opened for has hundreds. Without any, threads wait for each other where
	// there are many small files. DuckDB counts them as threads: it refuses to be
	// set to fewer, and where there are few files they only take memory.
	Ahead int
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
	// KeepFooters keeps what the footers of the files say for the statements
	// that follow: they begin sooner, and the session takes more memory, a quarter of
	// a megabyte for a file of flows.
	KeepFooters bool
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
	snapshots map[string]reader

	views views
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
	s := &Session{dir: abs, tables: tables, options: options}
	started := make(chan error, 1)
	go func() { started <- s.start(ctx) }()
	err = s.takeSnapshots(s.first())
	if failed := <-started; err == nil && failed != nil {
		err = fmt.Errorf("open warehouse %s: %w", dir, failed)
	}
	if err == nil {
		err = s.settle(ctx)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// OpenMemory opens a session without a warehouse: its views of tables are
// empty. It serves queries over files that are no warehouse.
func OpenMemory(ctx context.Context, tables []*schema.Table, options SessionOptions) (*Session, error) {
	s := &Session{tables: tables, options: options, snapshots: map[string]reader{}}
	err := s.start(ctx)
	if err == nil {
		err = s.settle(ctx)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Leave ends the session of a program that ends itself: what is in memory is
// left to the system, which is faster at giving it back.
func (s *Session) Leave() {
	if s.private != "" {
		os.RemoveAll(s.private)
	}
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
// if the table has none. It may have to read the log.
func (s *Session) Snapshot(table string) (*delta.Snapshot, error) {
	s.mu.Lock()
	read := s.snapshots[table]
	s.mu.Unlock()
	if read == nil {
		return nil, nil
	}
	return read()
}

// start brings DuckDB up.
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
	start := []string{"SET GLOBAL TimeZone = 'UTC'"}
	if s.options.KeepFooters {
		start = append(start, "SET GLOBAL parquet_metadata_cache = true")
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
	return nil
}

// aheadFiles is from how many files on some are opened ahead.
const aheadFiles = 200

// settle sets what depends on the snapshots, and locks the settings of a read-only
// session.
func (s *Session) settle(ctx context.Context) error {
	if s.options.Ahead > 0 && s.mostFiles() >= aheadFiles {
		// DuckDB opens as many files ahead as it has threads, those included that
		// a program lends it, which nobody does here.
		threads := s.options.Threads
		if threads == 0 {
			threads = runtime.GOMAXPROCS(0)
		}
		for _, sql := range []string{
			fmt.Sprintf("SET GLOBAL threads = %d", threads+s.options.Ahead),
			fmt.Sprintf("SET GLOBAL external_threads = %d", 1+s.options.Ahead),
		} {
			if err := s.run(ctx, sql); err != nil {
				return fmt.Errorf("start DuckDB: %w", err)
			}
		}
	}
	if !s.options.ReadOnly {
		return nil
	}
	return s.lock(ctx)
}

// mostFiles returns how many files a table has at the most, of those that the session
// is opened for.
func (s *Session) mostFiles() int {
	most, first := 0, s.first()
	for _, t := range s.tables {
		if !first(strings.ToLower(t.Name)) {
			continue
		}
		if snapshot, err := s.Snapshot(t.Name); err == nil && snapshot != nil {
			most = max(most, len(snapshot.Files))
		}
	}
	return most
}

// settings returns DuckDB's start settings. Extensions are never fetched:
// all that is needed is linked in.
func (s *Session) settings() [][2]string {
	set := [][2]string{
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"temp_directory", s.options.TempDir},
		{"enable_external_file_cache", "false"}, // it would keep all that is read, up to the memory limit
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
