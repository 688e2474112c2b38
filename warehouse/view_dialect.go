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
		views = append(views, fmt.Sprintf("CREATE OR REPLACE VIEW %s AS %s", wholeName(d.View), DialectSQL(d, wholeName(t.Name), true)))
	}
	return views
}

// spell makes the views of the dialects. The views of all tables are there.
func (s *Session) spell(ctx context.Context, conn duckdb.Connection) error {
	for _, t := range s.tables {
		for _, view := range dialectViews(s.options.Dialects, t) {
			if err := runOn(ctx, conn, view); err != nil {
				return fmt.Errorf("make a view of %s in another spelling: %w", t.Name, err)
			}
		}
	}
	return nil
}
