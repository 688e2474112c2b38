package warehouse

import (
	"context"
	"strings"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"weir/warehouse/schema"
)

// tableFiles are the files of a view that is made.
type tableFiles struct {
	source viewSource
	narrow bool   // the view has some of the columns, those of the first statement
	set    string // SQL that sets the variable to all files, once it was asked for
}

// all returns the SQL that names all files, empty if there are none.
func (f *tableFiles) all() string {
	if f.set == "" && len(f.source.files) > 0 {
		f.set = setFiles(f.source.variable, f.source.files)
	}
	return f.set
}

// manyFiles is from how many files of a table on it pays to look at a statement
// for conditions: that takes as long as to open some footers.
const manyFiles = 16

// needed returns the files that a statement has to open, of the tables of
// which it does not need all: the others have, by the statistics of the log, no
// row that matters. The first file is always one of them, because DuckDB takes
// the columns from it.
func (s *Session) needed(ctx context.Context, conn duckdb.Connection, q *question) map[string][]string {
	v := &s.views
	if v.altered || q.reads == "" {
		return nil
	}
	names := map[string]bool{}
	eachName(q.reads, func(name string, _ byte) { names[name] = true })
	var worth []*schema.Table
	for _, t := range s.tables {
		if f := v.files[t.Name]; f != nil && f.prunable() && names[strings.ToLower(t.Name)] && namesStatistics(t, names) {
			worth = append(worth, t)
		}
	}
	if len(worth) == 0 {
		return nil
	}
	tree, err := q.parse(ctx, conn)
	if err != nil {
		return nil
	}
	r := readingOf(tree, s.tables, s.options.Dialects, q.args)
	if r == nil {
		return nil
	}
	r.settle(ctx, conn)
	needed := map[string][]string{}
	for _, t := range worth {
		if c := r.of(t); c != nil {
			needed[t.Name] = v.files[t.Name].where(c)
		}
	}
	return needed
}

// prunable reports whether some files may be left out without changing what
// the others are read as.
func (f *tableFiles) prunable() bool {
	return len(f.source.files) >= manyFiles && f.source.has != nil && !f.source.union
}

// where returns the first file and those that may have rows of a condition.
func (f *tableFiles) where(c condition) []string {
	files := f.source.files[:1:1]
	for i := range f.source.files[1:] {
		if c(&f.source.adds[1+i]) {
			files = append(files, f.source.files[1+i])
		}
	}
	return files
}

// namesStatistics reports whether a column that the log has statistics of is
// among the names.
func namesStatistics(t *schema.Table, names map[string]bool) bool {
	for _, c := range t.Columns {
		if c.Stats && names[c.Name] {
			return true
		}
	}
	return false
}

// alters reports whether a statement may change what names mean in the session.
func (q *question) alters(st *statement) bool {
	switch duckdb.PreparedStatementType(st.prepared) {
	case duckdb.StatementTypeSelect, duckdb.StatementTypeCopy:
		return false
	case duckdb.StatementTypeExplain:
		return !startsReading(q.reads)
	}
	return true
}
