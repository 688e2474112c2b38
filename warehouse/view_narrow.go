package warehouse

import (
	"context"
	"strings"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"weir/warehouse/schema"
)

// DuckDB binds all columns of a view whenever a statement reads it, which takes
// longer than many a statement. The views that are made for the first statement
// therefore have only the columns that it names, where its tree shows that no other
// can matter. A later statement, or an error, gets them with all columns.

// narrowed returns the tables that a statement reads, by their names in small letters, with the columns that it names,
// or nil where all columns may matter.
func (s *Session) narrowed(ctx context.Context, conn duckdb.Connection, q *question, wanted func(view string) bool) map[string]*schema.Table {
	if s.views.whole || s.options.First == "" || q.sql != s.options.First || wanted("") {
		return nil
	}
	tree, err := q.parse(ctx, conn)
	if err != nil || tree.Error {
		return nil
	}
	r := readingOf(tree, s.tables, s.options.Dialects, q.args)
	if r == nil || r.wholeRows(tree.Statements) {
		return nil
	}
	names := map[string]bool{}
	// What seems to be within a text may not be.
	eachName(strings.ReplaceAll(q.sql, "'", " "), func(name string, _ byte) { names[name] = true })
	narrow := map[string]*schema.Table{}
	for _, t := range s.tables {
		if name := strings.ToLower(t.Name); len(r.rows[name]) > 0 {
			narrow[name] = onlyNamed(t, names)
		}
	}
	return narrow
}

// onlyNamed returns the table with the columns that have one of the names and those
// that they are derived from.
func onlyNamed(t *schema.Table, names map[string]bool) *schema.Table {
	keep := map[string]bool{}
	var take func(c schema.Column)
	take = func(c schema.Column) {
		if keep[c.Name] {
			return
		}
		keep[c.Name] = true
		eachName(c.SQL, func(name string, _ byte) {
			if from, ok := t.Column(name); ok {
				take(from)
			}
		})
	}
	for _, c := range t.Columns {
		if names[strings.ToLower(c.Name)] {
			take(c)
		}
	}
	narrow := *t
	narrow.Columns = nil
	for _, c := range t.Columns {
		if keep[c.Name] {
			narrow.Columns = append(narrow.Columns, c)
		}
	}
	if len(narrow.Columns) == 0 {
		narrow.Columns = t.Columns[:1]
	}
	return &narrow
}

// wholeRows reports whether somewhere in a tree columns of a table may matter that
// are not named: by a star or a place, as a row, or by what columns two tables share.
func (r *reading) wholeRows(tree any) bool {
	whole := false
	eachNode(tree, func(node map[string]any) {
		from := nodeIn(node, "from_table")
		if textIn(node, "type") != "SELECT_NODE" || whole || !r.readsOurs(from) {
			return
		}
		whole = joinsUnnamed(from)
		names := namesOf(from)
		for key, below := range node {
			if key != "from_table" && key != "cte_map" {
				whole = whole || unnamed(below, names)
			}
		}
	})
	return whole
}

// joinsUnnamed reports whether a FROM joins by all columns that have the same name, or
// renames columns by their places.
func joinsUnnamed(from map[string]any) bool {
	if textIn(from, "type") != "JOIN" {
		return len(nodesIn(from, "column_name_alias")) > 0
	}
	return textIn(from, "ref_type") == "NATURAL" || joinsUnnamed(nodeIn(from, "left")) || joinsUnnamed(nodeIn(from, "right"))
}

// readsOurs reports whether a FROM has a table itself, or may have.
func (r *reading) readsOurs(from map[string]any) bool {
	switch textIn(from, "type") {
	case "BASE_TABLE":
		return r.tables[strings.ToLower(textIn(from, "table_name"))] != nil
	case "JOIN":
		return r.readsOurs(nodeIn(from, "left")) || r.readsOurs(nodeIn(from, "right"))
	case "SUBQUERY", "TABLE_FUNCTION", "EMPTY", "EXPRESSION_LIST", "":
		return false
	}
	return true
}

// unnamed reports whether an expression, without the SELECTs in it, has columns
// in other ways than by their names; tables are the names in the FROM.
func unnamed(tree any, tables map[string]int) bool {
	switch below := tree.(type) {
	case []any:
		for _, node := range below {
			if unnamed(node, tables) {
				return true
			}
		}
	case map[string]any:
		switch textIn(below, "type") {
		case "STAR", "POSITIONAL_REFERENCE":
			return true
		case "COLUMN_REF":
			return tables[strings.ToLower(onlyName(below))] > 0
		}
		for _, node := range below {
			if inner, _ := node.(map[string]any); textIn(inner, "type") != "SELECT_NODE" && unnamed(node, tables) {
				return true
			}
		}
	}
	return false
}
