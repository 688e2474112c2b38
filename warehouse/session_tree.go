package warehouse

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// statementTree is a statement as DuckDB parses it. Nodes are map[string]any,
// []any, string, bool, nil and json.Number.
type statementTree struct {
	// Error tells that the statement is no SQL or no SELECT, ErrorType which of them.
	Error      bool   `json:"error"`
	ErrorType  string `json:"error_type"`
	Statements []any  `json:"statements"`
}

// treeOf has DuckDB parse a statement.
func treeOf(ctx context.Context, conn duckdb.Connection, sql string) (tree statementTree, err error) {
	r, err := ownRows(ctx, conn, "SELECT json_serialize_sql($1::VARCHAR)", sql)
	if err != nil {
		return tree, err
	}
	defer r.Close()
	if !r.Next() {
		return tree, r.Err()
	}
	d := json.NewDecoder(bytes.NewReader(r.Chunk().Vectors[0].Text(0)))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return tree, fmt.Errorf("read the tree of the statement: %w", err)
	}
	return tree, nil
}

// nodeIn, nodesIn and textIn return what a node has under a key, or nothing.
func nodeIn(node map[string]any, key string) map[string]any {
	below, _ := node[key].(map[string]any)
	return below
}

func nodesIn(node map[string]any, key string) []any {
	below, _ := node[key].([]any)
	return below
}

func textIn(node map[string]any, key string) string {
	text, _ := node[key].(string)
	return text
}
