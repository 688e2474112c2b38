package warehouse

/*
#cgo darwin LDFLAGS: -Wl,-undefined,dynamic_lookup
#include <stdint.h>

// The driver's bindings leave out DuckDB's streaming results. The two calls
// that make one are declared here as DuckDB's public header has them; they are
// weak so that this package links without naming the library, which the
// bindings bring.
typedef struct {
	uint64_t column_count, row_count, rows_changed;
	void *columns;
	char *error;
	void *internal;
} weir_result;

__attribute__((weak)) int duckdb_pending_prepared_streaming(void *statement, void **pending);
__attribute__((weak)) void *duckdb_fetch_chunk(weir_result result);

static int weir_pending(void *statement, void **pending) {
	return duckdb_pending_prepared_streaming(statement, pending);
}
static int weir_streams(void) {
	return duckdb_pending_prepared_streaming != 0 && duckdb_fetch_chunk != 0;
}
static void *weir_fetch(void *result) { return duckdb_fetch_chunk(*(weir_result *)result); }
*/
import "C"

import (
	"errors"
	"strings"
	"unsafe"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// statement is a prepared statement with its streaming result.
type statement struct {
	conn     duckdb.Connection
	prepared duckdb.PreparedStatement
	result   duckdb.Result
	executed bool
}

// prepare compiles the one statement that sql holds. DuckDB makes several of a PIVOT
// whose columns it has to find first: those that find them run here.
func prepare(conn duckdb.Connection, sql string) (*statement, error) {
	var parsed duckdb.ExtractedStatements
	defer duckdb.DestroyExtracted(&parsed)
	n := duckdb.ExtractStatements(conn, sql, &parsed)
	if n == 0 {
		if msg := duckdb.ExtractStatementsError(parsed); msg != "" {
			return nil, newQueryError(msg)
		}
		return nil, ErrEmptyQuery
	}
	if word := firstWord(sql); n > 1 && (word == "" || strings.EqualFold(word, "create")) {
		return nil, ErrManyStatements
	}
	for i := range n - 1 {
		if err := findColumns(conn, parsed, i); err != nil {
			return nil, err
		}
	}
	return compile(conn, parsed, n-1)
}

// compile prepares one of the statements of a text.
func compile(conn duckdb.Connection, parsed duckdb.ExtractedStatements, i duckdb.IdxT) (*statement, error) {
	st := &statement{conn: conn}
	if duckdb.PrepareExtractedStatement(conn, parsed, i, &st.prepared) == duckdb.StateError {
		err := newQueryError(duckdb.PrepareError(st.prepared))
		duckdb.DestroyPrepare(&st.prepared)
		return nil, err
	}
	return st, nil
}

// findColumns runs a statement that DuckDB has put before a PIVOT. It makes a type, with which
// the text itself does not begin.
func findColumns(conn duckdb.Connection, parsed duckdb.ExtractedStatements, i duckdb.IdxT) error {
	st, err := compile(conn, parsed, i)
	if err != nil {
		return err
	}
	defer st.close()
	if duckdb.PreparedStatementType(st.prepared) != duckdb.StatementTypeCreate {
		return ErrManyStatements
	}
	return st.execute()
}

// execute starts the statement, whose parameters are bound. Rows are computed
// as they are fetched.
func (st *statement) execute() error {
	if C.weir_streams() == 0 {
		return errors.New("this build of DuckDB has no streaming results")
	}
	var ptr unsafe.Pointer
	state := C.weir_pending(st.prepared.Ptr, &ptr)
	pending := duckdb.PendingResult{Ptr: ptr}
	defer duckdb.DestroyPending(&pending)
	if duckdb.State(state) == duckdb.StateError {
		return newQueryError(duckdb.PendingError(pending))
	}
	st.executed = true
	if duckdb.ExecutePending(pending, &st.result) == duckdb.StateError {
		return newQueryError(duckdb.ResultError(&st.result))
	}
	return nil
}

// fetch returns the next chunk, which the caller destroys, or false at the end.
func (st *statement) fetch() (duckdb.DataChunk, bool, error) {
	chunk := duckdb.DataChunk{Ptr: C.weir_fetch(unsafe.Pointer(&st.result))}
	if chunk.Ptr == nil {
		if msg := duckdb.ResultError(&st.result); msg != "" {
			return chunk, false, newQueryError(msg)
		}
		return chunk, false, nil
	}
	return chunk, true, nil
}

func (st *statement) close() {
	if st.executed {
		duckdb.DestroyResult(&st.result)
	}
	duckdb.DestroyPrepare(&st.prepared)
}
