package warehouse

import (
	"context"
	"fmt"
	"strings"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"weir/warehouse/schema"
)

// DialectSQL returns a SELECT of the dialect's columns over rows of its
// table, given as what stands behind FROM; merged adds the columns that only
// rows of several captures have. Rows that the dialect does not have are left
// out. Columns are called by the unique names of their spellings.
func DialectSQL(d *schema.Dialect, from string, merged bool) string {
	var b strings.Builder
	for i, s := range d.Shown(merged) {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "CAST(%s AS %s) AS %s", s.SQL, duckType(s.Type), QuoteName(s.Name))
	}
	sql := fmt.Sprintf("SELECT %s FROM %s", b.String(), from)
	if d.Rows != "" {
		sql += " WHERE " + d.Rows
	}
	return sql
}

// dialectViews returns the statements that make the views of the dialects of
// a table. A dialect that needs columns which the table does not have gets
// none.
func dialectViews(dialects []*schema.Dialect, t *schema.Table) []string {
	var views []string
	for _, d := range dialects {
		if d.View == "" || d.Table != t.Name || len(d.Missing(t)) > 0 {
			continue
		}
		views = append(views, fmt.Sprintf("CREATE OR REPLACE VIEW %s AS %s", QuoteName(d.View), DialectSQL(d, QuoteName(t.Name), true)))
	}
	return views
}

// spell makes the views of the dialects when the query mentions one of them,
// or asks what views there are: binding them to a hundred columns each takes
// longer than most questions.
func (s *Session) spell(ctx context.Context, conn duckdb.Connection, sql string) error {
	s.spelling.Lock()
	defer s.spelling.Unlock()
	if s.spelled {
		return nil
	}
	words := map[string]bool{"show": true, "information_schema": true, "duckdb_views": true, "duckdb_tables": true, "duckdb_columns": true}
	for _, d := range s.options.Dialects {
		words[d.View] = true
	}
	if len(s.options.Dialects) == 0 || !refersTo(sql, words) {
		return nil
	}
	for _, t := range s.tables {
		for _, view := range dialectViews(s.options.Dialects, t) {
			if err := runOn(ctx, conn, view); err != nil {
				return fmt.Errorf("make a view of %s in another spelling: %w", t.Name, err)
			}
		}
	}
	s.spelled = true
	return nil
}
