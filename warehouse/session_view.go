package warehouse

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"weir/warehouse/schema"
)

// views are those that the session has made. Each is made before the first
// statement that mentions it: to bind all takes longer than many a question.
// The files of a table's view are in a variable of each connection, so that
// only the first file is looked at when the view is made.
type views struct {
	mu      sync.Mutex
	files   map[string]*tableFiles // by the table of a view that is made
	spelled bool                   // the views of the dialects are made
	narrow  bool                   // tables have files that lack newer columns, see widen
	whole   bool                   // views have all columns from now on
	altered bool                   // names may mean other things than the session's views
	// told is what a connection was told of the files, by table.
	told map[unsafe.Pointer]map[string]string
}

// prepare compiles a statement, with the views that it mentions. Those that it
// names in other ways, as within a text, are made when DuckDB misses them.
func (s *Session) prepare(ctx context.Context, conn duckdb.Connection, q *question) (*statement, error) {
	if err := s.makeViews(ctx, conn, mentions(q.sql), q); err != nil {
		return nil, err
	}
	st, err := prepare(conn, q.sql)
	if failed := (*QueryError)(nil); errors.As(err, &failed) {
		wanted := mentions(q.sql)
		if failed.Kind == "Catalog Error" {
			wanted = everything
		}
		// What DuckDB proposes instead of a name that is wrong may be among the other columns.
		s.views.mu.Lock()
		again := !s.views.whole && s.options.First != "" || failed.Kind == "Catalog Error"
		s.views.whole = true
		s.views.mu.Unlock()
		if !again {
			return nil, err
		}
		if err := s.makeViews(ctx, conn, wanted, q); err != nil {
			return nil, err
		}
		st, err = prepare(conn, q.sql)
	}
	if err == nil && q.alters(st) {
		s.views.mu.Lock()
		s.views.altered = true
		s.views.mu.Unlock()
	}
	return st, err
}

// everything is the condition of all views.
func everything(string) bool { return true }

// mentions returns the condition of the views that a statement may have to do
// with: those that it names, and all if it asks what views there are, or if
// views that are made after it cannot be seen or do not stay.
func mentions(sql string) func(view string) bool {
	names := map[string]bool{}
	all := strings.Contains(" begin start export desc ", " "+strings.ToLower(firstWord(sql))+" ")
	eachName(sql, func(name string, _ byte) { names[name] = true })
	// What seems to be within a text may not be, as where a quote is escaped.
	eachName(strings.ReplaceAll(sql, "'", " "), func(name string, after byte) {
		all = all || listsViews(name) || name == "desc" && after == '('
	})
	if all {
		return everything
	}
	return func(view string) bool { return names[view] }
}

// listsViews reports whether a name is of what tells which views there are.
func listsViews(name string) bool {
	if name == "show" || name == "describe" {
		return true
	}
	for _, prefix := range []string{"information_schema", "duckdb_", "pg_", "pragma", "sqlite_", "sql_auto_complete"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// makeViews makes the wanted views that are not there, and gives the
// connection the files of those that are. The connection may be in a schema of
// the user's: the names of the views are whole.
func (s *Session) makeViews(ctx context.Context, conn duckdb.Connection, wanted func(view string) bool, q *question) error {
	v := &s.views
	v.mu.Lock()
	defer v.mu.Unlock()
	spelled := v.spelled
	for _, d := range s.options.Dialects {
		spelled = spelled || d.View != "" && wanted(d.View)
	}
	narrow := s.narrowed(ctx, conn, q, wanted)
	if narrow != nil { // then it is known what is a table's name, and not a column's
		wanted = func(view string) bool { return narrow[view] != nil }
	}
	for _, t := range s.tables {
		files, made := v.files[t.Name]
		if !spelled && !wanted(strings.ToLower(t.Name)) || made && (!files.narrow || narrow[strings.ToLower(t.Name)] != nil) {
			continue
		}
		if err := s.makeView(ctx, conn, t, narrow[strings.ToLower(t.Name)]); err != nil {
			return fmt.Errorf("make the view %s: %w", t.Name, err)
		}
	}
	if err := s.tell(ctx, conn, s.needed(ctx, conn, q)); err != nil {
		return err
	}
	if spelled && !v.spelled {
		if err := s.spell(ctx, conn); err != nil {
			return err
		}
		v.spelled = true
	}
	return nil
}

// makeView makes the view of a table, or replaces it; narrow, if not nil, is the table
// with the columns that the view is to have.
func (s *Session) makeView(ctx context.Context, conn duckdb.Connection, t, narrow *schema.Table) error {
	src, err := s.source(t)
	if err != nil {
		return err
	}
	shown := t
	if narrow != nil {
		shown = narrow
	}
	err = s.viewOf(ctx, conn, shown, &src)
	if q := (*QueryError)(nil); errors.As(err, &q) && !q.vanished() && len(src.files) > 0 {
		if src, err = s.sourceOfFooters(ctx, conn, t); err == nil {
			err = s.viewOf(ctx, conn, shown, &src)
		}
	}
	if err != nil {
		return err
	}
	if s.views.files == nil {
		s.views.files = map[string]*tableFiles{}
	}
	s.views.files[t.Name] = &tableFiles{source: src, narrow: narrow != nil}
	for _, told := range s.views.told {
		delete(told, t.Name)
	}
	return nil
}

// viewOf makes the view of a table over some files.
func (s *Session) viewOf(ctx context.Context, conn duckdb.Connection, t *schema.Table, src *viewSource) error {
	if len(src.files) > 0 {
		src.variable = "weir_files_of_" + t.Name
		if err := runOn(ctx, conn, setFiles(src.variable, src.files[:1])); err != nil {
			return err
		}
	}
	sql, err := viewSQL(t, *src)
	if err != nil {
		return err
	}
	return runOn(ctx, conn, sql)
}

// tell gives a connection the files of all views that are made: those needed,
// or all where needed does not say.
func (s *Session) tell(ctx context.Context, conn duckdb.Connection, needed map[string][]string) error {
	v := &s.views
	if v.told == nil {
		v.told = map[unsafe.Pointer]map[string]string{}
	}
	told := v.told[conn.Ptr]
	if told == nil {
		told = map[string]string{}
		v.told[conn.Ptr] = told
	}
	for table, files := range v.files {
		set := files.all()
		if some, ok := needed[table]; ok {
			set = setFiles(files.source.variable, some)
		}
		if set == "" || told[table] == set {
			continue
		}
		if err := runOn(ctx, conn, set); err != nil {
			return fmt.Errorf("name the files of %s: %w", table, err)
		}
		told[table] = set
	}
	return nil
}

// forget tells that a connection is closed.
func (s *Session) forget(conn duckdb.Connection) {
	s.views.mu.Lock()
	defer s.views.mu.Unlock()
	delete(s.views.told, conn.Ptr)
}

// remakeViews makes the views anew that are there, over new snapshots or in
// the slow way.
func (s *Session) remakeViews(ctx context.Context, narrow bool) error {
	conn, release, err := s.acquire()
	if err != nil {
		return err
	}
	defer release()
	s.views.mu.Lock()
	defer s.views.mu.Unlock()
	s.views.narrow = s.views.narrow || narrow
	for _, t := range s.tables {
		if _, made := s.views.files[t.Name]; !made {
			continue
		}
		if err := s.makeView(ctx, conn, t, nil); err != nil {
			return fmt.Errorf("make the view %s: %w", t.Name, err)
		}
	}
	return s.tell(ctx, conn, nil)
}
