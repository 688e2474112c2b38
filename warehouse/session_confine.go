package warehouse

import "strings"

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

func isTableFunction(name string) bool {
	return strings.Contains(tableFunctions, " "+strings.ToLower(name)+" ")
}

// readsTables returns an error unless a statement, as DuckDB parses it, reads
// tables alone. What is no SQL passes, because to prepare it tells what is wrong.
func readsTables(tree statementTree) error {
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
	switch {
	case textIn(node, "type") == "TABLE_FUNCTION":
		if name := textIn(nodeIn(node, "function"), "function_name"); !isTableFunction(name) {
			return &ConfinedError{name + "()"}
		}
	case textIn(node, "class") == "FUNCTION" && strings.EqualFold(textIn(node, "function_name"), "write_log"):
		return &ConfinedError{"write_log()"}
	case textIn(node, "type") == "BASE_TABLE" || textIn(node, "type") == "SHOW_REF":
		// DuckDB takes such a name, if no table has it, for that of a file.
		if name := textIn(node, "table_name"); strings.ContainsAny(name, `./\:*`) {
			return &ConfinedError{name}
		}
	}
	return nil
}
