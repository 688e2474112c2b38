package warehouse

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// ConfinedError says what a statement names that a read-only session does not
// let it have.
type ConfinedError struct {
	// What is the function, with brackets, or the table.
	What string
}

func (e *ConfinedError) Error() string {
	return "a read-only session reads the warehouse's tables and nothing else: " + e.What + " is not allowed"
}

// tableFunctions are the functions that a FROM of a read-only session may
// call: they make rows of their arguments, or describe what the session has.
// Those that read files are not among them, even in the warehouse's own
// directories a link may lead out of it; nor those that change DuckDB, such as
// enable_logging, or run SQL that is in a string, such as query.
const tableFunctions = " range generate_series unnest repeat repeat_row json_each json_tree summary test_all_types" +
	" icu_calendar_names pg_timezone_names pragma_collations pragma_database_size pragma_platform pragma_show" +
	" pragma_table_info pragma_user_agent pragma_version sql_auto_complete" +
	" duckdb_columns duckdb_constraints duckdb_databases duckdb_dependencies duckdb_extensions duckdb_functions duckdb_indexes" +
	" duckdb_keywords duckdb_memory duckdb_optimizers duckdb_prepared_statements duckdb_schemas duckdb_sequences duckdb_settings" +
	" duckdb_tables duckdb_types duckdb_variables duckdb_views "

// readsTables returns an error unless sql, as DuckDB parses it, reads tables
// alone. What is no SQL passes, because to prepare it tells what is wrong.
func readsTables(ctx context.Context, conn duckdb.Connection, sql string) error {
	text, err := treeOf(ctx, conn, sql)
	if err != nil {
		return err
	}
	var tree struct {
		Error      bool   `json:"error"`
		ErrorType  string `json:"error_type"`
		Statements []any  `json:"statements"`
	}
	if err := json.Unmarshal(text, &tree); err != nil {
		return fmt.Errorf("read the tree of the statement: %w", err)
	}
	if tree.Error && tree.ErrorType == "parser" {
		return nil
	}
	if tree.Error {
		return ErrReadOnly
	}
	return confinedTree(tree.Statements)
}

// confinedTree looks at a node of a parsed statement and all below it.
func confinedTree(tree any) error {
	switch below := tree.(type) {
	case []any:
		for _, node := range below {
			if err := confinedTree(node); err != nil {
				return err
			}
		}
	case map[string]any:
		if err := confinedNode(below); err != nil {
			return err
		}
		for _, node := range below {
			if err := confinedTree(node); err != nil {
				return err
			}
		}
	}
	return nil
}

func confinedNode(node map[string]any) error {
	text := func(key string) string {
		s, _ := node[key].(string)
		return s
	}
	switch {
	case text("type") == "TABLE_FUNCTION":
		call, _ := node["function"].(map[string]any)
		name, _ := call["function_name"].(string)
		if !strings.Contains(tableFunctions, " "+strings.ToLower(name)+" ") {
			return &ConfinedError{name + "()"}
		}
	case text("class") == "FUNCTION" && strings.EqualFold(text("function_name"), "write_log"):
		return &ConfinedError{"write_log()"}
	case text("type") == "BASE_TABLE" || text("type") == "SHOW_REF":
		// DuckDB takes such a name, if no table has it, for that of a file.
		if name := text("table_name"); strings.ContainsAny(name, `./\:*`) {
			return &ConfinedError{name}
		}
	}
	return nil
}

// treeOf returns a statement as DuckDB parses it, in JSON.
func treeOf(ctx context.Context, conn duckdb.Connection, sql string) ([]byte, error) {
	r, err := ownRows(ctx, conn, "SELECT json_serialize_sql($1::VARCHAR)", sql)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if !r.Next() {
		return nil, r.Err()
	}
	return bytes.Clone(r.Chunk().Vectors[0].Text(0)), nil
}
