package warehouse

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// Arg is a named parameter's value: $name in the query.
type Arg struct {
	Name  string
	Value any
}

// Query runs one SQL statement and returns its rows as they are computed.
// Args are the values of ?, $1, $2, … or, as Arg, of $name; they may be nil,
// bool, int, int64, float64, string or time.Time. When ctx ends the query is
// interrupted. A query that finds a file of the snapshot gone takes the new
// snapshot and runs again, once; that a file goes missing after the first
// rows were handed out ends the Rows with an error for which Vanished is true.
func (s *Session) Query(ctx context.Context, sql string, args ...any) (*Rows, error) {
	return s.ask(ctx, &question{sql: sql, args: args, reads: explained(sql)}, s.options.ReadOnly)
}

// question is a statement with the values of its parameters.
type question struct {
	sql  string
	args []any
	// reads is the SELECT in it that reads the tables: sql itself, or what it
	// explains or copies.
	reads string
	tree  *statementTree // of reads, if it was parsed
}

// parse returns the tree of what the statement reads.
func (q *question) parse(ctx context.Context, conn duckdb.Connection) (statementTree, error) {
	if q.tree == nil {
		tree, err := treeOf(ctx, conn, q.reads)
		if err != nil {
			return tree, err
		}
		q.tree = &tree
	}
	return *q.tree, nil
}

// ask is Query; confined to SELECT statements or not.
func (s *Session) ask(ctx context.Context, asked *question, confined bool) (*Rows, error) {
	rows, err := s.query(ctx, asked, confined)
	retried, widened := false, false
	for err != nil {
		var q *QueryError
		switch {
		case !errors.As(err, &q) || ctx.Err() != nil:
			return nil, err
		case q.narrow() && !widened:
			widened = true
			err = s.widen(ctx)
		case q.vanished() && !retried && s.canRefresh():
			retried = true
			err = s.Refresh(ctx)
		default:
			return nil, err
		}
		if err == nil {
			rows, err = s.query(ctx, asked, confined)
		}
	}
	return rows, nil
}

// Exec runs one SQL statement to its end and drops its rows.
func (s *Session) Exec(ctx context.Context, sql string, args ...any) error {
	rows, err := s.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}

// Vanished reports whether the error says that a data file was gone when the
// query came to it: a caller that can drop what it has read may call Refresh
// and run the query again.
func Vanished(err error) bool {
	var q *QueryError
	return errors.As(err, &q) && q.vanished()
}

// Refresh takes the latest snapshot of all tables that are not pinned.
func (s *Session) Refresh(ctx context.Context) error {
	if s.dir != "" {
		if err := s.takeSnapshots(s.made); err != nil {
			return err
		}
	}
	return s.remakeViews(ctx, false)
}

func (s *Session) canRefresh() bool { return s.dir != "" && len(s.options.Versions) < len(s.tables) }

// widen makes the views read the columns of every file's own footer. It is
// the slow way, taken only when a file turned out to lack a column.
func (s *Session) widen(ctx context.Context) error { return s.remakeViews(ctx, true) }

func (s *Session) query(ctx context.Context, q *question, confined bool) (*Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	conn, release, err := s.acquire()
	if err != nil {
		return nil, err
	}
	r := &Rows{ctx: ctx, conn: conn, prepare: s.prepare, release: release, watch: watch(ctx, conn, s.options.Progress)}
	return r.opened(r.open(q, confined))
}

// ownRows answers a question of the session's own, which no view has to do
// with.
func ownRows(ctx context.Context, conn duckdb.Connection, sql string, args ...any) (*Rows, error) {
	r := &Rows{ctx: ctx, conn: conn, prepare: prepareOwn, release: func() {}, watch: watch(ctx, conn, nil)}
	return r.opened(r.open(&question{sql: sql, args: args}, false))
}

func prepareOwn(_ context.Context, conn duckdb.Connection, q *question) (*statement, error) {
	return prepare(conn, q.sql)
}

// opened returns the rows, or ends what an error has left of them.
func (r *Rows) opened(err error) (*Rows, error) {
	if err == nil {
		return r, nil
	}
	err = r.watch.cause(err)
	if r.st == nil {
		r.watch.stop()
		r.release()
	}
	r.Close()
	return nil, err
}

// acquire lends a connection: the session's own, or another one while that
// has open Rows.
func (s *Session) acquire() (duckdb.Connection, func(), error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.busy {
		s.busy = true
		return s.conn, func() {
			s.mu.Lock()
			s.busy = false
			s.mu.Unlock()
		}, nil
	}
	var conn duckdb.Connection
	if duckdb.Connect(s.db, &conn) == duckdb.StateError {
		return conn, nil, errors.New("start DuckDB: no further connection")
	}
	return conn, func() {
		s.forget(conn)
		duckdb.Disconnect(&conn)
	}, nil
}

// open prepares and starts the query and fetches its first rows, so that what
// fails early fails before anything was handed out.
func (r *Rows) open(q *question, confined bool) error {
	if confined {
		if err := q.confined(r.ctx, r.conn); err != nil {
			return err
		}
	}
	st, err := r.prepare(r.ctx, r.conn, q)
	if err != nil {
		return err
	}
	r.st = st
	var plain []plainColumn
	selects := duckdb.PreparedStatementType(st.prepared) == duckdb.StatementTypeSelect
	if confined && !selects {
		return ErrReadOnly
	}
	if selects {
		wrapped, cols := plainSQL(st, q.sql)
		if cols != nil {
			if better, err := prepare(r.conn, wrapped); err == nil {
				st.close()
				r.st, plain = better, cols
			}
		}
	}
	if err := r.st.bind(q.args); err != nil {
		return err
	}
	if err := r.st.execute(); err != nil {
		return err
	}
	if err := r.describe(plain); err != nil {
		return err
	}
	if err := r.fetch(); err != nil {
		return err
	}
	r.first = !r.done
	return nil
}

// trimStatement drops the end mark of a statement.
func trimStatement(sql string) string { return strings.TrimRight(sql, "; \t\r\n") }

// bind sets the values of the statement's parameters.
func (st *statement) bind(args []any) error {
	want := int(duckdb.NParams(st.prepared))
	if len(args) != want {
		return fmt.Errorf("the query has %d parameters, not %d", want, len(args))
	}
	for i, arg := range args {
		index := duckdb.IdxT(i + 1)
		if named, ok := arg.(Arg); ok {
			if duckdb.BindParameterIndex(st.prepared, &index, named.Name) == duckdb.StateError {
				return fmt.Errorf("the query has no parameter $%s", named.Name)
			}
			arg = named.Value
		}
		if err := st.bindValue(index, arg); err != nil {
			return err
		}
	}
	return nil
}

func (st *statement) bindValue(index duckdb.IdxT, value any) error {
	var state duckdb.State
	switch v := value.(type) {
	case nil:
		state = duckdb.BindNull(st.prepared, index)
	case bool:
		state = duckdb.BindBoolean(st.prepared, index, v)
	case int:
		state = duckdb.BindInt64(st.prepared, index, int64(v))
	case int64:
		state = duckdb.BindInt64(st.prepared, index, v)
	case float64:
		state = duckdb.BindDouble(st.prepared, index, v)
	case string:
		state = duckdb.BindVarcharLength(st.prepared, index, v, duckdb.IdxT(len(v)))
	case time.Time:
		state = duckdb.BindTimestampTZ(st.prepared, index, duckdb.NewTimestamp(v.UnixMicro()))
	default:
		return fmt.Errorf("parameter %d: values of type %T are not known", index, value)
	}
	if state == duckdb.StateError {
		return fmt.Errorf("parameter %d does not take %v", index, value)
	}
	return nil
}

// CopyParquet writes the rows of a query to a Parquet file, which is replaced
// if it exists, and returns their number. In a read-only session the file must
// lie in the file system of SessionOptions.CopyDir.
func (s *Session) CopyParquet(ctx context.Context, path, sql string, args ...any) (int64, error) {
	if s.options.ReadOnly {
		return s.copyConfined(ctx, path, sql, args)
	}
	return s.copyTo(ctx, path, sql, args)
}

func (s *Session) copyTo(ctx context.Context, path, sql string, args []any) (int64, error) {
	copying := fmt.Sprintf("COPY (%s\n) TO %s (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)", trimStatement(sql), QuoteText(path))
	rows, err := s.ask(ctx, &question{sql: copying, args: args, reads: sql}, false)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var n int64
	for rows.Next() {
		for _, v := range rows.Chunk().Vectors {
			n += v.Int64[0]
		}
	}
	return n, rows.Err()
}
