package warehouse

import (
	"errors"
	"strings"
)

// Errors of a session that callers tell apart.
var (
	// ErrNoWarehouse means that the directory holds no table.
	ErrNoWarehouse = errors.New("no warehouse")
	// ErrEmptyQuery means that the query holds no statement.
	ErrEmptyQuery = errors.New("the query is empty")
	// ErrManyStatements means that the query holds more than one statement.
	ErrManyStatements = errors.New("a query is one statement; run the others one by one")
)

// QueryError is DuckDB's own complaint about a query: what is wrong, and for
// errors of syntax and of names the line with a marker under the place.
type QueryError struct {
	// Kind is DuckDB's class of the error, such as "Parser Error".
	Kind string
	// Message is the rest, of one or more lines.
	Message string
}

func newQueryError(text string) *QueryError {
	kind, message, ok := strings.Cut(text, ": ")
	if !ok || !strings.HasSuffix(kind, "Error") || strings.ContainsAny(kind, "\n\"'") {
		return &QueryError{Kind: "Error", Message: text}
	}
	return &QueryError{Kind: kind, Message: message}
}

// Error returns kind and message as DuckDB prints them.
func (e *QueryError) Error() string { return e.Kind + ": " + e.Message }

// vanished reports whether the error says that a file of the snapshot is
// gone, as happens when it is compacted away under a running query.
func (e *QueryError) vanished() bool {
	return strings.Contains(e.Message, "No files found that match the pattern") ||
		strings.Contains(e.Message, "No such file or directory")
}

// narrow reports whether the error says that a file lacks a column that a
// newer file of its table has.
func (e *QueryError) narrow() bool {
	return strings.Contains(e.Message, "schema mismatch in glob")
}
